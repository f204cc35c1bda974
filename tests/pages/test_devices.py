"""The page of devices: what it shows of them, and signing them out."""

from __future__ import annotations

from django.test import Client

from accounts import services
from accounts.models import CliSession, User
from tests.pages.conftest import PASSWORD
from tests.pages.reading import Page


def device(user: User, hostname: str = "laptop") -> CliSession:
    return services.issue_token(user=user, hostname=hostname, platform="linux", arch="arm64")[1]


def test_it_shows_where_an_account_is_signed_in(browser: Client, alice: User) -> None:
    laptop = device(alice)
    services.note_seen(session=laptop, address="203.0.113.7")
    text = browser.get("/dashboard/devices").content.decode()
    assert "laptop" in text
    assert "linux arm64" in text
    assert "203.0.113.7" in text
    assert f"{laptop.expires_at:%Y-%m-%d %H:%M:%S} UTC" in text
    assert f'datetime="{laptop.created_at:%Y-%m-%dT%H:%M:%SZ}"' in text


def test_an_account_without_devices_learns_how_to_get_one(browser: Client) -> None:
    assert b"claudemesh login" in browser.get("/dashboard/devices").content


def test_others_devices_are_not_there(browser: Client, mallory: User) -> None:
    device(mallory, "mallorys-machine")
    assert b"mallorys-machine" not in browser.get("/dashboard/devices").content


def test_a_hostile_hostname_is_text(browser: Client, alice: User) -> None:
    device(alice, '"><img src=x onerror=alert(1)>')
    text = browser.get("/dashboard/devices").content.decode()
    assert "<img" not in text
    assert "&lt;img src=x" in text


def test_a_device_at_the_browsers_address_is_marked(browser: Client, alice: User) -> None:
    services.note_seen(session=device(alice), address="127.0.0.1")
    assert b"your address now" in browser.get("/dashboard/devices").content


def test_signing_one_out(browser: Client, alice: User) -> None:
    laptop, phone = device(alice), device(alice, "phone")
    response = browser.post(f"/dashboard/devices/{laptop.pk}/revoke", follow=True)
    assert b"The device is signed out." in response.content
    laptop.refresh_from_db()
    phone.refresh_from_db()
    assert laptop.revoked_at is not None
    assert phone.revoked_at is None


def test_mallory_cannot_sign_alices_device_out(mallorys_browser: Client, alice: User) -> None:
    laptop = device(alice)
    assert mallorys_browser.post(f"/dashboard/devices/{laptop.pk}/revoke").status_code == 404
    laptop.refresh_from_db()
    assert laptop.revoked_at is None


def test_looking_changes_nothing(browser: Client, alice: User) -> None:
    laptop = device(alice)
    assert browser.get(f"/dashboard/devices/{laptop.pk}/revoke").status_code == 405
    assert browser.get("/dashboard/devices/revoke-all").status_code == 200
    laptop.refresh_from_db()
    assert laptop.revoked_at is None


def test_signing_all_out_asks_first_and_spares_others(
    browser: Client, alice: User, mallory: User
) -> None:
    device(alice)
    device(alice, "phone")
    mallorys = device(mallory)
    assert b"Sign out 2 devices" in browser.get("/dashboard/devices/revoke-all").content
    browser.post("/dashboard/devices/revoke-all")
    assert not CliSession.objects.filter(user=alice, revoked_at__isnull=True).exists()
    mallorys.refresh_from_db()
    assert mallorys.revoked_at is None
    assert browser.get("/dashboard/devices").status_code == 200


def test_a_forged_form_signs_nothing_out(alice: User) -> None:
    laptop = device(alice)
    forger = Client(enforce_csrf_checks=True)
    token = Page(forger.get("/login").content.decode()).form_to("/login").inputs[0]["value"]
    form = {"login": alice.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert forger.post("/login", form).status_code == 302
    for path in (f"/dashboard/devices/{laptop.pk}/revoke", "/dashboard/devices/revoke-all"):
        assert forger.post(path).status_code == 403
    laptop.refresh_from_db()
    assert laptop.revoked_at is None


def test_many_devices_come_in_pages(browser: Client, alice: User) -> None:
    for number in range(51):
        device(alice, f"machine-{number:02}")
    assert b"machine-00" not in browser.get("/dashboard/devices").content
    assert b"machine-00" in browser.get("/dashboard/devices?page=2").content
    assert browser.get("/dashboard/devices?page=nonsense").status_code == 200
