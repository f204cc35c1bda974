"""What every JSON view of the broker shares: who asks, from where, and how a body is read."""

from __future__ import annotations

from typing import Any, TypeVar

from claudemesh_wire.errors import MeshError
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.api.authentication import BearerAuthentication, BrowserAuthentication
from accounts.api.legacy import LegacyAuthentication, mark
from accounts.api.parsers import BoundedJSONParser
from accounts.api.throttles import AddressThrottle
from accounts.models import User

S = TypeVar("S", bound="BaseSerializer[Any]")


class HasAccount(BasePermission):
    """Lets in whoever an authenticator recognized; tells the rest to send a token."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            raise MeshError("missing_bearer_token")
        return True


class AccountView(APIView):
    """A view for signed-in callers. `person(request)` is the account that asks."""

    authentication_classes: tuple[type[BaseAuthentication], ...] = (
        BearerAuthentication,
        LegacyAuthentication,
    )
    permission_classes: tuple[type[BasePermission], ...] = (HasAccount,)
    parser_classes = (BoundedJSONParser,)

    def person(self, request: Request) -> User:
        """The account behind the request."""
        if not isinstance(request.user, User):
            raise MeshError("missing_bearer_token")
        return request.user

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Say so where the legacy shim let somebody in."""
        response = super().finalize_response(request, response, *args, **kwargs)
        mark(request, response)
        return response


class BrowserView(AccountView):
    """A view for who is signed in in a browser, and no token: what it does takes a person."""

    authentication_classes = (BrowserAuthentication,)


class OwnerView(AccountView):
    """A view for the account itself, by a token or in a browser."""

    authentication_classes = (BearerAuthentication, BrowserAuthentication)


class AnonymousView(AccountView):
    """A view for anybody, throttled by address; a bearer, if sent, must still be good."""

    authentication_classes: tuple[type[BaseAuthentication], ...] = (BearerAuthentication,)
    permission_classes = (AllowAny,)
    throttle_rate = "60/m"

    def get_throttles(self) -> list[BaseThrottle]:
        return [AddressThrottle()]


def validated(serializer_class: type[S], request: Request) -> dict[str, Any]:
    """The checked body of a request, without fields that are null: null means absent.

    Raises DRF's ValidationError (rendered as `malformed`).
    """
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return {name: value for name, value in serializer.validated_data.items() if value is not None}
