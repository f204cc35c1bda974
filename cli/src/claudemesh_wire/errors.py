"""The one table of error codes, and the exception that carries one; rendering is each edge's job.

A code is stable and for programs, the sentence is for the person who has to act on it.
"""

from typing import NamedTuple


class ErrorRow(NamedTuple):
    """Sentence for a person and the HTTP status (RFC 9110, section 15) the code maps to."""

    sentence: str
    http_status: int


ERRORS: dict[str, ErrorRow] = {
    # the frame
    "malformed": ErrorRow("The request is not well-formed; check its fields and try again.", 400),
    "unknown_type": ErrorRow("This broker does not know that message type.", 400),
    "too_large": ErrorRow("That is more than this broker accepts; send less at once.", 413),
    # hello
    "no_hello": ErrorRow("Say hello before anything else on this socket.", 401),
    "hello_timeout": ErrorRow("No hello arrived in time; reconnect and say hello.", 408),
    "hello_repeated": ErrorRow("This socket has said hello already; go on.", 409),
    "bad_session_pubkey": ErrorRow("The session key must be 64 lower-case hex characters.", 400),
    "timestamp_skew": ErrorRow("Your clock is over 60 seconds off; set it and reconnect.", 401),
    "bad_signature": ErrorRow("The signature does not fit the key; check which key you use.", 401),
    "replayed": ErrorRow("This hello was used before; sign a new one.", 401),
    "unauthorized": ErrorRow("You are no member of this mesh; ask its owner to invite you.", 403),
    "revoked": ErrorRow("You've been removed from this mesh. Contact its owner to rejoin.", 403),
    "kicked": ErrorRow("You were taken off the mesh; start a new session to come back.", 403),
    "device_revoked": ErrorRow(
        "This device was signed out by its owner. Sign in again with: claudemesh login", 403
    ),
    "capacity": ErrorRow("There are too many sessions just now; close one or try later.", 503),
    "session_replaced": ErrorRow("A newer connection of this session took over.", 409),
    # sending
    "rate_limit": ErrorRow("Too many requests; wait a moment and try again.", 429),
    "no_recipient": ErrorRow("Nobody of that address is connected; hold it for later.", 404),
    "blocked": ErrorRow("The recipient does not accept messages from you.", 403),
    "conflict": ErrorRow("That id was used for a different message; use a new id.", 409),
    "plaintext_refused": ErrorRow("This mesh accepts encrypted messages only.", 422),
    "overloaded": ErrorRow("The broker is busy and stored nothing; try again shortly.", 503),
    "unavailable": ErrorRow("The broker cannot reach its storage; try again shortly.", 503),
    "bad_target": ErrorRow("Address a key (64 hex), a group (@name) or everybody (*).", 400),
    "session_gone": ErrorRow("That session has ended; send to the member's key instead.", 410),
    "slow_consumer": ErrorRow("You read too slowly; reconnect, nothing was lost.", 429),
    # people
    "forbidden": ErrorRow("You may not do that; ask the mesh's owner or an admin.", 403),
    "ambiguous": ErrorRow("Several peers match; name one of them exactly.", 409),
    "invalid": ErrorRow("That cannot be done to this peer.", 422),
    "status_kept": ErrorRow("A hook set the status moments ago; try again in 30 seconds.", 409),
    "not_found": ErrorRow("There is no such thing, or it is not yours to see.", 404),
    "exists": ErrorRow("That name is taken; choose another.", 409),
    # HTTP
    "missing_bearer_token": ErrorRow("Send your token as Authorization: Bearer <token>.", 401),
    "empty_bearer_token": ErrorRow("The bearer token is empty; sign in again.", 401),
    "invalid_or_revoked_token": ErrorRow("Your token is not valid any more; sign in again.", 401),
    "method_not_allowed": ErrorRow("That address does not take this method.", 405),
    "unsupported_media_type": ErrorRow("Send JSON (Content-Type: application/json).", 415),
    "csrf_failed": ErrorRow("The form has expired; reload the page and try again.", 403),
    "internal": ErrorRow("The broker made a mistake; it has been logged. Try again.", 500),
    # invitations
    "invite_not_found": ErrorRow("There is no such invitation; ask for a new link.", 400),
    "invite_expired": ErrorRow("The invitation has expired; ask for a new link.", 400),
    "invite_exhausted": ErrorRow("The invitation is used up; ask for a new link.", 400),
    "invite_revoked": ErrorRow("The invitation was withdrawn; ask for a new link.", 400),
    "invite_bad_signature": ErrorRow("The invitation was altered; ask for a new link.", 400),
    "invite_mesh_mismatch": ErrorRow("The invitation belongs to another mesh.", 400),
    "invite_owner_mismatch": ErrorRow("The invitation was not made by this mesh's owner.", 400),
    "mesh_not_found": ErrorRow("The mesh does not exist any more.", 400),
    "expired": ErrorRow("It has expired; ask for a new one.", 410),
    "exhausted": ErrorRow("It is used up; ask for a new one.", 410),
}


class MeshError(Exception):
    """A refusal with a stable code; raised where the rule lives, rendered once an edge.

    `message` defaults to the table's sentence. `retry_after_ms` says when trying again makes
    sense, `candidates` what an ambiguous name could mean.
    """

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        retry_after_ms: int | None = None,
        candidates: list[str] | None = None,
        http_status: int | None = None,
    ) -> None:
        row = ERRORS[code]
        self.code = code
        self.message = message or row.sentence
        self.http_status = http_status or row.http_status
        self.retry_after_ms = retry_after_ms
        self.candidates = candidates
        super().__init__(f"{code}: {self.message}")
