"""Addresses of signing in. The names are django-allauth's, which it reverses itself."""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path
from django.views.decorators.cache import never_cache

urlpatterns = [
    path("login", account.login, name="account_login"),
    path("login/code", second_factor.authenticate, name="mfa_authenticate"),
    path("login/again", account.reauthenticate, name="account_reauthenticate"),
    path("login/again/code", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("login/inactive", account.account_inactive, name="account_inactive"),
    path("logout", account.logout, name="account_logout"),
    path("signup", account.signup, name="account_signup"),
    path("signup/verify", account.email_verification_sent, name="account_email_verification_sent"),
    path("password/reset", account.password_reset, name="account_reset_password"),
    path("password/reset/sent", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/changed",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("dashboard/password", account.password_change, name="account_change_password"),
    path("dashboard/password/set", account.password_set, name="account_set_password"),
    path("dashboard/email", account.email, name="account_email"),
    path("dashboard/security", second_factor.index, name="mfa_index"),
    # These two show secrets, which no cache may keep.
    path("dashboard/security/app", never_cache(totp.activate_totp), name="mfa_activate_totp"),
    path("dashboard/security/app/remove", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "dashboard/security/recovery-codes",
        never_cache(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "dashboard/security/recovery-codes/new",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "dashboard/security/recovery-codes/file",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]
