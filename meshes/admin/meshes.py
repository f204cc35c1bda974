"""The admin's list of meshes: what the owner decides, who is there, and what the log is worth."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.admin.base import is_operator
from accounts.admin.cells import NOTHING, badge, link_to_list, mono, when
from accounts.models import User
from audit.models import AuditEntry
from meshes import policy, selectors
from meshes.admin.acting import standing_of
from meshes.admin.mesh_forms import MeshForm
from meshes.admin.mesh_pages import MeshPages
from meshes.forms import SELF_EDITABLE
from meshes.models import Ban, Invite, Member, Mesh
from meshes.services import update_mesh

FACTS = ("owned_by", "members", "invitations", "bans", "log", "key", "created", "archived")
RULES = ("audit_messages", "allow_plaintext", "self_editable")


class Archived(admin.SimpleListFilter):
    """For operators, who see archived meshes."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("live", "Live"), ("archived", "Archived")] if is_operator(request) else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in the chosen state."""
        if self.value() not in ("live", "archived"):
            return queryset
        return queryset.filter(archived_at__isnull=self.value() == "live")


@admin.register(Mesh)
class MeshAdmin(MeshPages):
    """Meshes. Their secret keys are never shown, encrypted or not."""

    purpose = (
        "The meshes that you own or are an admin of: their rules, and what their logs are worth."
    )
    place = 10
    list_display = ("slug", "name", "owned_by", "members", "online", "state", "created")
    list_filter = (Archived,)
    list_select_related = ("owner",)
    search_fields = ("slug", "name")
    search_help_text = "Search by slug or name."
    ordering = ("slug",)
    form = MeshForm
    fieldsets = (
        (None, {"fields": ("name", "slug")}),
        ("Rules", {"fields": RULES}),
        ("What there is", {"fields": FACTS}),
    )
    readonly_fields = FACTS
    actions = ("verify_audit",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the secrets at rest."""
        rows = super().get_queryset(request).select_related("owner")
        return rows.defer("owner_secret_encrypted", "root_key_encrypted")

    def look_up(self, request: HttpRequest, rows: list[Any]) -> None:
        """Members, sessions and the person who looks, for `owned_by`."""
        ids = [row.pk for row in rows]
        counts, online = selectors.member_counts(ids), selectors.active_peer_counter(ids)
        for row in rows:
            row.member_count, row.online_count = counts.get(row.pk, 0), online.get(row.pk, 0)
            row.shown_to = request.user

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The owner changes a mesh; others read."""
        if obj is None:
            return self.has_view_permission(request)
        return obj.archived_at is None and obj.owner_id == request.user.pk

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service, by what is stored."""
        stored = Mesh.objects.get(pk=obj.pk)
        update_mesh(by=standing_of(request, stored), **form.changes())

    # --- columns and fields ---------------------------------------------------

    @admin.display(description="owner")
    def owned_by(self, row: Any) -> str:
        """The owner's name; operators read the address."""
        if row.owner is None:
            return NOTHING
        return _called(row.owner, to=row.shown_to)

    @admin.display(description="members")
    def members(self, row: Any) -> SafeString:
        """How many are in."""
        return link_to_list(Member, str(row.member_count), mesh=row.pk)

    @admin.display(description="online now")
    def online(self, row: Any) -> int:
        """How many are connected."""
        return int(row.online_count)

    @admin.display(description="state")
    def state(self, row: Mesh) -> SafeString:
        """One word."""
        return badge("live", "good") if row.archived_at is None else badge("archived")

    @admin.display(description="created", ordering="created_at")
    def created(self, row: Mesh) -> SafeString:
        """When it was made."""
        return when(row.created_at)

    @admin.display(description="archived")
    def archived(self, row: Mesh) -> SafeString:
        """When it was closed."""
        return when(row.archived_at)

    @admin.display(description="invitations")
    def invitations(self, row: Mesh) -> SafeString:
        """A way to them."""
        return link_to_list(Invite, "Who may come in", mesh=row.pk)

    @admin.display(description="bans")
    def bans(self, row: Mesh) -> SafeString:
        """A way to them."""
        return link_to_list(Ban, "Who may not", mesh=row.pk)

    @admin.display(description="audit log")
    def log(self, row: Mesh) -> SafeString:
        """A way to it."""
        return link_to_list(AuditEntry, "What happened", mesh=row.pk)

    @admin.display(description="public key")
    def key(self, row: Mesh) -> SafeString:
        """What invitations are signed with, so that clients can check them."""
        return mono(row.owner_pubkey)

    @admin.display(description="messages in the log", boolean=True)
    def audit_messages(self, row: Mesh) -> bool:
        """For those who may read the rules only."""
        return bool(policy.effective(row.policy)["auditMessages"])

    @admin.display(description="plaintext", boolean=True)
    def allow_plaintext(self, row: Mesh) -> bool:
        """As above."""
        return bool(policy.effective(row.policy)["allowPlaintext"])

    @admin.display(description="members may change")
    def self_editable(self, row: Mesh) -> str:
        """As above."""
        may = policy.effective(row.policy)["selfEditable"]
        return ", ".join(name for rule, name in SELF_EDITABLE if may[rule]) or "nothing"


def _called(who: User, *, to: Any) -> str:
    return who.email if to.is_superuser else who.display_name
