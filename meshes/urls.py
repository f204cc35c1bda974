"""Addresses of the meshes API. No trailing slashes, no redirects to them.

The `slug` converter lets through letters, digits, `-` and `_` only, so that junk in a path
(NUL, quotes, line breaks) is a plain 404 before any code sees it.
"""

from django.urls import path

from meshes.api import audit, grants, invites, joining, members, meshes, syncing

urlpatterns = [
    path("cli/mesh/create", meshes.CreateMesh.as_view(), name="mesh-create"),
    path("cli/meshes", meshes.CliMeshes.as_view(), name="cli-meshes"),
    path("cli/mesh/<slug:slug>", meshes.OneMesh.as_view(), name="mesh"),
    path("cli/mesh/<slug:slug>/invite", invites.CreateInvite.as_view(), name="mesh-invite"),
    path("cli/mesh/<slug:slug>/invites", invites.Invites.as_view(), name="mesh-invites"),
    path(
        "cli/mesh/<slug:slug>/invites/<slug:invite_id>",
        invites.OneInvite.as_view(),
        name="mesh-invite-one",
    ),
    path("cli/mesh/<slug:slug>/grants", grants.MeshGrants.as_view(), name="mesh-grants"),
    path("cli/mesh/<slug:slug>/audit", audit.MeshAudit.as_view(), name="mesh-audit"),
    path(
        "cli/mesh/<slug:slug>/audit/verify",
        audit.VerifyMeshAudit.as_view(),
        name="mesh-audit-verify",
    ),
    path(
        "cli/mesh/<slug:slug>/audit/export",
        audit.ExportMeshAudit.as_view(),
        name="mesh-audit-export",
    ),
    path("cli/mesh/<slug:slug>/members", members.Members.as_view(), name="mesh-members"),
    path(
        "cli/mesh/<slug:slug>/members/<slug:member_id>",
        members.OneMember.as_view(),
        name="mesh-member",
    ),
    path("api/my/meshes", meshes.MyMeshes.as_view(), name="my-meshes"),
    path("api/my/meshes/<slug:slug>", meshes.MyMesh.as_view(), name="my-mesh"),
    path("join", joining.Join.as_view(), name="join"),
    path("cli-sync", syncing.Sync.as_view(), name="cli-sync"),
    path("invites/<slug:code>/claim", joining.ClaimInvite.as_view(), name="invite-claim"),
    path(
        "api/public/invite-code/<slug:code>",
        joining.PublicInvite.as_view(),
        name="public-invite-code",
    ),
]
