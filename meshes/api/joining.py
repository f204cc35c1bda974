"""Endpoints for those who hold an invite and nothing else; open to anybody, throttled."""

from __future__ import annotations

from claudemesh_wire.errors import MeshError
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AnonymousView, validated
from accounts.api.describing import answers
from accounts.models import User
from meshes import selectors, services
from meshes.api import shapes
from meshes.api.answers import ClaimAnswer, JoinedAnswer, NoInviteAnswer, PublicInviteAnswer
from meshes.api.bodies import ClaimBody, JoinBody
from meshes.api.devices import device_of
from meshes.services.invites import stored_token

# Generous, since many people may share one address; guessing 46 bits takes ages all the same.
RATE = "300/m"
LONG_FORM = (
    "invite_not_found invite_expired invite_exhausted invite_revoked invite_bad_signature "
    "invite_mesh_mismatch invite_owner_mismatch mesh_not_found revoked overloaded"
)


class Join(AnonymousView):
    """POST /join (v1) -> `{ok, memberId, alreadyMember?}`. Accounts are tied by the v2 claim."""

    authentication_classes = ()
    throttle_rate = RATE

    @answers(
        "Makes a key a member by the long form of an invitation.",
        JoinedAnswer,
        body=JoinBody,
        refuses=LONG_FORM,
    )
    def post(self, request: Request) -> Response:
        body = validated(JoinBody, request)
        joined = services.join_with_token(
            invite_token=body["invite_token"],
            payload=body["invite_payload"]["payload"],
            peer_pubkey=body["peer_pubkey"],
            display_name=body["display_name"],
        )
        reply = {"ok": True, "memberId": joined.member.pk}
        return Response({**reply, "alreadyMember": True} if joined.already_member else reply)


class ClaimInvite(AnonymousView):
    """POST /invites/<code>/claim (v2); a bearer or a ticket makes the member an account's."""

    throttle_rate = RATE

    @answers(
        "Makes a key a member by an invitation's code; with a token or ticket, of its account.",
        ClaimAnswer,
        body=ClaimBody,
        refuses="not_found bad_signature:400 revoked revoked:410 expired exhausted overloaded",
    )
    def post(self, request: Request, code: str) -> Response:
        body = validated(ClaimBody, request)
        user = request.user if isinstance(request.user, User) else None
        claimed = services.claim_invite(code=code, user=user, device=device_of(request), **body)
        return Response(shapes.claim(claimed))


class PublicInvite(AnonymousView):
    """GET /api/public/invite-code/<code>: what the link leads to."""

    authentication_classes = ()
    throttle_rate = RATE

    @answers("Shows what a code leads to.", PublicInviteAnswer, also={404: NoInviteAnswer})
    def get(self, request: Request, code: str) -> Response:
        invite = selectors.open_invite(code)
        if invite is None:
            gone = MeshError("not_found", "There is no such invitation; ask for a new link.")
            body = {"found": False, "error": gone.code, "message": gone.message}
            return Response(body, status=status.HTTP_404_NOT_FOUND)
        return Response(
            {
                "found": True,
                "token": stored_token(invite),
                "mesh": {"name": invite.mesh.name, "slug": invite.mesh.slug},
                "role": invite.role,
                "expires_at": invite.expires_at,
            }
        )
