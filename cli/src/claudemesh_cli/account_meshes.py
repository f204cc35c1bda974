"""Meshes as the signed-in account sees them over HTTP; local entries are `config`'s."""

from urllib.parse import quote

import msgspec

from claudemesh_cli import addresses, auth
from claudemesh_cli.api import Api
from claudemesh_cli.config import MeshEntry
from claudemesh_cli.errors import CliError, ExitCode


class AccountMesh(msgspec.Struct, frozen=True):
    """One row of GET /cli/meshes."""

    id: str
    slug: str
    name: str
    role: str
    is_owner: bool
    member_count: int
    active_peers: int
    joined_at: str
    broker_url: str


class _Listing(msgspec.Struct):
    meshes: list[AccountMesh]


def account_api() -> Api:
    """The API of the broker one is signed in to. Raises CliError (exit code 2)."""
    return Api(addresses.api_url(), auth.require().session_token)


def account_meshes(api: Api) -> list[AccountMesh]:
    """Every mesh of the account."""
    return api.get("/cli/meshes", _Listing).meshes


def mesh_path(api: Api, entry: MeshEntry) -> str:
    """`/cli/mesh/<slug>` of exactly this mesh, found by its id: a slug may have changed, and
    another broker may have one of the same name. Raises CliError `not_your_mesh`.
    """
    for mesh in account_meshes(api):
        if mesh.id == entry.mesh_id:
            return f"/cli/mesh/{quote(mesh.slug, safe='')}"
    raise CliError(
        "not_your_mesh",
        f"Your account at {api.base_url} is not a member of {entry.slug!r}.",
        "Sign in with the account that made it, or ask its owner.",
        ExitCode.NOT_PERMITTED,
    )
