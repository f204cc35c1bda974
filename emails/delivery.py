"""Hands one mail to the configured provider and says truthfully whether it was taken."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass, replace
from typing import Literal

from django.conf import settings

from emails import answers, links, metrics, selectors
from emails.addresses import masked
from emails.composing import compose
from emails.deadline import within
from emails.mail import Mail

logger = logging.getLogger(__name__)

#: Backends that send nothing to anybody.
NOWHERE = frozenset(
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy")
)

Result = Literal["taken", "refused", "failed", "nowhere", "unsubscribed"]


@dataclass(frozen=True)
class Outcome:
    """What became of a mail, and the provider's answer in one line without secrets."""

    result: Result
    answer: str

    @property
    def taken(self) -> bool:
        """Whether a provider has the mail now."""
        return self.result == "taken"


def deliver(mail: Mail) -> Outcome:
    """Render a mail and send it to its one address; at most EMAIL_TIMEOUT seconds.

    Whatever goes wrong on the way (refused, late, misconfigured) is logged and is an outcome.
    An answer that is late counts as none, though such a mail may arrive all the same.
    """
    outcome = _attempt(mail)
    metrics.mails.labels(template=mail.template, result=outcome.result).inc()
    level = logging.INFO if outcome.result in ("taken", "unsubscribed") else logging.WARNING
    told = (mail.template, masked(mail.to), outcome.result, outcome.answer)
    logger.log(level, "Mail %s to %s: %s. %s", *told)
    return outcome


def reaches_nobody() -> bool:
    """Whether mails are printed or dropped instead of sent."""
    return settings.EMAIL_BACKEND in NOWHERE


def _attempt(mail: Mail) -> Outcome:
    try:
        if mail.optional:
            if selectors.is_unsubscribed(mail.to):
                return Outcome("unsubscribed", "This address wants no such mail.")
            mail = replace(mail, context=mail.context | _way_out(mail))
        return _send(mail)
    except Exception as error:
        return _of_error(error, mail)


def _way_out(mail: Mail) -> dict[str, str]:
    return {"unsubscribe_url": links.unsubscribe_url(mail.to)}


def _send(mail: Mail) -> Outcome:
    message = compose(mail)
    sent = within(settings.EMAIL_TIMEOUT, message.send)
    if reaches_nobody():
        return Outcome("nowhere", "No provider is set; set EMAIL_URL or EMAIL_BACKEND.")
    verdict = answers.verdict(message) if sent == 1 else "failed"
    return Outcome(verdict, answers.fit_for_log(answers.of_message(message), mail))


def _of_error(error: Exception, mail: Mail) -> Outcome:
    """The outcome of an exception; one that nobody foresaw is logged with where it came from."""
    if not answers.is_foreseen(error):
        lines = "".join(traceback.format_exception(error))
        logger.error("The mail %s failed. %s", mail.template, answers.without_secrets(lines, mail))
    result: Result = "refused" if answers.is_refusal(error) else "failed"
    return Outcome(result, answers.fit_for_log(answers.of_error(error), mail))
