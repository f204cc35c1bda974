"""The admin's list of members: who is in, as what, and how they came. Bans and lets back.

`presence.admin` adds who is online, and registers the list.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any, ClassVar

from claudemesh_wire.errors import MeshError
from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from accounts.admin.base import is_operator
from accounts.admin.cells import NOTHING, Tone, badge, link_to, mono, when
from accounts.admin.selection import for_each, selected
from audit import events
from audit.models import AuditEntry
from meshes.admin.acting import acting_member_id, standing_of
from meshes.admin.member_forms import MemberForm
from meshes.admin.scope import MeshFilter, MeshScoped
from meshes.forms import ReasonForm
from meshes.models import Ban, Invite, Member
from meshes.selectors import counted_members
from meshes.services import bans, update_member

ROLE_TONES: dict[str, Tone] = {"owner": "clay", "admin": "clay", "member": ""}
#: state: its word and tone.
STATES: dict[str, tuple[str, Tone]] = {
    "in": ("in", "good"),
    "banned": ("banned", "bad"),
    "suspended": ("device signed out", "warn"),
    "waiting": ("no key yet", ""),
    "left": ("left", ""),
}


class MemberState(admin.SimpleListFilter):
    """Whether a member is in, and if not, why."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [(state, word.capitalize()) for state, (word, _) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in the chosen state; as `state_of` says it of one."""
        here, barred = Q(revoked_at=None), ~Q(suspended_at=None)
        states = {
            "in": here & ~barred & ~Q(pubkey=""),
            "banned": ~here & Q(banned=True),
            "left": ~here & Q(banned=False),
            "suspended": here & barred,
            "waiting": here & ~barred & Q(pubkey=""),
        }
        chosen = states.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


