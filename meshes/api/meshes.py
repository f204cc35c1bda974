"""Endpoints that list, open, change and close meshes."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.answers import OkAnswer
from accounts.api.base import AccountView, validated
from accounts.api.describing import answers
from meshes import selectors, services
from meshes.api import shapes
from meshes.api.answers import CreatedMeshAnswer, MeshAnswer, MeshesAnswer, MyMeshAnswer
from meshes.api.bodies import CreateMeshBody, RenameMeshBody, UpdateMeshBody
from meshes.api.devices import device_of


class CreateMesh(AccountView):
    """POST /cli/mesh/create."""

    @answers(
        "Makes a mesh that you own; `pubkey` becomes its first member.",
        CreatedMeshAnswer,
        body=CreateMeshBody,
        refuses="exists",
    )
    def post(self, request: Request) -> Response:
        body = validated(CreateMeshBody, request)
        created = services.create_mesh(
            owner=self.person(request), device=device_of(request), **body
        )
        return Response(shapes.created_mesh(created))


class CliMeshes(AccountView):
    """GET /cli/meshes: joined and owned ones, with how many peers are connected."""

    @answers("Lists the meshes that you own or are on.", MeshesAnswer)
    def get(self, request: Request) -> Response:
        standings = selectors.standings_of(self.person(request))
        ids = [standing.mesh.pk for standing in standings]
        members, active = selectors.member_counts(ids), selectors.active_peer_counter(ids)
        listed = [
            shapes.joined_mesh(
                standing,
                member_count=members.get(standing.mesh.pk, 0),
                active_peers=active.get(standing.mesh.pk, 0),
            )
            for standing in standings
        ]
        return Response({"meshes": listed})


class OneMesh(AccountView):
    """PATCH and DELETE /cli/mesh/<slug>, for the owner."""

    @answers(
        "Changes name, slug or policy; for the owner.",
        MeshAnswer,
        body=UpdateMeshBody,
        refuses="not_found forbidden exists",
    )
    def patch(self, request: Request, slug: str) -> Response:
        standing = selectors.standing_in(self.person(request), slug)
        standing.require_owner()
        changes = validated(UpdateMeshBody, request)
        return Response(shapes.mesh(services.update_mesh(by=standing, **changes)))

    @answers(
        "Archives the mesh: sockets close, invitations die, the audit log stays; for the owner.",
        OkAnswer,
        refuses="not_found forbidden",
    )
    def delete(self, request: Request, slug: str) -> Response:
        standing = selectors.standing_in(self.person(request), slug)
        standing.require_owner()
        services.archive_mesh(by=standing)
        return Response({"ok": True})


class MyMeshes(AccountView):
    """GET /api/my/meshes: a bare array."""

    @answers("Lists the same meshes as a bare array.", MyMeshAnswer, many=True)
    def get(self, request: Request) -> Response:
        standings = selectors.standings_of(self.person(request))
        counts = selectors.member_counts(standing.mesh.pk for standing in standings)
        return Response(
            [
                shapes.my_mesh(standing, member_count=counts.get(standing.mesh.pk, 0))
                for standing in standings
            ]
        )


class MyMesh(AccountView):
    """PATCH /api/my/meshes/<slug>: rename, for the owner."""

    @answers(
        "Renames the mesh; for the owner.",
        MeshAnswer,
        body=RenameMeshBody,
        refuses="not_found forbidden",
    )
    def patch(self, request: Request, slug: str) -> Response:
        standing = selectors.standing_in(self.person(request), slug)
        standing.require_owner()
        name = validated(RenameMeshBody, request)["name"]
        return Response(shapes.mesh(services.update_mesh(by=standing, name=name)))
