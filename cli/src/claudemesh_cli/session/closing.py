"""What the end of a connection means to a person; closes nothing itself."""

from claudemesh_wire.broker import Error
from claudemesh_wire.close_codes import CloseCode, may_reconnect
from claudemesh_wire.errors import ERRORS

from claudemesh_cli import auth
from claudemesh_cli.errors import CliError, ExitCode, exit_code_for

_SIGNED_OUT = "device_revoked"

#: Refusals of `hello` that the same hello will meet again, however often it is said.
_HOPELESS = frozenset(
    {
        "unauthorized",
        "revoked",
        "bad_signature",
        "bad_session_pubkey",
        "malformed",
        "timestamp_skew",
    }
)


class ConnectionLost(CliError):
    """The connection ended, with the WebSocket close code (1006: without goodbye).

    `final`: the client must not come back by itself. `hopeless`: it may, but would be refused.
    """

    def __init__(self, close_code: int, error: CliError) -> None:
        super().__init__(error.code, error.message, error.hint, error.exit_code)
        self.close_code = close_code
        self.final = not may_reconnect(close_code) or error.code == _SIGNED_OUT
        self.hopeless = self.final or (close_code == CloseCode.REFUSED and error.code in _HOPELESS)


def connection_lost(close_code: int, reason: str, said: Error | None) -> ConnectionLost:
    """The error for a closed connection; `said` is the last `error` frame that came unasked."""
    return ConnectionLost(close_code, _error(close_code, reason, said))


def _error(close_code: int, reason: str, said: Error | None) -> CliError:
    if close_code in (CloseCode.KICKED, CloseCode.REFUSED) and _SIGNED_OUT in (reason, _code(said)):
        sentence = ERRORS[_SIGNED_OUT].sentence
        return CliError(_SIGNED_OUT, sentence, auth.SIGN_IN, exit_code_for(_SIGNED_OUT))
    if close_code == CloseCode.KICKED:
        return CliError("kicked", "Kicked from this mesh. Run claudemesh to rejoin.")
    if close_code == CloseCode.BANNED:
        sentence = (said.message if said else "") or reason or ERRORS["revoked"].sentence
        return CliError("revoked", sentence, exit_code=ExitCode.NOT_PERMITTED)
    if close_code == CloseCode.REFUSED:
        code = said.code if said else reason
        known = ERRORS[code].sentence if code in ERRORS else f"The broker refused: {reason}."
        return CliError(code or "refused", said.message if said else known, None, _refused(code))
    return CliError(
        "connection_lost",
        _LOST.get(close_code, "The connection to the broker was lost."),
        "Try again; nothing that was confirmed is lost.",
        ExitCode.NETWORK,
    )


def _code(said: Error | None) -> str:
    return said.code if said else ""


def _refused(code: str) -> ExitCode:
    if code in ("bad_signature", "bad_session_pubkey"):
        return ExitCode.NOT_PERMITTED
    return exit_code_for(code)


_LOST: dict[int, str] = {
    CloseCode.DONE: "The broker ended the connection.",
    CloseCode.GOING_AWAY: "The broker is going away.",
    CloseCode.TOO_LARGE: "The broker takes no frame of that size.",
    CloseCode.OVERLOADED: "The broker is overloaded.",
    CloseCode.SLOW_CONSUMER: "The broker closed the connection because reading was too slow.",
}
