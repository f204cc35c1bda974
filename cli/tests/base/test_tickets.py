"""A link that was shown to somebody signed in carries a ticket; it goes along with the claim."""

import pytest
from claudemesh_cli import config

TICKET = "eyJhY2NvdW50Ijo3fQ:1vN0aB:x-_Y9"


def claims(broker) -> list:
    return [body for _, path, body, _ in broker.seen if path.endswith("/claim")]


@pytest.mark.parametrize("command", [("join",), (), ("mesh", "join")])
def test_ticket_goes_along_with_the_claim(run, broker, command) -> None:
    assert run(*command, f"{broker.link}?as={TICKET}").code == 0
    assert claims(broker)[0]["ticket"] == TICKET


def test_quoted_ticket_means_the_same(run, broker) -> None:
    run("join", f"{broker.link}?as={TICKET.replace(':', '%3A')}")
    assert claims(broker)[0]["ticket"] == TICKET


def test_link_without_one_sends_none(run, broker) -> None:
    run("join", f"{broker.link}?utm_source=mail")
    assert "ticket" not in claims(broker)[0]


@pytest.mark.parametrize("query", ["as=", "as=a&as=b", "as=a%0Ab", "as=%20", f"as={'x' * 1025}"])
def test_damaged_ticket_joins_nothing_and_asks_nobody(run, broker, query: str) -> None:
    """Else somebody would join without the account they meant to join with."""
    result = run("join", f"{broker.link}?{query}", "--json")
    assert (result.code, result.json["error"]["code"]) == (3, "bad_invitation")
    assert broker.seen == []


def test_refused_ticket_is_told_in_the_brokers_words(run, broker) -> None:
    said = {"error": "malformed", "message": "The command has expired or is not yours."}
    broker.answers[f"/invites/{broker.link.rpartition('/')[2]}/claim"] = (400, said)
    result = run("join", f"{broker.link}?as={TICKET}")
    assert result.code == 3
    assert said["message"] in result.err
    assert config.load().meshes == []
