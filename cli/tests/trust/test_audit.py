"""audit and audit verify: what is shown, and that another past than the one seen is refused."""

import pytest
from audit_log import AuditLog
from claudemesh_wire.broker import AuditVerifyResult, Error
from claudemesh_wire.client import AuditQuery, AuditVerify


@pytest.fixture
def log(broker) -> AuditLog:
    """The log of the mesh: ten entries so far."""
    kept = AuditLog()
    kept.append(count=10)
    broker.replies = {AuditQuery: kept.query, AuditVerify: kept.verify}
    return kept


def test_audit_shows_the_newest_entries_first(claudemesh, log) -> None:
    log.append("member_banned", reason="spam\x1b[2J")
    document = claudemesh("audit", "--json").json
    assert document["total"] == 11
    assert document["entries"][0] == {
        "id": "11",
        "event": "member_banned",
        "actor": "member-alice",
        "payload": {"reason": "spam\x1b[2J"},
        "hash": log.head.hash,
        "created_at": log.entries[-1].created_at,
    }
    shown = claudemesh("audit").out
    assert shown.index("member_banned") < shown.index("message_sent")
    assert "\x1b[2J" not in shown


def test_event_and_limit_narrow_it(claudemesh, log) -> None:
    log.append("member_banned", count=3)
    document = claudemesh("audit", "--event", "member_banned", "--limit", "2", "--json").json
    assert [row["event"] for row in document["entries"]] == ["member_banned"] * 2
    assert document["total"] == 3


def test_since_leaves_out_what_is_older(claudemesh, log) -> None:
    log.append(count=60)  # a minute for every sixty entries
    document = claudemesh("audit", "--since", "2030-01-01T00:01Z", "--json").json
    assert len(document["entries"]) == 10


def test_more_than_a_page_is_fetched_in_pages(claudemesh, log, broker) -> None:
    log.append(count=600)
    assert len(claudemesh("audit", "--limit", "550", "--json").json["entries"]) == 550
    assert [request.limit for request in broker.requests] == [500, 50]


def test_pages_that_are_cut_short_are_put_together(claudemesh, log) -> None:
    log.longest_page = 16
    log.append(count=90)
    rows = claudemesh("audit", "--limit", "60", "--json").json["entries"]
    assert [row["id"] for row in rows] == [str(seq) for seq in range(100, 40, -1)]


def test_a_log_of_large_entries_is_hashed_in_smaller_steps(claudemesh, log) -> None:
    claudemesh("audit", "verify")
    log.longest_page = 16
    log.append(count=300)
    assert claudemesh("audit", "verify", "--json").json["new_entries"] == 300


def test_members_may_not_read_it(claudemesh, broker) -> None:
    broker.request_error = Error(code="forbidden", message="No.")
    assert claudemesh("audit").code == 7
    assert claudemesh("audit", "verify").code == 7


def test_the_first_look_is_remembered(claudemesh, log) -> None:
    document = claudemesh("audit", "verify", "--json").json
    assert (document["first_look"], document["entries"]) == (True, 10)
    assert document["head"] == log.head.hash
    again = claudemesh("audit", "verify", "--json").json
    assert (again["first_look"], again["new_entries"]) == (False, 0)


def test_a_log_that_goes_on_is_hashed_from_where_it_was(claudemesh, log, broker) -> None:
    claudemesh("audit", "verify")
    log.append(count=1_200, note="more")
    document = claudemesh("audit", "verify", "--json").json
    assert (document["new_entries"], document["entries"]) == (1_200, 1_210)
    asked = sum(1 for request in broker.requests if isinstance(request, AuditQuery))
    assert asked == 3


def test_it_holds_while_others_write(claudemesh, log) -> None:
    claudemesh("audit", "verify")
    log.append(count=1_200)
    log.growth = 37
    assert claudemesh("audit", "verify", "--json").json["new_entries"] == 1_200


def test_a_log_that_moves_too_fast_is_no_tampering(claudemesh, log) -> None:
    claudemesh("audit", "verify")
    log.append(count=600)
    log.growth = 600
    result = claudemesh("audit", "verify")
    assert (result.code, "tampered" in result.err) == (4, False)


def refused(result, how: str) -> None:
    """The log was refused, loudly."""
    assert result.code == 1
    assert "NOT the one seen before" in result.err
    assert how in result.err
    assert "Do not rely on this log." in result.err


def test_a_log_that_was_cut_short_is_refused(claudemesh, log) -> None:
    claudemesh("audit", "verify")
    del log.entries[8:]
    refused(claudemesh("audit", "verify"), "it ends at entry 8")


def test_a_log_that_was_rewritten_is_refused(claudemesh, log) -> None:
    claudemesh("audit", "verify")
    log.rewrite(4, kicked="nobody")
    refused(claudemesh("audit", "verify"), "entry 10 is another one now")


def test_a_log_that_was_rewritten_and_has_grown_is_refused(claudemesh, log) -> None:
    claudemesh("audit", "verify")
    log.rewrite(4, kicked="nobody")
    log.append(count=600)
    refused(claudemesh("audit", "verify"), "Broken at entry 11")


def test_an_edited_new_entry_is_refused_though_the_broker_calls_it_valid(claudemesh, log) -> None:
    claudemesh("audit", "verify")
    log.append(count=5, to="bob")
    log.edit(12, to="nobody")
    refused(claudemesh("audit", "verify"), "Broken at entry 12")


def test_a_head_that_its_entries_do_not_lead_to_is_refused(claudemesh, log) -> None:
    claudemesh("audit", "verify")
    log.append(count=5)
    log.verdict = AuditVerifyResult(valid=True, entries=15, head="ab" * 32)
    refused(claudemesh("audit", "verify"), "do not lead to the head it claims")


def test_a_refused_log_is_refused_again(claudemesh, log) -> None:
    claudemesh("audit", "verify")
    log.rewrite(4, kicked="nobody")
    log.append()
    claudemesh("audit", "verify")
    refused(claudemesh("audit", "verify"), "Broken at entry 11")


def test_what_the_broker_itself_finds_broken_is_told(claudemesh, log) -> None:
    log.verdict = AuditVerifyResult(valid=False, entries=6, head="ab" * 32, broken_at=7)
    result = claudemesh("audit", "verify", "--json")
    assert result.code == 1
    assert result.json["error"]["code"] == "audit_broken"
    assert "broken at entry 7" in result.json["error"]["message"]


def test_an_empty_log_holds(claudemesh, log) -> None:
    log.entries.clear()
    assert claudemesh("audit", "verify", "--json").json["entries"] == 0
    log.append()
    assert claudemesh("audit", "verify", "--json").json["new_entries"] == 1
