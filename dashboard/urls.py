"""Addresses of the dashboard's pages. No trailing slashes."""

from django.urls import path

from dashboard.views import audit, home, invites, members, mesh, overview, presences, settings

MESH = "dashboard/meshes/<slug:slug>"
MEMBER = f"{MESH}/members/<slug:member_id>"
INVITE = f"{MESH}/invites/<slug:invite_id>"

urlpatterns = [
    path("", home.home, name="home"),
    path("dashboard", overview.Overview.as_view(), name="dashboard"),
    path("dashboard/new", overview.NewMesh.as_view(), name="dashboard-new"),
    path(MESH, mesh.OneMesh.as_view(), name="dashboard-mesh"),
    path(f"{MESH}/remove", presences.RemoveOne.as_view(), name="dashboard-remove"),
    path(f"{MESH}/kick-all", presences.KickAll.as_view(), name="dashboard-kick-all"),
    path(f"{MESH}/members", members.Members.as_view(), name="dashboard-members"),
    path(f"{MEMBER}/role", members.ChangeRole.as_view(), name="dashboard-role"),
    path(f"{MEMBER}/remove", presences.RemoveOfMember.as_view(), name="dashboard-remove-of-member"),
    path(f"{MEMBER}/ban", members.BanMember.as_view(), name="dashboard-ban"),
    path(f"{MEMBER}/unban", members.Unban.as_view(), name="dashboard-unban"),
    path(f"{MESH}/bans", members.Bans.as_view(), name="dashboard-bans"),
    path(f"{MESH}/invites", invites.Invites.as_view(), name="dashboard-invites"),
    path(
        f"{MESH}/invites/revoke-all",
        invites.RevokeAllInvites.as_view(),
        name="dashboard-invites-revoke-all",
    ),
    path(INVITE, invites.OneInvite.as_view(), name="dashboard-invite"),
    path(f"{INVITE}/revoke", invites.RevokeInvite.as_view(), name="dashboard-invite-revoke"),
    path(f"{INVITE}/mail", invites.MailInvite.as_view(), name="dashboard-invite-mail"),
    path(f"{MESH}/audit", audit.Audit.as_view(), name="dashboard-audit"),
    path(f"{MESH}/audit/verify", audit.VerifyAudit.as_view(), name="dashboard-audit-verify"),
    path(f"{MESH}/audit/export", audit.ExportAudit.as_view(), name="dashboard-audit-export"),
    path(f"{MESH}/settings", settings.Settings.as_view(), name="dashboard-settings"),
    path(f"{MESH}/archive", settings.Archive.as_view(), name="dashboard-archive"),
    path(f"{MESH}/leave", settings.Leave.as_view(), name="dashboard-leave"),
]
