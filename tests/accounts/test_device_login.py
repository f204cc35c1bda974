"""A device is signed in by its person in a browser: the story, and each way in which it ends."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.test import APIClient

from accounts import device_codes, selectors
from accounts.api import throttles
from accounts.models import CliSession, DeviceLogin, User
from accounts.services import device_login
from tests.accounts.logins import approve, deny, poll, start
from tests.audit_reading import log_of

pytestmark = pytest.mark.django_db


def late(by: timedelta = timedelta()) -> None:
    """Let the five minutes pass."""
    DeviceLogin.objects.update(expires_at=timezone.now() - by)


def test_a_device_gets_its_token_once_its_person_has_approved(
    alice: User, browser: APIClient
) -> None:
    login = start(hostname="laptop", platform="linux", arch="arm64")
    assert poll(login) == {"status": "pending", "interval": 5}
    assert approve(browser, login.session_id) == (200, {"ok": True})
    answer = poll(login)
    assert answer["status"] == "approved"
    assert set(answer) == {"status", "session_token", "user"}
    assert answer["user"] == {
        "id": alice.pk,
        "display_name": "Alice",
        "email": "alice@example.com",
    }
    session = selectors.session_of_token(answer["session_token"])
    assert session is not None
    assert session.user == alice
    assert (session.hostname, session.platform, session.arch) == ("laptop", "linux", "arm64")
    assert log_of(f"account:{alice.pk}")[-1].type == "device_added"


def test_what_a_device_is_told_at_the_start() -> None:
    login = start()
    assert login.interval == 5
    assert login.session_id.startswith("clm_sess_")
    address = urlsplit(login.verification_url)
    assert f"{address.scheme}://{address.netloc}{address.path}" == "http://localhost:7900/cli-auth"
    assert parse_qs(address.query) == {"session": [login.session_id]}
    assert login.token_url == "http://localhost:7900/token"
    expires_at = parse_datetime(login.expires_at)
    assert expires_at is not None
    assert timedelta(minutes=4) < expires_at - timezone.now() <= timedelta(minutes=5)


def test_user_codes_are_easy_to_compare() -> None:
    letters = set("BCDFGHJKLMNPQRSTVWXZ")
    for code in (start(address=f"192.0.2.{n}").user_code for n in range(20)):
        assert len(code) == 9
        assert code[4] == "-"
        assert set(code.replace("-", "")) <= letters


def test_a_token_is_picked_up_once(browser: APIClient) -> None:
    login = start()
    approve(browser, login.session_id)
    assert "session_token" in poll(login)
    assert poll(login) == {"status": "consumed"}
    assert poll(login) == {"status": "consumed"}
    assert CliSession.objects.count() == 1


def test_approving_makes_no_token_yet(browser: APIClient) -> None:
    approve(browser, start().session_id)
    assert not CliSession.objects.exists()


def test_a_person_may_type_the_code(browser: APIClient) -> None:
    for typed in (str, str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "):
        login = start()
        assert approve(browser, typed(login.user_code)) == (200, {"ok": True})
        assert poll(login)["status"] == "approved"


def test_a_denied_device_gets_nothing(browser: APIClient) -> None:
    login = start()
    assert deny(browser, login.session_id) == (200, {"ok": True})
    assert poll(login) == {"status": "denied"}
    assert approve(browser, login.session_id)[0] == 410
    assert poll(login) == {"status": "denied"}
    assert not CliSession.objects.exists()


def test_an_approval_can_be_taken_back_before_it_is_picked_up(browser: APIClient) -> None:
    login = start()
    approve(browser, login.session_id)
    assert deny(browser, login.session_id)[0] == 200
    assert poll(login) == {"status": "denied"}


def test_saying_it_twice_is_saying_it_once(browser: APIClient) -> None:
    yes, no = start(), start()
    assert {approve(browser, yes.session_id)[0] for _ in range(2)} == {200}
    assert {deny(browser, no.session_id)[0] for _ in range(2)} == {200}
    assert poll(yes)["status"] == "approved"
    assert poll(no) == {"status": "denied"}


def test_after_the_pick_up_there_is_nothing_to_answer(browser: APIClient) -> None:
    login = start()
    approve(browser, login.session_id)
    token = poll(login)["session_token"]
    for answer in (approve, deny):
        status, body = answer(browser, login.session_id)
        assert (status, body["error"]) == (410, "expired")
    assert selectors.session_of_token(token)


@pytest.mark.parametrize("approved", [False, True])
def test_after_five_minutes_it_is_over(browser: APIClient, approved: bool) -> None:
    login = start()
    if approved:
        approve(browser, login.session_id)
    late()
    assert poll(login) == {"status": "expired"}
    for answer in (approve, deny):
        for handle in (login.session_id, login.user_code):
            status, body = answer(browser, handle)
            assert (status, body["error"]) == (410, "expired")
    assert poll(login) == {"status": "expired"}
    assert not CliSession.objects.exists()


def test_codes_that_never_were(browser: APIClient) -> None:
    junk = [
        "x",
        "%00",
        "%F0%9F%92%A9",
        "clm_sess_x",
        "a" * 3000,
        "..",
        "%0d%0aX:y",
        "%ff",
        "' OR 1",
    ]
    for code in junk:
        response = APIClient().get(f"/cli/device-code/{code}")
        assert (response.status_code, response.json()) == (200, {"status": "expired"})
    for handle in ("clm_sess_x", "clm_sess_" + "a" * 3000, "BCDF-GHJK"):
        for answer in (approve, deny):
            status, body = answer(browser, handle)
            assert (status, body["error"]) == (404, "not_found")


def test_a_code_opens_only_its_own_door(browser: APIClient) -> None:
    """A session id does not poll, and a device code approves nothing."""
    login = start()
    for code in (login.session_id, login.user_code):
        assert APIClient().get(f"/cli/device-code/{code}").json() == {"status": "expired"}
    assert approve(browser, login.device_code)[0] == 404
    assert poll(login)["status"] == "pending"


def test_the_codes_of_one_device_do_nothing_for_another(browser: APIClient) -> None:
    mine, other = start(), start()
    approve(browser, mine.session_id)
    assert poll(other)["status"] == "pending"
    assert poll(mine)["status"] == "approved"


def test_the_database_has_none_of_the_codes(browser: APIClient) -> None:
    login = start()
    approve(browser, login.user_code)
    token = poll(login)["session_token"]
    with connection.cursor() as cursor:
        for table in (DeviceLogin, CliSession):
            cursor.execute(f"SELECT * FROM {table._meta.db_table}")
            stored = str(cursor.fetchall())
            for code in (login.device_code, login.session_id, login.user_code, token):
                assert code not in stored
                assert code.replace("-", "") not in stored
            assert device_codes.secret_hash(login.user_code) not in stored


def test_answers_that_hold_secrets_are_kept_by_no_cache(browser: APIClient) -> None:
    started = APIClient().post("/cli/device-code", {}, format="json")
    assert started.headers["Cache-Control"] == "no-store"
    code = started.json()["device_code"]
    approve(browser, started.json()["session_id"])
    assert APIClient().get(f"/cli/device-code/{code}").headers["Cache-Control"] == "no-store"
    assert browser.post("/cli/token").headers["Cache-Control"] == "no-store"


def test_old_attempts_go_when_new_ones_come_some_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(device_login, "DELETED_AT_ONCE", 2)
    for _ in range(5):
        start()
    late(by=timedelta(minutes=11))
    start()
    assert DeviceLogin.objects.count() == 4
    start()
    start()
    assert DeviceLogin.objects.count() == 3


def test_recent_ends_are_kept_for_who_still_asks(browser: APIClient) -> None:
    login = start()
    deny(browser, login.session_id)
    late(by=timedelta(minutes=1))
    start()
    assert poll(login) == {"status": "denied"}


def test_starting_is_limited_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttles.time, "time", lambda: 1_800_000_000.0)
    calls = [APIClient().post("/cli/device-code", REMOTE_ADDR="192.0.2.1") for _ in range(31)]
    assert [call.status_code for call in calls] == [200] * 30 + [429]
    assert calls[-1].json()["error"] == "rate_limit"
    forged = APIClient().post(
        "/cli/device-code", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": "203.0.113.9"}
    )
    assert forged.status_code == 429
    assert APIClient().post("/cli/device-code", REMOTE_ADDR="192.0.2.2").status_code == 200
