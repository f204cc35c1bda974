"""The accounts endpoints: the caller's profile and devices."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors, services
from accounts.api.answers import FoundAnswer, OkAnswer, RevokedAnswer, SessionsAnswer
from accounts.api.base import AccountView, AnonymousView, OwnerView, validated
from accounts.api.describing import answers
from accounts.api.serializers import CliSessionShape, ProfileShape, RevokeTokenBody
from accounts.models import CliSession


class MyProfile(AccountView):
    """GET /api/my/profile -> `{id, display_name, email}`."""

    @answers("Tells whose token it is.", ProfileShape)
    def get(self, request: Request) -> Response:
        return Response(ProfileShape(self.person(request)).data)


class RevokeToken(AnonymousView):
    """POST /cli/session/revoke `{token}` -> `{ok, found}`: whoever holds a token may end it."""

    authentication_classes = ()

    @answers(
        "Signs out the device that has a token; whoever holds it may.",
        FoundAnswer,
        body=RevokeTokenBody,
    )
    def post(self, request: Request) -> Response:
        found = services.revoke_token(token=validated(RevokeTokenBody, request)["token"])
        return Response({"ok": True, "found": found})


class CliSessions(OwnerView):
    """GET /cli/sessions -> `{sessions: [...]}`: the caller's own live devices."""

    @answers("Lists the devices that are signed in to your account.", SessionsAnswer)
    def get(self, request: Request) -> Response:
        asking = asking_device(request)
        shape = CliSessionShape(
            selectors.live_sessions(self.person(request)),
            many=True,
            context={"current_id": asking.pk if asking else None},
        )
        return Response({"sessions": shape.data})


class RevokeCliSession(OwnerView):
    """POST /cli/sessions/<id>/revoke -> `{ok}`; 404 for a device of somebody else."""

    @answers("Signs out one of your devices.", OkAnswer, refuses="not_found")
    def post(self, request: Request, session_id: str) -> Response:
        services.revoke_session(
            user=self.person(request), session_id=session_id, asking=asking_device(request)
        )
        return Response({"ok": True})


class RevokeOtherSessions(OwnerView):
    """POST /cli/sessions/revoke-others -> `{ok, revoked}`: every device but the one that asks."""

    @answers("Signs out every device of yours but the one that asks.", RevokedAnswer)
    def post(self, request: Request) -> Response:
        revoked = services.revoke_others(user=self.person(request), asking=asking_device(request))
        return Response({"ok": True, "revoked": revoked})


def asking_device(request: Request) -> CliSession | None:
    """The device whose token the request carries; a browser is none."""
    return request.auth if isinstance(request.auth, CliSession) else None
