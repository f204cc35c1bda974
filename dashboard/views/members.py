"""Who belongs to a mesh: names, roles, bans."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse

from dashboard.forms import RoleForm
from dashboard.pages import MeshPage, Needs
from meshes.forms import MAX_REASON_CHARS, ReasonForm
from meshes.models import Member
from meshes.selectors import live_members, open_bans
from meshes.services import bans, update_member
from presence.plain_text import plain

NAME_FILTER_CHARS = 64


class Members(MeshPage):
    """Everybody who is in; `?q=` finds by name."""

    section = "members"

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """A page of members with their sessions counted."""
        wanted = request.GET.get("q", "").replace("\x00", "")[:NAME_FILTER_CHARS].strip()
        rows = live_members(self.standing.mesh)
        if wanted:
            rows = rows.filter(display_name__icontains=wanted)
        online = Count("presences", filter=Q(presences__disconnected_at=None))
        return self.show(
            "members",
            page=self.page_of(rows.annotate(online=online)),
            wanted=wanted,
            acting=self.standing.member.pk if self.standing.member else "",
        )


class MemberPage(MeshPage):
    """Base of the forms about one member."""

    section = "members"
    home = "dashboard-members"
    needs: Needs = "manager"

    def member(self, member_id: str) -> Member:
        """The member, if it is of this mesh and in."""
        found = Member.objects.filter(
            mesh=self.standing.mesh, pk=member_id, revoked_at__isnull=True
        ).first()
        if found is None:
            raise Http404
        return found


class ChangeRole(MemberPage):
    """POST `role=admin|member`."""

    needs = "owner"

    def post(self, request: HttpRequest, member_id: str, **kwargs: str) -> HttpResponse:
        """Changes it."""
        form, member = RoleForm(request.POST), self.member(member_id)
        if form.is_valid() and self.attempt(
            lambda: update_member(by=self.standing, member_id=member_id, changes=form.cleaned_data)
        ):
            role = form.cleaned_data["role"]
            self.say(f"{member.display_name} is {'an admin' if role == 'admin' else 'a member'}.")
        return self.back()


class BanMember(MemberPage):
    """Asks why, then bans."""

    def get(self, request: HttpRequest, member_id: str, **kwargs: str) -> HttpResponse:
        """The question."""
        return self.show("ban", member=self.member(member_id), form=ReasonForm())

    def post(self, request: HttpRequest, member_id: str, **kwargs: str) -> HttpResponse:
        """Does it."""
        form, member = ReasonForm(request.POST), self.member(member_id)
        if not form.is_valid():
            return self.show("ban", member=member, form=form)
        done = self.attempt(
            lambda: bans.ban(
                mesh_id=self.standing.mesh.pk,
                by_member_id=self.acting_member_id,
                member_id=member_id,
                reason=form.cleaned_data["reason"],
                by_account=True,
            )
        )
        if done:
            self.say(f"{member.display_name} is banned.")
        return self.back()


class Bans(MeshPage):
    """Who is banned, by whom and why."""

    section = "bans"
    needs = "manager"

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """A page of bans."""
        page = self.page_of(open_bans(self.standing.mesh.pk))
        rows = [(ban, plain(ban.reason, MAX_REASON_CHARS)) for ban in page]
        return self.show("bans", page=page, rows=rows)


class Unban(MeshPage):
    """POST: lets somebody back."""

    section = "bans"
    home = "dashboard-bans"
    needs = "manager"

    def post(self, request: HttpRequest, member_id: str, **kwargs: str) -> HttpResponse:
        """Lifts the ban."""
        mesh = self.standing.mesh
        member = Member.objects.filter(mesh=mesh, pk=member_id).first()
        if member is None:
            raise Http404
        done = self.attempt(
            lambda: bans.unban(
                mesh_id=mesh.pk,
                by_member_id=self.acting_member_id,
                member_id=member_id,
                by_account=True,
            )
        )
        if done:
            self.say(f"{member.display_name} may come back.")
        return self.back()
