"""Exit codes and the one exception that ends a command; printing it is `main`'s job."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process returns; stable, documented in docs/cli.md."""

    OK = 0
    FAILED = 1
    NOT_SIGNED_IN = 2
    BAD_ARGUMENTS = 3
    NETWORK = 4
    NOT_FOUND = 5
    EXISTS = 6
    NOT_PERMITTED = 7
    INTERNAL = 8
    CLAUDE_NOT_FOUND = 9
    NOT_DELIVERED = 10


class CliError(Exception):
    """A failure a person can act on: what happened, and in `hint` what to do next.

    `code` is stable and for programs (`--json`).
    """

    def __init__(
        self,
        code: str,
        message: str,
        hint: str | None = None,
        exit_code: ExitCode = ExitCode.FAILED,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.exit_code = exit_code


_EXIT_CODES = {
    ExitCode.NOT_SIGNED_IN: (
        "missing_bearer_token",
        "empty_bearer_token",
        "invalid_or_revoked_token",
        "device_revoked",
    ),
    ExitCode.BAD_ARGUMENTS: ("malformed", "bad_target", "too_large", "ambiguous", "invalid"),
    ExitCode.NETWORK: ("rate_limit", "overloaded", "unavailable", "capacity", "hello_timeout"),
    ExitCode.NOT_FOUND: (
        "not_found",
        "no_recipient",
        "session_gone",
        "mesh_not_found",
        "invite_not_found",
    ),
    ExitCode.EXISTS: ("exists", "conflict"),
    ExitCode.NOT_PERMITTED: ("forbidden", "blocked", "unauthorized", "revoked"),
    ExitCode.INTERNAL: ("internal",),
}
_BY_CODE = {code: exit_code for exit_code, codes in _EXIT_CODES.items() for code in codes}


def exit_code_for(code: str) -> ExitCode:
    """The exit code for one of the broker's error codes; FAILED for those not told apart."""
    return _BY_CODE.get(code, ExitCode.FAILED)
