"""Mints, reads and hashes CLI tokens (JWT, RFC 7519). Stores nothing; the row is services' job."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.utils import timezone
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError

from accounts.models import User

TOKEN_LIFETIME = timedelta(days=30)
MAX_TOKEN_CHARS = 4096
TokenType = Literal["cli-session", "cli-token"]
TOKEN_TYPES: tuple[TokenType, ...] = ("cli-session", "cli-token")


@dataclass(frozen=True)
class MintedToken:
    """A fresh token. `text` is shown once and stored nowhere."""

    text: str
    jti: str
    expires_at: datetime


def mint(user: User, token_type: TokenType) -> MintedToken:
    """Sign a token for `user` (HS256 with `CLI_SYNC_SECRET`), good for 30 days."""
    issued_at = timezone.now().replace(microsecond=0)
    expires_at = issued_at + TOKEN_LIFETIME
    jti = secrets.token_hex(16)
    claims = {
        "sub": user.pk,
        "email": user.email,
        "name": user.display_name,
        "type": token_type,
        "jti": jti,
        "iat": int(issued_at.timestamp()),
        "exp": int(expires_at.timestamp()),
    }
    return MintedToken(text=_backend().encode(claims), jti=jti, expires_at=expires_at)


def read_claims(token: str) -> dict[str, Any] | None:
    """The claims of a token whose signature, type and expiry hold; None for anything else."""
    if len(token) > MAX_TOKEN_CHARS or not token.isascii():
        return None
    try:
        claims: dict[str, Any] = _backend().decode(token)  # type: ignore[arg-type]
    except TokenBackendError:
        return None
    return claims if claims.get("type") in TOKEN_TYPES else None


def token_hash(token: str) -> str:
    """SHA-256 in hex: what the database knows of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _backend() -> TokenBackend:
    return TokenBackend("HS256", signing_key=settings.CLI_SYNC_SECRET)
