"""A machine that its owner signed out: told so, how to come back, and it does not come back itself.

The broker refuses its hello, or ends its sessions.
"""

import asyncio

import pytest
from claudemesh_cli.errors import CliError
from claudemesh_wire.broker import Error
from claudemesh_wire.errors import ERRORS
from notebook import Notebook, kept_sessions, live

SENTENCE = ERRORS["device_revoked"].sentence


def refusal(code: str = "device_revoked") -> Error:
    return Error(code=code, message=ERRORS[code].sentence)


@pytest.mark.parametrize("command", [("peers",), ("send", "@all", "hi"), ("listen",)])
def test_refused_hello_is_exit_code_2_and_names_the_way_back(claudemesh, broker, command) -> None:
    broker.refusal = refusal()
    result = claudemesh(*command)
    assert result.code == 2
    assert SENTENCE in result.err
    assert "claudemesh login" in result.err.splitlines()[-1]


def test_refused_hello_is_one_json_error(claudemesh, broker) -> None:
    broker.refusal = refusal()
    result = claudemesh("peers", "--json")
    assert result.json["error"] == {
        "code": "device_revoked",
        "message": SENTENCE,
        "hint": "Run: claudemesh login",
    }


def test_session_that_is_signed_out_ends_and_stays_away(claudemesh, broker) -> None:
    broker.close_after_hello = [(4001, "device_revoked")]
    result = claudemesh("listen")
    assert (result.code, len(broker.hellos)) == (2, 1)
    assert SENTENCE in result.err
    assert kept_sessions() == 0


def test_refusal_ends_a_session_that_was_connected_before(claudemesh, broker) -> None:
    """Signed out while its connection was down: no other refusal of a hello is final then."""
    broker.close_after_hello = [(1001, "")]

    class SignedOutMeanwhile(Notebook):
        def lost(self, error: CliError, delay_s: float) -> None:
            broker.refusal = refusal()

    with pytest.raises(CliError) as ended:
        asyncio.run(live(SignedOutMeanwhile()))
    assert ended.value.code == "device_revoked"
    assert len(broker.hellos) == 2


def test_refused_request_names_the_way_back(claudemesh, broker) -> None:
    broker.request_error = refusal()
    result = claudemesh("groups", "join", "crew")
    assert "claudemesh login" in result.err.splitlines()[-1]
