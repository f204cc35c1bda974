"""Which pages there are to look at, as whom, and what is done on them first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.screenshots import steps

MESH = "/dashboard/meshes/orchard"
LISTS = {
    "meshes": "meshes/mesh",
    "members": "meshes/member",
    "presences": "presence/presence",
    "invites": "meshes/invite",
    "bans": "meshes/ban",
    "devices": "accounts/clisession",
    "audit": "audit/auditentry",
}
OPERATORS_LISTS = {
    "accounts": "accounts/user",
    "addresses": "account/emailaddress",
    "nodes": "presence/node",
}


@dataclass(frozen=True)
class Shot:
    """One page. `who` "" is nobody; `html` is shown in place of what the broker would answer."""

    name: str
    path: str
    who: str = ""
    act: Callable[[Page], None] | None = None
    html: str = ""


def all_pages(found: dict[str, str], mails: dict[str, str]) -> list[Shot]:
    """Every page, in the order in which somebody would meet them."""
    return [
        *_entrance(found),
        *_invitations(found),
        *_device_login(found),
        *_dashboard(),
        *_mesh(found),
        *_own(),
        *_admin("alice", LISTS),
        *_admin("operator", OPERATORS_LISTS),
        *_refusals(found),
        *(Shot(name, f"/shown/{name}", html=html) for name, html in mails.items()),
    ]


def _entrance(found: dict[str, str]) -> list[Shot]:
    return [
        Shot("home", "/"),
        Shot("login", "/login"),
        Shot("login-refused", "/login", act=steps.mistype_password),
        Shot("login-code", "/login/code", "trent:half"),
        Shot("login-again", "/login/again", "alice"),
        Shot("login-again-code", "/login/again/code", "trent"),
        Shot("login-inactive", "/login/inactive"),
        Shot("signup", "/signup"),
        Shot("signup-refused", "/signup", act=steps.choose_weak_password),
        Shot("signup-verify", "/signup", act=steps.sign_up),
        Shot("logout", "/logout", "alice"),
        Shot("reset", "/password/reset"),
        Shot("reset-sent", "/password/reset/sent"),
        Shot("reset-new", found["reset"]),
        Shot("reset-dead", "/password/reset/1-deadbeef"),
        Shot("reset-changed", "/password/reset/changed"),
        Shot("unsubscribe", found["unsubscribe"]),
        Shot("unsubscribed", found["unsubscribe"], act=steps.press("main form button")),
        Shot("unsubscribe-dead", "/unsubscribe/nosuch"),
        Shot("api-docs", "/api/docs"),
    ]


def _invitations(found: dict[str, str]) -> list[Shot]:
    return [
        Shot("invite", f"/i/{found['open']}"),
        Shot("invite-signed-in", f"/i/{found['open']}", "nina"),
        Shot("invite-own", f"/i/{found['open']}", "alice"),
        Shot("invite-expired", f"/i/{found['expired']}"),
        Shot("invite-revoked", f"/i/{found['revoked']}"),
        Shot("invite-used-up", f"/i/{found['used_up']}"),
        Shot("invite-unknown", "/i/nosuch22"),
        Shot("invite-long-form", f"/join/{found['token']}"),
    ]


def _device_login(found: dict[str, str]) -> list[Shot]:
    asking = {name: f"/cli-auth?session={found[name]}" for name in steps.LOGINS}
    return [
        Shot("device-code", "/cli-auth", "alice"),
        Shot("device-signed-out", asking["waiting"]),
        Shot("device-waiting", asking["waiting"], "alice"),
        Shot("device-approved", asking["to_approve"], "alice", steps.press("[value=approve]")),
        Shot("device-approved-gone", asking["to_approve"], "alice"),
        Shot("device-denied", asking["to_deny"], "alice", steps.press("[value=deny]")),
        Shot("device-unknown", "/cli-auth?session=clm_sess_nosuch", "alice"),
        Shot("token", "/token", "bob"),
        Shot("token-made", "/token", "bob", steps.press("main form button[type=submit]")),
    ]


def _dashboard() -> list[Shot]:
    return [
        Shot("home-signed-in", "/", "alice"),
        Shot("dashboard", "/dashboard", "alice"),
        Shot("dashboard-new-account", "/dashboard", "nina"),
        Shot("dashboard-barred-key", "/dashboard", "bob"),
        Shot("new-mesh", "/dashboard/new", "alice"),
        Shot("new-mesh-refused", "/dashboard/new", "alice", steps.name_a_mesh_badly),
    ]


def _mesh(found: dict[str, str]) -> list[Shot]:
    member, invite = f"{MESH}/members/{found['member']}", f"{MESH}/invites/{found['invite']}"
    return [
        Shot("mesh", MESH, "alice", steps.wait_until_live),
        Shot("mesh-as-member", MESH, "carol", steps.wait_until_live),
        Shot("mesh-vacant", "/dashboard/meshes/greenhouse", "alice", steps.wait_until_live),
        Shot("mesh-kick-all", f"{MESH}/kick-all", "alice"),
        Shot("mesh-members", f"{MESH}/members", "alice"),
        Shot("mesh-members-menu", f"{MESH}/members", "alice", steps.open_last_menu),
        Shot("mesh-members-as-member", f"{MESH}/members", "carol"),
        Shot("mesh-ban", f"{member}/ban", "alice"),
        Shot("mesh-bans", f"{MESH}/bans", "alice"),
        Shot("mesh-bans-none", "/dashboard/meshes/greenhouse/bans", "alice"),
        Shot("mesh-invites", f"{MESH}/invites", "alice"),
        Shot("mesh-invites-none", "/dashboard/meshes/greenhouse/invites", "alice"),
        Shot("mesh-invite", invite, "alice"),
        Shot("mesh-invites-revoke-all", f"{MESH}/invites/revoke-all", "alice"),
        Shot("mesh-audit", f"{MESH}/audit", "alice"),
        Shot("mesh-audit-verified", f"{MESH}/audit", "alice", steps.verify_audit),
        Shot("mesh-settings", f"{MESH}/settings", "alice"),
        Shot("mesh-settings-as-member", f"{MESH}/settings", "carol"),
        Shot("mesh-archive", f"{MESH}/archive", "alice"),
        Shot("mesh-leave", f"{MESH}/leave", "carol"),
    ]


def _own() -> list[Shot]:
    security = "/dashboard/security"
    return [
        Shot("devices", "/dashboard/devices", "alice"),
        Shot("devices-few", "/dashboard/devices", "nina"),
        Shot("devices-revoke-all", "/dashboard/devices/revoke-all", "alice"),
        Shot("security", security, "alice"),
        Shot("security-with-app", security, "trent"),
        Shot("security-app", f"{security}/app", "alice"),
        Shot("security-app-remove", f"{security}/app/remove", "trent"),
        Shot("security-recovery-codes", f"{security}/recovery-codes", "trent"),
        Shot("security-recovery-codes-new", f"{security}/recovery-codes/new", "trent"),
        Shot("password", "/dashboard/password", "alice"),
        Shot("email", "/dashboard/email", "alice"),
    ]


def _admin(who: str, lists: dict[str, str]) -> list[Shot]:
    shots = [Shot(f"admin-{who}", "/admin/", who)]
    for name, path in lists.items():
        shots.append(Shot(f"admin-{name}", f"/admin/{path}/", who))
        shots.append(Shot(f"admin-{name}-one", f"/admin/{path}/", who, steps.open_first_row))
    if who == "alice":
        kick = steps.choose_action("kick")
        shots.append(Shot("admin-action", "/admin/presence/presence/", who, kick))
        shots.append(Shot("admin-invite-new", "/admin/meshes/invite/add/", who))
        shots.append(Shot("admin-none-found", "/admin/meshes/member/?q=zzz", who))
    return shots


def _refusals(found: dict[str, str]) -> list[Shot]:
    return [
        Shot("refusal-403", f"{MESH}/bans", "carol"),
        Shot("refusal-404", "/nothing/here", "alice"),
        *(
            Shot(f"refusal-{code}", f"/shown/{code}", html=found[f"refusal_{code}"])
            for code in ("400", "403_csrf", "429", "500")
        ),
    ]
