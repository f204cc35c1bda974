"""login by a browser, without a terminal: the codes, every answer of the broker, what is kept."""

import json
import threading

import pytest
from claudemesh_cli import auth
from claudemesh_wire import signing
from fake_accounts import APPROVED, DEVICE_TOKEN, PENDING, PROFILE


@pytest.fixture(autouse=True)
def _no_backoff(monkeypatch) -> None:
    monkeypatch.setattr("claudemesh_cli.session.reconnect.CAPS_S", (0.01,))


@pytest.fixture
def login(run, broker):
    """Run `claudemesh login` at the fake broker."""
    return lambda *arguments: run("login", "--url", broker.url, *arguments)


def polls(broker) -> int:
    return sum(path.startswith("/cli/device-code/") for _, path, _, _ in broker.seen)


def test_approved_in_the_browser_is_signed_in(login, broker, home) -> None:
    broker.accounts.polls = [PENDING, APPROVED]
    result = login()
    assert result.code == 0
    assert "Alice <alice@example.com>" in result.out
    stored = auth.require()
    assert (stored.session_token, stored.user, stored.token_source) == (
        DEVICE_TOKEN,
        PROFILE,
        "device",
    )
    assert (home / "auth.json").stat().st_mode & 0o777 == 0o600


def test_page_and_code_are_shown_and_nothing_secret_is(login, broker) -> None:
    broker.accounts.polls = [APPROVED]
    result = login()
    assert f"  {broker.url}/cli-auth?session=clm_sess_1\n" in result.err
    assert "  BCDF-GHJK\n" in result.err
    assert "device-code/secret" not in result.out + result.err
    assert DEVICE_TOKEN not in result.out + result.err


def test_quiet_login_still_shows_page_and_code(login, broker) -> None:
    broker.accounts.polls = [APPROVED]
    assert "BCDF-GHJK" in login("-q").err


def test_json_is_the_codes_first_and_the_account_then(login, broker) -> None:
    broker.accounts.polls = [APPROVED]
    codes, account = map(json.loads, login("--json").out.splitlines())
    assert codes.pop("expires_at").endswith("+00:00")
    assert codes == {
        "status": "pending",
        "user_code": "BCDF-GHJK",
        "verification_url": f"{broker.url}/cli-auth?session=clm_sess_1",
        "token_url": f"{broker.url}/token",
        "interval": 0.2,
    }
    assert account == {"user": PROFILE, "api_url": broker.url, "known": [], "failed": []}


def test_the_machine_is_named_to_the_broker(login, broker, monkeypatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "reef\x1b[2J" + "é" * 300)
    broker.accounts.polls = [APPROVED]
    login()
    assert broker.accounts.machine["hostname"] == "reef[2J"
    assert broker.accounts.machine.keys() == {"hostname", "platform", "arch"}


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        ("denied", 7, "denied in the browser"),
        ("expired", 1, "in time"),
        ("consumed", 1, "handed out before"),
        ("approved", 4, "does not know"),
        ("from_the_future", 4, "does not know"),
    ],
)
def test_every_other_end_is_a_sentence_and_an_exit_code(
    login, broker, status: str, code: int, sentence: str
) -> None:
    broker.accounts.polls = [PENDING, {"status": status}]
    result = login()
    assert result.code == code
    assert sentence in result.err
    assert auth.load() is None


def test_other_ends_keep_who_was_signed_in_before(run, signed_in) -> None:
    signed_in.accounts.polls = [{"status": "denied"}]
    assert run("login").code == 7
    assert auth.require().session_token == "token-of-alice"


def test_pending_answers_set_the_interval(login, broker, monkeypatch) -> None:
    waited: list[float | None] = []
    wait = threading.Event.wait

    def counting(self, timeout=None):
        if timeout is not None and timeout > 1:
            waited.append(timeout)
            timeout = 0
        return wait(self, timeout)

    monkeypatch.setattr("threading.Event.wait", counting)
    broker.accounts.codes = {"interval": 5}
    slow_down = {"status": "pending", "interval": 10}
    broker.accounts.polls = [PENDING, slow_down, PENDING, APPROVED]
    assert login().code == 0
    assert waited == [5, 5, 10, 10]


def test_blips_are_retried(login, broker) -> None:
    broker.accounts.polls = [None, PENDING, None, APPROVED]
    result = login()
    assert result.code == 0
    assert "Cannot reach the broker" in result.err
    assert "Trying again." in result.err


@pytest.mark.parametrize(
    ("status", "body"),
    [(502, b"<html>Bad Gateway"), (429, {"error": "rate_limit", "message": "Slow down."}),
     (503, {"error": "unavailable", "message": "Storage."}), (500, {"error": "internal"})],
)  # fmt: skip
def test_what_may_pass_is_waited_out(login, broker, status: int, body, monkeypatch) -> None:
    path = "/cli/device-code/device-code%2Fsecret"
    broker.answers[path] = (status, body)
    answered = broker.answer

    def recovers(*request):
        if polls(broker) == 2:
            broker.answers.pop(path, None)
            broker.accounts.polls = [APPROVED]
        return answered(*request)

    monkeypatch.setattr(broker, "answer", recovers)
    assert login().code == 0


