"""`/dashboard/meshes/<slug>`: who is there now, and how much was said in the last hour."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dashboard.chart import chart_of
from dashboard.pages import MeshPage
from dashboard.selectors.flow import flow_of
from meshes.selectors import live_members
from presence.storage.watched import listing_for


class OneMesh(MeshPage):
    """The mesh as it is now; script keeps it so."""

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Everything as of this moment."""
        mesh, member = self.standing.mesh, self.standing.member
        return self.show(
            "mesh",
            listing=listing_for(self.standing),
            chart=chart_of(flow_of(mesh.pk)),
            member_count=live_members(mesh).count(),
            needs_sync=self.standing.is_owner and (member is None or member.is_vacant),
        )
