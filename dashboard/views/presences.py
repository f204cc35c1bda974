"""Taking sessions off a mesh: one, a member's, or everybody's."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from dashboard.pages import MeshPage, names_in_a_row
from presence.models import Presence
from presence.services.removal import Kind, remove

DONE = {Kind.DISCONNECT: "Disconnected", Kind.KICK: "Kicked"}


class RemovalPage(MeshPage):
    """Base of the forms that remove."""

    needs = "manager"

    def take_off(self, kind: Kind, presence_ids: Collection[str] | None) -> bool:
        """Removes, and says whom; what goes wrong is said on the next page."""
        names: list[str] = []

        def work() -> None:
            names.extend(
                remove(
                    mesh_id=self.standing.mesh.pk,
                    by_member_id=self.acting_member_id,
                    kind=kind,
                    presence_ids=presence_ids,
                )
            )

        if not self.attempt(work):
            return False
        self.say(
            f"{DONE[kind]}: {names_in_a_row(sorted(names))}." if names else "Nobody else was there."
        )
        return True


class RemoveOne(RemovalPage):
    """POST `disconnect=<presence>` or `kick=<presence>`."""

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Ends one session."""
        kind = Kind.KICK if "kick" in request.POST else Kind.DISCONNECT
        chosen = request.POST.get("kick") or request.POST.get("disconnect") or ""
        self.take_off(kind, [chosen])
        return self.back()


class RemoveOfMember(RemovalPage):
    """POST `kind=disconnect|kick`: all sessions of a member."""

    section = "members"
    home = "dashboard-members"

    def post(self, request: HttpRequest, member_id: str, **kwargs: str) -> HttpResponse:
        """Ends them."""
        kind = Kind.KICK if request.POST.get("kind") == "kick" else Kind.DISCONNECT
        own = Presence.objects.filter(mesh=self.standing.mesh, member_id=member_id)
        self.take_off(kind, list(own.values_list("pk", flat=True)))
        return self.back()


class KickAll(RemovalPage):
    """Asks first, then ends everybody's sessions but the manager's own."""

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """The question."""
        return self.show("kick_all")

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponseBase:
        """Does it."""
        self.take_off(Kind.KICK, None)
        return self.back()
