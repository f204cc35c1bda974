"""What the accounts app announces to the layers above it. Connects nothing."""

from django.dispatch import Signal

#: A device was signed out; sent inside the transaction that did it, by a CliSession. Sent again
#: when one that is signed out already is signed out from elsewhere: receivers do a thing once.
#: session_id: str, user_id: str (whose device), by_user_id: str (who signed it out),
#: by_itself: bool (logging out on the device, as opposed to being signed out from elsewhere).
device_revoked = Signal()
