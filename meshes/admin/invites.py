"""The admin's list of invites: who may still come in, by whose word. Makes and withdraws them.

A link is shown once, to whoever made it. No list shows a code or a token.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from claudemesh_wire.errors import MeshError
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.admin.base import person_of
from accounts.admin.cells import NOTHING, Tone, badge, link_to, when
from accounts.admin.selection import for_each, selected
from accounts.api.throttles import refuse_over
from meshes.admin.acting import standing_of, standing_or_operator
from meshes.admin.invite_forms import InviteForm
from meshes.admin.scope import MeshFilter, MeshScoped
from meshes.api.invites import MAILS_PER_ACCOUNT, mail
from meshes.models import Invite, Mesh
from meshes.pages.qr import qr_svg
from meshes.selectors import managed_mesh_ids
from meshes.services import create_invite, revoke_invite
from meshes.services.invites import CreatedInvite

STATES: dict[str, tuple[str, Tone]] = {
    "open": ("open", "good"),
    "exhausted": ("used up", ""),
    "expired": ("expired", ""),
    "revoked": ("withdrawn", "bad"),
}
SECRETS = (
    "token",
    "token_hash",
    "canonical_v2",
    "signature_v2",
    "mesh__owner_secret_encrypted",
    "mesh__root_key_encrypted",
    "created_by__password",
)


class InviteState(admin.SimpleListFilter):
    """Whether it still lets somebody in."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [(state, word.capitalize()) for state, (word, _) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in the chosen state; as `Invite.status` says it of one."""
        gone, over = ~Q(revoked_at=None), Q(expires_at__lte=timezone.now())
        full = Q(used_count__gte=F("max_uses"))
        states = {
            "open": ~gone & ~over & ~full,
            "exhausted": ~gone & ~over & full,
            "expired": ~gone & over,
            "revoked": gone,
        }
        chosen = states.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


@admin.register(Invite)
class InviteAdmin(MeshScoped):
    """Invites, dead ones too: they show where people came from."""

    heading = "Invitations"
    purpose = "Who may still come in, how often and until when. Make one, or withdraw some."
    place = 30
    list_display = (
        "hint",
        "mesh_slug",
        "role",
        "email",
        "left",
        "state",
        "expires",
        "made_by",
        "created",
    )
    list_filter = (MeshFilter, InviteState, "role")
    search_fields = ("=code", "email", "mesh__slug")
    search_help_text = "Search by whole code, address, or mesh."
    date_hierarchy = "created_at"
    fields = (
        "mesh_slug",
        "role",
        "email",
        "left",
        "state",
        "expires",
        "made_by",
        "created",
        "withdrawn",
    )
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without what tokens are made of."""
        rows = super().get_queryset(request).select_related("mesh", "created_by")
        return rows.defer(*SECRETS)

    def label(self, row: Invite) -> str:
        """The beginning of its code."""
        return f"invitation {self.hint(row)}"

    # --- columns and fields -----------------------------------------------------

    @admin.display(description="code", ordering="code")
    def hint(self, row: Invite) -> str:
        """Enough to tell two apart."""
        return f"{row.code[:3]}…"

    @admin.display(description="mesh", ordering="mesh__slug")
    def mesh_slug(self, row: Invite) -> SafeString:
        """A way to the mesh."""
        return link_to(row.mesh, row.mesh.slug)

    @admin.display(description="uses left")
    def left(self, row: Invite) -> str:
        """How many may still come, of how many."""
        return f"{row.uses_left} of {row.max_uses}"

    @admin.display(description="state")
    def state(self, row: Invite) -> SafeString:
        """One word."""
        return badge(*STATES[row.status()])

    @admin.display(description="expires", ordering="expires_at")
    def expires(self, row: Invite) -> SafeString:
        """When it ends by itself."""
        return when(row.expires_at)

    @admin.display(description="made by", ordering="created_by__name")
    def made_by(self, row: Invite) -> str:
        """Their name."""
        return row.created_by.display_name if row.created_by else NOTHING

    @admin.display(description="made", ordering="created_at")
    def created(self, row: Invite) -> SafeString:
        """When."""
        return when(row.created_at)

    @admin.display(description="withdrawn")
    def withdrawn(self, row: Invite) -> SafeString:
        """When."""
        return when(row.revoked_at)

    # --- making and withdrawing -----------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        """For those who manage a mesh; an operator as such gives nobody a way in."""
        entered = self.admin_site.has_permission(request)
        return entered and managed_mesh_ids(person_of(request)).exists()

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A form of its own, outside a transaction: the mail takes time."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = InviteForm(
            request.POST or None,
            meshes=Mesh.objects.filter(pk__in=managed_mesh_ids(person_of(request))),
            initial={"mesh": request.GET.get("mesh")},
        )
        context = {"title": "Invite somebody", "form": form, "opts": self.opts}
        context |= self.admin_site.each_context(request)
        if request.method == "POST" and form.is_valid():
            try:
                made = _create(request, form)
            except MeshError as error:
                form.add_error(None, error.message)
            else:
                context |= _shown(made) | {"title": "The invitation is made"}
                return TemplateResponse(request, "admin/meshes/invite/made.html", context)
        return TemplateResponse(request, "admin/meshes/invite/add.html", context)

    @admin.action(description="Withdraw the selected invitations")
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Twice changes nothing."""
        rows = selected(queryset)
        calls = ((self.hint(row), partial(_revoke, request, row)) for row in rows)
        for_each(request, calls, "Withdrawn")


def _create(request: HttpRequest, form: InviteForm) -> CreatedInvite:
    """Makes it, mails it where an address was given, and says what came of the mail."""
    standing = standing_of(request, form.cleaned_data["mesh"])
    chosen = form.choices()
    if chosen.get("email"):
        refuse_over(f"invite-mail:{standing.user.pk}", MAILS_PER_ACCOUNT)
    made = create_invite(by=standing, **chosen)
    if made.invite.email and mail(standing, made):
        messages.success(request, f"The invitation was mailed to {made.invite.email}.")
    elif made.invite.email:
        text = f"The mail to {made.invite.email} could not be sent. Pass the link on."
        messages.warning(request, text)
    return made


def _shown(made: CreatedInvite) -> dict[str, Any]:
    command = f"curl -fsSL {settings.APP_URL}/install | sh -s -- --join {made.url}"
    return {"invite": made.invite, "url": made.url, "command": command, "qr": qr_svg(made.url)}


def _revoke(request: HttpRequest, invite: Invite) -> None:
    revoke_invite(by=standing_or_operator(request, invite.mesh), invite_id=invite.pk)
