"""The second factor as django-allauth asks us: its secrets are encrypted at rest."""

from __future__ import annotations

import segno
from allauth.mfa.adapter import DefaultMFAAdapter

from storing import vault


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no type hints
    """Keeps TOTP secrets and recovery codes under BROKER_ENCRYPTION_KEY."""

    def encrypt(self, text: str) -> str:
        """What is stored in place of a secret."""
        return vault.encrypt(text.encode())

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. Raises vault.VaultError under a lost encryption key."""
        return vault.decrypt(encrypted_text).decode()

    def build_totp_svg(self, url: str) -> str:
        """The QR code that an authenticator app scans, as an SVG document."""
        return str(segno.make(url, error="m").svg_inline(scale=4, border=2, svgclass=None))