class MemberAdmin(MeshScoped):
    """Members. Operators also see to which account one belongs; managers are not told."""

    purpose = "Who is in, since when and by whose invitation. Roles, names, bans."
    place = 20
    list_display: Any = (
        "display_name",
        "mesh_slug",
        "role_badge",
        "state",
        "invited_by",
        "joined",
    )
    list_filter: ClassVar[Any] = (MeshFilter, "role", MemberState)
    search_fields = ("display_name", "=pubkey", "mesh__slug")
    search_help_text = "Search by name, whole public key, or mesh."
    date_hierarchy = "joined_at"
    ordering = ("mesh__slug", "display_name", "id")
    form = MemberForm
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("display_name", "role", "role_tag", "group_names", "message_mode")}),
        ("What there is", {"fields": ("mesh_slug", "state", "key", "invited_by", "joined")}),
    )
    readonly_fields: ClassVar[Any] = (
        "mesh_slug",
        "state",
        "key",
        "invited_by",
        "joined",
        "account",
    )
    actions: Any = ("ban", "unban")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With whether there is a ban; without what members grant each other."""
        open_bans = Ban.objects.filter(member=OuterRef("pk"), lifted_at=None)
        rows = super().get_queryset(request).select_related("mesh", "user")
        return rows.defer("grants", *_SECRETS).annotate(banned=Exists(open_bans))

    def look_up(self, request: HttpRequest, rows: list[Any]) -> None:
        """The invites by which they came, from the audit log, and who made those."""
        came = AuditEntry.objects.filter(
            mesh_id__in={row.mesh_id for row in rows},
            type=events.MEMBER_JOINED,
            actor__in=[row.pk for row in rows],
        ).order_by()
        by_invite = {
            actor: json.loads(payload).get("invite")
            for actor, payload in came.values_list("actor", "payload_json")
        }
        known = Invite.objects.filter(pk__in=[each for each in by_invite.values() if each])
        makers = {each.pk: each for each in known.select_related("created_by").only(*_MAKER)}
        for row in rows:
            row.invite = makers.get(by_invite.get(row.pk) or "")

    def label(self, row: Member) -> str:
        """The name."""
        return row.display_name

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Operators see the account."""
        first, facts = self.fieldsets
        names = facts[1]["fields"] + (("account",) if is_operator(request) else ())
        return (first, (facts[0], {"fields": names}))

    # --- changing -----------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who manage the mesh, of members who are in."""
        if obj is None:
            return self.has_view_permission(request)
        try:
            standing_of(request, obj.mesh)
        except MeshError:
            return False
        return Member.objects.filter(counted_members(), pk=obj.pk).exists()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Roles are the owner's to give, and the owner's own is nobody's."""
        owns = obj is not None and obj.mesh.owner_id == request.user.pk
        fixed = not owns or obj.role == Member.Role.OWNER
        return (*self.readonly_fields, "role") if fixed else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service."""
        changes = form.changes()
        if changes:
            update_member(by=standing_of(request, obj.mesh), member_id=obj.pk, changes=changes)

    # --- columns and fields ---------------------------------------------------------

    @admin.display(description="mesh", ordering="mesh__slug")
    def mesh_slug(self, row: Member) -> SafeString:
        """A way to the mesh."""
        return link_to(row.mesh, row.mesh.slug)

    @admin.display(description="role", ordering="role")
    def role_badge(self, row: Member) -> SafeString:
        """In a pill."""
        return badge(row.role, ROLE_TONES[row.role])

    @admin.display(description="state")
    def state(self, row: Any) -> SafeString:
        """One word or three."""
        return badge(*STATES[state_of(row)])

    @admin.display(description="invited by")
    def invited_by(self, row: Any) -> SafeString:
        """Who made the invite, which the link leads to."""
        if row.invite is None:
            return NOTHING
        maker = row.invite.created_by
        return link_to(row.invite, maker.display_name if maker else "somebody")

    @admin.display(description="joined", ordering="joined_at")
    def joined(self, row: Member) -> SafeString:
        """When."""
        return when(row.joined_at)

    @admin.display(description="public key")
    def key(self, row: Member) -> SafeString:
        """To compare with what a client shows."""
        return mono(row.pubkey)

    @admin.display(description="groups")
    def group_names(self, row: Member) -> str:
        """For those who may read only."""
        return ", ".join(str(group.get("name", "")) for group in row.groups) or NOTHING

    @admin.display(description="account")
    def account(self, row: Member) -> SafeString:
        """For operators."""
        return link_to(row.user, row.user.email) if row.user else NOTHING

    # --- actions ----------------------------------------------------------------------

    @admin.action(description="Ban the selected members …")
    def ban(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Asks why, then bans."""
        rows = selected(queryset)
        form = ReasonForm(request.POST if "sure" in request.POST else None)
        if not form.is_valid():
            context = {"title": "Ban these members?", "rows": rows, "form": form}
            context |= self.admin_site.each_context(request) | {"opts": self.opts}
            return TemplateResponse(request, "admin/meshes/member/ban.html", context)
        reason = form.cleaned_data["reason"]
        calls = ((row.display_name, partial(_ban, request, row, reason)) for row in rows)
        for_each(request, calls, "Banned")
        return None

    @admin.action(description="Let the selected members back")
    def unban(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Lifts their bans."""
        rows = selected(queryset)
        calls = ((row.display_name, partial(lift, request, row)) for row in rows)
        for_each(request, calls, "May come back")


_SECRETS = ("mesh__owner_secret_encrypted", "mesh__root_key_encrypted", "user__password")
_MAKER = ("mesh_id", "created_by", "created_by__name", "created_by__email")


def state_of(row: Any) -> str:
    """A key of STATES; `row` has `banned`."""
    if row.revoked_at is not None:
        return "banned" if row.banned else "left"
    if row.suspended_at is not None:
        return "suspended"
    return "in" if row.pubkey else "waiting"


def lift(request: HttpRequest, member: Member) -> None:
    """Lets a member back on behalf of the person. Raises MeshError."""
    by = acting_member_id(request, member.mesh)
    bans.unban(mesh_id=member.mesh_id, by_member_id=by, member_id=member.pk, by_account=True)


def _ban(request: HttpRequest, member: Member, reason: str) -> None:
    bans.ban(
        mesh_id=member.mesh_id,
        by_member_id=acting_member_id(request, member.mesh),
        member_id=member.pk,
        reason=reason,
        by_account=True,
    )
