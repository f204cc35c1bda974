"""Invitations of a mesh: made, listed, shown as a link and QR code, mailed, withdrawn."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from accounts.api.throttles import refuse_over
from dashboard.forms import InviteForm
from dashboard.pages import MeshPage
from emails import services as emails
from meshes.api.invites import MAILS_PER_ACCOUNT
from meshes.models import Invite
from meshes.pages.qr import qr_svg
from meshes.selectors import invites_of
from meshes.services import create_invite, revoke_invite
from meshes.services.invites import invite_url

MAX_REVOKED_AT_ONCE = 500


class InvitesPage(MeshPage):
    """Base of the pages about invitations."""

    section = "invites"
    home = "dashboard-invites"
    needs = "manager"

    def invite(self, invite_id: str) -> Invite:
        """The invitation, if it is of this mesh."""
        found = invites_of(self.standing.mesh).filter(pk=invite_id).first()
        if found is None:
            raise Http404
        return found

    def mail(self, invite: Invite) -> None:
        """Sends the link, and says honestly what came of it."""
        self.attempt(lambda: self._mail(invite))

    def _mail(self, invite: Invite) -> None:
        refuse_over(f"invite-mail:{self.person.pk}", MAILS_PER_ACCOUNT)
        sent = emails.send_invitation(
            to=invite.email,
            mesh_name=self.standing.mesh.name,
            inviter_name=self.person.display_name,
            url=invite_url(invite.code),
            expires_at=invite.expires_at,
            role=invite.role,
        )
        if sent:
            self.say(f"The invitation was mailed to {invite.email}.")
        else:
            messages.warning(
                self.request, f"The mail to {invite.email} could not be sent. Pass the link on."
            )


class Invites(InvitesPage):
    """All invitations, dead ones too, and the form for a new one."""

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """A page, newest first."""
        return self._page(InviteForm(is_owner=self.standing.is_owner))

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Makes one and shows it."""
        form = InviteForm(request.POST, is_owner=self.standing.is_owner)
        if not form.is_valid():
            return self._page(form)
        made: list[Invite] = []
        given = {name: value for name, value in form.cleaned_data.items() if value}
        if not self.attempt(lambda: made.append(create_invite(by=self.standing, **given).invite)):
            return self.back()
        if made[0].email:
            self.mail(made[0])
        return self.back(made[0].pk, home="dashboard-invite")

    def _page(self, form: InviteForm) -> HttpResponse:
        page = self.page_of(invites_of(self.standing.mesh))
        rows = [(invite, invite.status(), invite_url(invite.code)) for invite in page]
        return self.show("invites", page=page, rows=rows, form=form)


class OneInvite(InvitesPage):
    """The link, what to type, and the QR code."""

    def get(self, request: HttpRequest, invite_id: str, **kwargs: str) -> HttpResponse:
        """Shows it."""
        invite = self.invite(invite_id)
        url = invite_url(invite.code)
        return self.show(
            "invite",
            invite=invite,
            status=invite.status(),
            url=url,
            command=f"curl -fsSL {settings.APP_URL}/install | sh -s -- --join {url}",
            qr=qr_svg(url),
        )


class RevokeInvite(InvitesPage):
    """POST: withdraws it."""

    def post(self, request: HttpRequest, invite_id: str, **kwargs: str) -> HttpResponse:
        """Doing it twice changes nothing."""
        if self.attempt(lambda: revoke_invite(by=self.standing, invite_id=invite_id)):
            self.say("The invitation is withdrawn.")
        return self.back()


class MailInvite(InvitesPage):
    """POST: mails it again."""

    def post(self, request: HttpRequest, invite_id: str, **kwargs: str) -> HttpResponse:
        """Only while it would still let somebody in."""
        invite = self.invite(invite_id)
        if invite.email and invite.status() == "open":
            self.mail(invite)
        else:
            messages.error(request, "That invitation cannot be mailed.")
        return self.back()


class RevokeAllInvites(InvitesPage):
    """Asks first, then withdraws every open invitation."""

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """The question."""
        return self.show("revoke_invites", count=self._open().count())

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Each is a change of its own in the audit log."""
        ids = list(self._open().values_list("pk", flat=True)[:MAX_REVOKED_AT_ONCE])
        if self.attempt(lambda: self._revoke(ids)):
            self.say(f"Withdrawn: {len(ids)}." if ids else "There was none to withdraw.")
        return self.back()

    def _revoke(self, invite_ids: list[str]) -> None:
        for invite_id in invite_ids:
            revoke_invite(by=self.standing, invite_id=invite_id)

    def _open(self) -> QuerySet[Invite]:
        alive = invites_of(self.standing.mesh).filter(revoked_at__isnull=True)
        return alive.filter(expires_at__gt=timezone.now(), used_count__lt=F("max_uses"))
