"""The mails, one function each, with what they say as arguments; and who wants none of them.

Each function answers True only if the provider took the mail. None raises: no mail is worth
failing the request that asked for it. Call them after the transaction, for sending takes time.
"""

from emails.services.devices import send_expiry_warning, send_new_device
from emails.services.invitations import send_invitation
from emails.services.sign_in import (
    send_account_exists,
    send_mfa_changed,
    send_password_changed,
    send_password_reset,
    send_password_reset_unknown,
    send_verification_code,
)
from emails.services.unsubscribing import resubscribe, unsubscribe

__all__ = [
    "resubscribe",
    "send_account_exists",
    "send_expiry_warning",
    "send_invitation",
    "send_mfa_changed",
    "send_new_device",
    "send_password_changed",
    "send_password_reset",
    "send_password_reset_unknown",
    "send_verification_code",
    "unsubscribe",
]