def test_broker_that_stays_away_is_said_so_when_the_code_has_expired(
    login, broker, monkeypatch
) -> None:
    monkeypatch.setattr("claudemesh_cli.login.attempt._lifetime_s", lambda *_: 0.0)
    broker.accounts.polls = [None]
    result = login("--json")
    assert result.code == 4
    assert json.loads(result.out.splitlines()[1])["error"]["code"] == "network"


def test_clock_that_is_wrong_shortens_nothing() -> None:
    from claudemesh_cli.login.attempt import _lifetime_s

    assert _lifetime_s("2031-01-01T00:05:00Z", 1_924_992_000.0) == pytest.approx(300)
    assert _lifetime_s("2031-01-01T00:05:00Z", 1_924_999_999.0) == 300
    assert _lifetime_s("no time", None) == 300
    assert _lifetime_s("9999-01-01T00:00:00Z", None) == 300


def test_broker_without_this_way_names_the_other(login, broker) -> None:
    broker.answers["/cli/device-code"] = (404, {"error": "not_found", "message": "Nothing."})
    result = login("--json")
    assert result.json["error"]["code"] == "no_browser_login"
    assert "--token -" in result.json["error"]["hint"]


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "javascript:alert(1)", "https://", "http://[", "http://x/\x1b[2J",
     "http://x/ --help", "http://x/é", ""],
)  # fmt: skip
@pytest.mark.parametrize("field", ["verification_url", "token_url"])
def test_page_that_no_browser_should_open_is_refused(login, broker, field: str, url: str) -> None:
    broker.accounts.codes = {field: url}
    result = login("--json")
    assert (result.code, result.json["error"]["code"]) == (4, "not_a_broker")


def test_hostile_code_does_not_rule_the_terminal(login, broker) -> None:
    broker.accounts.codes = {"user_code": "\x1b[2JAB\nCD"}
    broker.accounts.polls = [APPROVED]
    assert "\x1b" not in login().err


def test_no_broker_known_asks_where_it_is(run, monkeypatch) -> None:
    monkeypatch.setattr("claudemesh_cli.addresses.DEFAULT_API_URL", "http://127.0.0.1:9")
    result = run("login")
    assert result.code == 4
    assert "--url" in result.err


def test_register_begins_with_signing_up_and_comes_back(run, broker) -> None:
    broker.accounts.polls = [APPROVED]
    result = run("register", "--url", broker.url)
    assert result.code == 0
    page = f"{broker.url}/signup?next=%2Fcli-auth%3Fsession%3Dclm_sess_1"
    assert f"  {page}\n" in result.err


def test_register_knows_a_site_below_a_path(run, broker) -> None:
    broker.accounts.codes = {"verification_url": "https://x.example/mesh/cli-auth?session=s"}
    broker.accounts.polls = [APPROVED]
    page = "https://x.example/mesh/signup?next=%2Fmesh%2Fcli-auth%3Fsession%3Ds"
    assert page in run("register", "--url", broker.url).err


def test_token_of_this_machine_is_ended_when_another_replaces_it(login, broker) -> None:
    broker.accounts.polls = [APPROVED | {"session_token": "an-earlier-one"}]
    broker.accounts.live_tokens.add("an-earlier-one")
    login()
    broker.accounts.polls = [APPROVED]
    login()
    assert broker.accounts.ended == ["an-earlier-one"]


def test_pasted_token_is_left_alone_since_others_may_use_it(run, signed_in) -> None:
    signed_in.accounts.polls = [APPROVED]
    run("login")
    assert signed_in.accounts.ended == []


def test_keys_are_proven_after_signing_in(run, login, signed_in) -> None:
    run("create", "Reef")
    owner, root_key = signing.generate_keypair().public, bytes(32)
    reef = {"id": run("list", "--json").json["meshes"][0]["mesh_id"], "slug": "reef"}
    signed_in.accounts.meshes = [reef | {"name": "Reef", "owner": owner, "root_key": root_key}]
    signed_in.accounts.polls = [APPROVED]
    result = login("--json")
    assert json.loads(result.out.splitlines()[1])["known"] == ["reef"]
    assert [slug for slug, _ in signed_in.accounts.proven] == ["reef"]


def test_keys_that_cannot_be_proven_are_a_warning(run, login, signed_in) -> None:
    run("create", "Reef")
    signed_in.answers["/cli/meshes"] = (500, {"error": "internal", "message": "Oops."})
    signed_in.accounts.polls = [APPROVED]
    result = login()
    assert result.code == 0
    assert "Warning: The keys of this machine could not be proven: Oops." in result.err


def test_meshes_elsewhere_are_pointed_out(login, broker) -> None:
    broker.accounts.polls = [APPROVED]
    assert "claudemesh sync" in login().err
