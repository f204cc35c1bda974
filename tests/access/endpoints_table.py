"""Every address of the broker, and what each kind of caller gets. A new address needs a row."""

from dataclasses import dataclass
from typing import Any

from claudemesh_wire.signing import generate_keypair
from django.conf import settings

from emails.links import unsubscribe_url

ROLES = (
    "owner",
    "admin",
    "member",
    "outsider",
    "banned",
    "anonymous",
    "revoked_token",
)


@dataclass(frozen=True)
class Row:
    """A call of a route, and the status by role; `{name}` is filled in with ids of the scene.

    A banned member gets what an outsider gets, and a revoked token what no token gets, except
    where another status is given.
    """

    route: str
    method: str
    path: str
    body: Any
    owner: int
    admin: int
    member: int
    outsider: int
    banned: int
    anonymous: int
    revoked_token: int


def of_mesh(
    route: str, method: str, path: str, body: Any, owner: int, admin: int, member: int
) -> Row:
    """About one mesh: for others there is no such mesh."""
    path = f"/cli/mesh/acme{path}"
    return Row(route, method, path, body, owner, admin, member, 404, 404, 401, 401)


def own(route: str, method: str, path: str, body: Any = None, status: int = 200) -> Row:
    """About the caller's own things: for everybody with an account."""
    return Row(route, method, path, body, *[status] * 5, 401, 401)


def public(route: str, method: str, path: str, body: Any = None, status: int = 200) -> Row:
    """For everybody; no token is read."""
    return Row(route, method, path, body, *[status] * 7)


def browser(route: str, method: str, path: str, body: Any = None) -> Row:
    """For who is signed in in a browser: no token opens it."""
    return Row(route, method, path, body, *[401] * 7)


MESH = "cli/mesh/<slug:slug>"
NAME = {"name": "New"}
DISPLAY = {"display_name": "X"}

UNSUBSCRIBE = unsubscribe_url("dave@example.com").removeprefix(settings.APP_URL)

ROWS = [
    public("health", "get", "/health"),
    public("health/ready", "get", "/health/ready"),
    public("metrics", "get", "/metrics"),
    public("admin", "get", "/admin", status=302),
    public("api/schema", "get", "/api/schema"),
    public("api/docs", "get", "/api/docs"),
    # The link is the right, whoever holds it; a program that reads mail posts without a session.
    public("unsubscribe/<str:token>", "get", UNSUBSCRIBE),
    public("unsubscribe/<str:token>", "post", UNSUBSCRIBE),
    # Pages ask for a browser session, which no token gives.
    public("cli-auth", "get", "/cli-auth"),
    public("dashboard/devices", "get", "/dashboard/devices", status=302),
    public("dashboard/devices/revoke-all", "post", "/dashboard/devices/revoke-all", status=302),
    public(
        "dashboard/devices/<slug:session_id>/revoke",
        "post",
        "/dashboard/devices/{device}/revoke",
        status=302,
    ),
    public("token", "post", "/token", status=302),
    own("api/my/profile", "get", "/api/my/profile"),
    own("api/my/meshes", "get", "/api/my/meshes"),
    Row(
        "api/my/meshes/<slug:slug>",
        "patch",
        "/api/my/meshes/acme",
        NAME,
        200,
        403,
        403,
        404,
        404,
        401,
        401,
    ),
    own("cli/meshes", "get", "/cli/meshes"),
    own(
        "cli/mesh/create",
        "post",
        "/cli/mesh/create",
        {"name": "N", "pubkey": generate_keypair().public},
    ),
    public("cli/device-code", "post", "/cli/device-code", {}),
    public("cli/device-code/<str:device_code>", "get", "/cli/device-code/no-such-code"),
    browser("cli/device-code/<str:handle>/approve", "post", "/cli/device-code/clm_sess_x/approve"),
    browser("cli/device-code/<str:handle>/deny", "post", "/cli/device-code/clm_sess_x/deny"),
    browser("cli/token", "post", "/cli/token", {}),
    own("cli/sessions", "get", "/cli/sessions"),
    own("cli/sessions/revoke-others", "post", "/cli/sessions/revoke-others"),
    Row(
        "cli/sessions/<slug:session_id>/revoke",
        "post",
        "/cli/sessions/{device}/revoke",
        {},
        200,
        404,
        404,
        404,
        404,
        401,
        401,
    ),
    public("cli/session/revoke", "post", "/cli/session/revoke", {"token": "no such token"}),
    of_mesh(MESH, "patch", "", NAME, 200, 403, 403),
    of_mesh(MESH, "patch", "", {"policy": {}}, 400, 403, 403),
    of_mesh(MESH, "delete", "", None, 200, 403, 403),
    of_mesh(f"{MESH}/invite", "post", "/invite", {}, 200, 200, 403),
    of_mesh(f"{MESH}/invite", "post", "/invite", {"role": "admin"}, 200, 403, 403),
    of_mesh(f"{MESH}/invites", "get", "/invites", None, 200, 200, 403),
    of_mesh(f"{MESH}/invites/<slug:invite_id>", "delete", "/invites/{invite}", None, 200, 200, 403),
    of_mesh(f"{MESH}/grants", "post", "/grants", {"grants": {}}, 200, 200, 200),
    of_mesh(f"{MESH}/members", "get", "/members", None, 200, 200, 200),
    of_mesh(
        f"{MESH}/members/<slug:member_id>", "patch", "/members/{alice}", DISPLAY, 200, 200, 403
    ),
    of_mesh(
        f"{MESH}/members/<slug:member_id>", "patch", "/members/{carol}", DISPLAY, 200, 200, 200
    ),
    of_mesh(
        f"{MESH}/members/<slug:member_id>",
        "patch",
        "/members/{carol}",
        {"role": "admin"},
        200,
        403,
        403,
    ),
    of_mesh(f"{MESH}/members/<slug:member_id>", "delete", "/members/{carol}", None, 403, 403, 200),
    of_mesh(f"{MESH}/members/<slug:member_id>", "delete", "/members/me", None, 422, 200, 200),
    of_mesh(f"{MESH}/audit", "get", "/audit", None, 200, 200, 403),
    of_mesh(f"{MESH}/audit/verify", "get", "/audit/verify", None, 200, 200, 403),
    of_mesh(f"{MESH}/audit/export", "get", "/audit/export", None, 200, 200, 403),
    # Whoever holds the link may join, under its own key; a banned key may not.
    Row("join", "post", "/join", "{join}", 200, 200, 200, 200, 403, 200, 200),
    Row(
        "invites/<slug:code>/claim",
        "post",
        "/invites/{code}/claim",
        "{claim}",
        200,
        200,
        200,
        200,
        403,
        200,
        401,
    ),
    # The token is in the body; an account is synced into its own meshes, a banned one into none.
    Row("cli-sync", "post", "/cli-sync", "{sync}", 200, 200, 200, 200, 200, 401, 401),
    public("api/public/invite-code/<slug:code>", "get", "/api/public/invite-code/{code}"),
    # Proves its member by a signature; without one it only ever waits.
    Row(
        "hook/set-status",
        "post",
        "/hook/set-status",
        "{hook}",
        200,
        200,
        200,
        200,
        403,
        200,
        401,
    ),
]
