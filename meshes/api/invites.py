"""Endpoints that make, list and withdraw invites; all for the mesh's owner and admins."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.answers import OkAnswer
from accounts.api.base import AccountView, validated
from accounts.api.describing import answers
from accounts.api.throttles import refuse_over
from emails import services as emails
from meshes import selectors, services
from meshes.api import shapes
from meshes.api.answers import CreatedInviteAnswer, InvitesAnswer
from meshes.api.bodies import CreateInviteBody
from meshes.selectors import Standing
from meshes.services.invites import CreatedInvite

MAILS_PER_ACCOUNT = "50/h"


class CreateInvite(AccountView):
    """POST /cli/mesh/<slug>/invite; mails the link when an address is given."""

    @answers(
        "Makes an invitation, and mails it if there is an `email`; for owner and admins.",
        CreatedInviteAnswer,
        body=CreateInviteBody,
        refuses="not_found forbidden device_revoked rate_limit overloaded",
    )
    def post(self, request: Request, slug: str) -> Response:
        standing = selectors.standing_in(self.person(request), slug)
        standing.require_manager()
        body = validated(CreateInviteBody, request)
        if body.get("email"):
            refuse_over(f"invite-mail:{standing.user.pk}", MAILS_PER_ACCOUNT)
        body["expires_in_s"] = body.pop("expires_in", None)
        created = services.create_invite(by=standing, **body)
        return Response(shapes.created_invite(created, emailed=mail(standing, created)))


def mail(standing: Standing, created: CreatedInvite) -> bool:
    """Send the link to the invited address. True only if the provider took the mail."""
    if not created.invite.email:
        return False
    return emails.send_invitation(
        to=created.invite.email,
        mesh_name=standing.mesh.name,
        inviter_name=standing.user.display_name,
        url=created.url,
        expires_at=created.invite.expires_at,
    )


class Invites(AccountView):
    """GET /cli/mesh/<slug>/invites."""

    @answers(
        "Lists the invitations; for owner and admins.",
        InvitesAnswer,
        refuses="not_found forbidden device_revoked",
    )
    def get(self, request: Request, slug: str) -> Response:
        standing = selectors.standing_in(self.person(request), slug)
        standing.require_manager()
        invites = selectors.invites_of(standing.mesh)
        return Response({"invites": [shapes.listed_invite(invite) for invite in invites]})


class OneInvite(AccountView):
    """DELETE /cli/mesh/<slug>/invites/<id>: withdraw it."""

    @answers(
        "Withdraws an invitation; for owner and admins.",
        OkAnswer,
        refuses="not_found forbidden device_revoked",
    )
    def delete(self, request: Request, slug: str, invite_id: str) -> Response:
        standing = selectors.standing_in(self.person(request), slug)
        services.revoke_invite(by=standing, invite_id=invite_id)
        return Response({"ok": True})
