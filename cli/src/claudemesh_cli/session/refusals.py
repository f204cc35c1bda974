"""The broker's refusals as errors for a person; decides nothing about retrying but what is said."""

from claudemesh_wire.broker import Ack, Error
from claudemesh_wire.errors import ERRORS

from claudemesh_cli import auth
from claudemesh_cli.errors import CliError, exit_code_for

#: The broker stored nothing and may take the very same message later.
RETRIABLE = frozenset({"rate_limit", "overloaded", "unavailable", "internal"})

_HINTS = {
    "no_recipient": "To keep it until they connect: claudemesh send --hold <to> <text>",
    "blocked": "Ask them to grant you messages.",
    "too_large": "Send less at once, or share a link to it.",
    "revoked": "Contact the mesh owner.",
    "unauthorized": "Join it with an invitation link: claudemesh join <link>",
    "device_revoked": auth.SIGN_IN,
    "timestamp_skew": "Set your clock, then try again.",
}


class Refused(CliError):
    """The broker's answer was no; `retry_after_ms` if it said when to try again."""

    def __init__(self, code: str, message: str, retry_after_ms: int | None = None) -> None:
        super().__init__(code, message, _hint(code, retry_after_ms), exit_code_for(code))
        self.retry_after_ms = retry_after_ms


def from_error(error: Error) -> Refused:
    """The refusal in an `error` frame; candidates of an ambiguous name become its hint."""
    refused = Refused(error.code, error.message, error.retry_after_ms)
    if error.candidates:
        refused.hint = "It could be: " + ", ".join(error.candidates)
    return refused


def from_ack(ack: Ack) -> Refused:
    """The refusal in an `ack` that is not `queued`: its error is `<code>: <sentence>`."""
    code, _, sentence = (ack.error or "internal: ").partition(": ")
    if code not in ERRORS:
        return Refused("refused", f"The broker refused the message: {ack.error}")
    return Refused(code, sentence or ERRORS[code].sentence, ack.retry_after_ms)


def _hint(code: str, retry_after_ms: int | None) -> str | None:
    if retry_after_ms is not None:
        return f"Try again in {max(1, round(retry_after_ms / 1000))} s."
    return _HINTS.get(code)
