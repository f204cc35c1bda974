"""Endpoints that show and change members."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.answers import OkAnswer
from accounts.api.base import AccountView, validated
from accounts.api.describing import answers
from meshes import selectors, services
from meshes.api import shapes
from meshes.api.answers import MemberAnswer, MembersAnswer
from meshes.api.bodies import UpdateMemberBody

MYSELF = "me"


class Members(AccountView):
    """GET /cli/mesh/<slug>/members: members see members."""

    @answers("Lists the members; for members.", MembersAnswer, refuses="not_found device_revoked")
    def get(self, request: Request, slug: str) -> Response:
        standing = selectors.standing_in(self.person(request), slug)
        members = selectors.live_members(standing.mesh)
        return Response({"members": [shapes.member(each, to=standing.user) for each in members]})


class OneMember(AccountView):
    """PATCH /cli/mesh/<slug>/members/<id>.

    DELETE suspends a key of one's own until it is proven again; DELETE …/members/me leaves.
    """

    @answers(
        "Changes your profile within the policy, anyone's as an admin; `role` as the owner.",
        MemberAnswer,
        body=UpdateMemberBody,
        refuses="not_found forbidden device_revoked invalid",
    )
    def patch(self, request: Request, slug: str, member_id: str) -> Response:
        standing = selectors.standing_in(self.person(request), slug)
        changes = validated(UpdateMemberBody, request)
        member = services.update_member(by=standing, member_id=member_id, changes=changes)
        return Response(shapes.member(member, to=standing.user))

    @answers(
        "Suspends a key of your own until it is proven again; with `me` as id, leaves the mesh.",
        OkAnswer,
        refuses="not_found forbidden invalid",
    )
    def delete(self, request: Request, slug: str, member_id: str) -> Response:
        standing = selectors.standing_in(self.person(request), slug)
        if member_id == MYSELF:
            services.leave_mesh(by=standing)
        else:
            services.suspend_key(by=standing, member_id=member_id)
        return Response({"ok": True})
