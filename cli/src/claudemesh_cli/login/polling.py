"""Asks the broker again and again, on a thread of its own, until somebody has decided."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

from claudemesh_cli.api import Api
from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.login.account import SignedIn, described
from claudemesh_cli.login.attempt import Attempt, Poll, bounded_interval_s
from claudemesh_cli.session.reconnect import Backoff

#: How long the end waits for a question that is under way.
_GOODBYE_S = 3.0
_AGAIN = "Run the command again for a new code."
_PASSING = (ExitCode.NETWORK, ExitCode.INTERNAL)


class Poller:
    """Polls while the `with` block runs; `wake` is called from its thread when there is news."""

    def __init__(
        self, attempt: Attempt, wake: Callable[[], None], backoff: Backoff | None = None
    ) -> None:
        self._attempt = attempt
        self._wake = wake
        self._backoff = backoff or Backoff()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._outcome: SignedIn | Exception | None = None
        self._taken = False
        #: Why the last question had no answer, if it had none.
        self.trouble: CliError | None = None

    def __enter__(self) -> Poller:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(_GOODBYE_S)
        if isinstance(self._outcome, SignedIn) and not self._taken:
            self._give_back(self._outcome)

    def result(self) -> SignedIn | None:
        """Who was let in; None while it is open. Raises CliError if it went the other way."""
        if isinstance(self._outcome, Exception):
            raise self._outcome
        self._taken = self._outcome is not None
        return self._outcome

    def _run(self) -> None:
        try:
            self._outcome = self._until_decided()
        except Exception as error:
            self._outcome = error
        self._wake()

    def _until_decided(self) -> SignedIn | None:
        interval_s = bounded_interval_s(self._attempt.codes.interval)
        delay_s = interval_s
        while not self._stop.wait(delay_s):
            poll = self._ask()
            if poll is None:
                delay_s = interval_s + self._backoff.next_s()
            elif poll.status != "pending":
                return decided(poll)
            else:
                interval_s = bounded_interval_s(poll.interval or interval_s)
                delay_s = interval_s
            if time.monotonic() >= self._attempt.deadline_s:
                raise self.trouble or _expired()
        return None

    def _ask(self) -> Poll | None:
        """The answer; None if there was none, which may pass. Raises CliError if it will not."""
        try:
            poll = self._attempt.poll()
        except CliError as error:
            if error.exit_code not in _PASSING or error.code == "tls":
                raise
            self._note(error)
            return None
        self._note(None)
        self._backoff.reset()
        return poll

    def _note(self, trouble: CliError | None) -> None:
        news = (self.trouble is None) is not (trouble is None)
        self.trouble = trouble
        if news:
            self._wake()

    def _give_back(self, unused: SignedIn) -> None:
        """End a token that came too late, so that no device is left that nobody uses."""
        with contextlib.suppress(CliError):
            api = Api(self._attempt.api.base_url)
            api.request("POST", "/cli/session/revoke", dict[str, Any], {"token": unused.token})


def decided(poll: Poll) -> SignedIn:
    """The token of an approved sign-in. Raises CliError for every other end."""
    if poll.status == "approved" and poll.session_token and poll.user:
        return SignedIn(poll.session_token, described(poll.user), "device")
    if poll.status == "denied":
        raise CliError(
            "denied",
            "The sign-in was denied in the browser.",
            "If that was not you, somebody has seen your code. " + _AGAIN,
            ExitCode.NOT_PERMITTED,
        )
    if poll.status == "expired":
        raise _expired()
    if poll.status == "consumed":
        raise CliError(
            "consumed",
            "This sign-in was approved, but its token was handed out before and is not repeated.",
            "Revoke the device you do not know (claudemesh devices), then sign in again.",
        )
    raise CliError(
        "not_a_broker",
        "The broker answered something this version does not know.",
        "Upgrade claudemesh, or check the address of the broker.",
        ExitCode.NETWORK,
    )


def _expired() -> CliError:
    return CliError("expired", "Nobody approved the sign-in in time.", _AGAIN)
