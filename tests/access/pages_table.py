"""Every page of the broker, and what each kind of visitor gets. A new page needs a row."""

from dataclasses import dataclass, field

VISITORS = ("owner", "admin", "member", "outsider", "banned", "anonymous")
MESH = "dashboard/meshes/<slug:slug>"
MEMBER = f"{MESH}/members/<slug:member_id>"
INVITE = f"{MESH}/invites/<slug:invite_id>"


@dataclass(frozen=True)
class Row:
    """A visit, and the status by visitor; `{name}` is filled in with ids of the scene."""

    route: str
    path: str
    owner: int
    admin: int
    member: int
    outsider: int
    banned: int
    anonymous: int
    method: str = "get"
    data: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """For the test's id."""
        return f"{self.method} {self.path} {self.data or ''}"


def of_mesh(route: str, owner: int, admin: int, member: int, **more: object) -> Row:
    """About one mesh. For those who are not on it there is none; the signed-out sign in first."""
    path = "/" + route.replace(MESH, "dashboard/meshes/acme")
    path = path.replace("<slug:member_id>", "{carol}").replace("<slug:invite_id>", "{invite}")
    return Row(route, path, owner, admin, member, 404, 404, 302, **more)  # type: ignore[arg-type]


def posted(route: str, owner: int, admin: int, member: int, **data: str) -> Row:
    """As `of_mesh`, sent as a form."""
    return of_mesh(route, owner, admin, member, method="post", data=data)


def own(route: str, path: str, status: int = 200, method: str = "get", **data: str) -> Row:
    """About the visitor's own things."""
    return Row(route, path, *[status] * 5, 302, method, data)


def public(route: str, path: str, status: int = 200) -> Row:
    """For everybody."""
    return Row(route, path, *[status] * 6)


ROWS = [
    public("", "/"),
    public("i/<slug:code>", "/i/{code}"),
    public("i/<slug:code>", "/i/nosuch", 404),
    public("join/<str:token>", "/join/{token}"),
    public("join/<str:token>", "/join/nosuch", 404),
    # Tests have no wheel on the shelf, so the installer says that there is none.
    public("install", "/install", 503),
    public("dl/simple/claudemesh-cli/", "/dl/simple/claudemesh-cli/"),
    public("dl/<wheel:name>", "/dl/claudemesh_cli-0.0.1-py3-none-any.whl", 404),
    public(
        "dl/<sha256:sha256>/<wheel:name>",
        f"/dl/{'0' * 64}/claudemesh_cli-0.0.1-py3-none-any.whl",
        404,
    ),
    own("dashboard", "/dashboard"),
    own("dashboard/new", "/dashboard/new"),
    own("dashboard/new", "/dashboard/new", 302, "post", name="Another"),
    own("dashboard/devices", "/dashboard/devices"),
    own("token", "/token"),
    of_mesh(MESH, 200, 200, 200),
    of_mesh(f"{MESH}/remove", 302, 302, 403),
    posted(f"{MESH}/remove", 302, 302, 403, kick="no such"),
    of_mesh(f"{MESH}/kick-all", 200, 200, 403),
    posted(f"{MESH}/kick-all", 302, 302, 403),
    of_mesh(f"{MESH}/members", 200, 200, 200),
    of_mesh(f"{MEMBER}/role", 302, 403, 403),
    posted(f"{MEMBER}/role", 302, 403, 403, role="admin"),
    of_mesh(f"{MEMBER}/remove", 302, 302, 403),
    posted(f"{MEMBER}/remove", 302, 302, 403, kind="kick"),
    of_mesh(f"{MEMBER}/ban", 200, 200, 403),
    posted(f"{MEMBER}/ban", 302, 302, 403, reason="why not"),
    of_mesh(f"{MEMBER}/unban", 302, 302, 403),
    posted(f"{MEMBER}/unban", 302, 302, 403),
    of_mesh(f"{MESH}/bans", 200, 200, 403),
    of_mesh(f"{MESH}/invites", 200, 200, 403),
    posted(f"{MESH}/invites", 302, 302, 403, preset="single", role="member"),
    posted(f"{MESH}/invites", 302, 200, 403, preset="single", role="admin"),
    of_mesh(f"{MESH}/invites/revoke-all", 200, 200, 403),
    posted(f"{MESH}/invites/revoke-all", 302, 302, 403),
    of_mesh(INVITE, 200, 200, 403),
    of_mesh(f"{INVITE}/revoke", 302, 302, 403),
    posted(f"{INVITE}/revoke", 302, 302, 403),
    of_mesh(f"{INVITE}/mail", 302, 302, 403),
    posted(f"{INVITE}/mail", 302, 302, 403),
    of_mesh(f"{MESH}/audit", 200, 200, 403),
    of_mesh(f"{MESH}/audit/verify", 302, 302, 403),
    posted(f"{MESH}/audit/verify", 302, 302, 403),
    of_mesh(f"{MESH}/audit/export", 200, 200, 403),
    of_mesh(f"{MESH}/settings", 200, 200, 200),
    posted(f"{MESH}/settings", 302, 403, 403, name="New", slug="acme"),
    of_mesh(f"{MESH}/archive", 200, 403, 403),
    posted(f"{MESH}/archive", 302, 403, 403, slug="acme"),
    of_mesh(f"{MESH}/leave", 302, 200, 200),
    posted(f"{MESH}/leave", 302, 302, 302),
]
