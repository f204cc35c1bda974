"""Endpoints that show and change members."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AccountView, validated
from meshes import selectors, services
from meshes.api import shapes
from meshes.api.bodies import UpdateMemberBody

MYSELF = "me"


class Members(AccountView):
    """GET /cli/mesh/<slug>/members: members see members."""

    serializer_class = UpdateMemberBody

    def get(self, request: Request, slug: str) -> Response:
        standing = selectors.standing_in(self.person(request), slug)
        members = selectors.live_members(standing.mesh)
        return Response({"members": [shapes.member(each, to=standing.user) for each in members]})


class OneMember(AccountView):
    """PATCH /cli/mesh/<slug>/members/<id>.

    DELETE suspends a key of one's own until it is proven again; DELETE …/members/me leaves.
    """

    serializer_class = UpdateMemberBody

    def patch(self, request: Request, slug: str, member_id: str) -> Response:
        standing = selectors.standing_in(self.person(request), slug)
        changes = validated(UpdateMemberBody, request)
        member = services.update_member(by=standing, member_id=member_id, changes=changes)
        return Response(shapes.member(member, to=standing.user))

    def delete(self, request: Request, slug: str, member_id: str) -> Response:
        standing = selectors.standing_in(self.person(request), slug)
        if member_id == MYSELF:
            services.leave_mesh(by=standing)
        else:
            services.suspend_key(by=standing, member_id=member_id)
        return Response({"ok": True})
