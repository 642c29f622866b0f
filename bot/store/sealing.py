"""Encrypts what is stored and names people by pseudonyms. Without the key the database tells nothing.

AES-256-GCM with a fresh nonce; the first byte is the format; what is sealed is bound to the row it belongs to, so that
it cannot be moved to another.
"""

import hashlib
import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from flows.errors import SparwijzerError

FORMAT: Final = b"\x01"
NONCE: Final = 12


class SealError(SparwijzerError):
    """Something stored cannot be opened: another key, another row, or damage."""


class Seal:
    """Seals and opens bytes with keys derived from one secret."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(_derive(secret, b"seal"))
        self._pseudonym = _derive(secret, b"pseudonym")
        self._token = _derive(secret, b"token")

    def close(self, plain: bytes, row: str) -> bytes:
        """Return `plain` sealed for the row with this name."""
        nonce = os.urandom(NONCE)
        return FORMAT + nonce + self._cipher.encrypt(nonce, plain, FORMAT + row.encode())

    def open(self, sealed: bytes, row: str) -> bytes:
        """Return what was sealed for this row. Raises: SealError."""
        if sealed[:1] != FORMAT:
            raise SealError("a stored conversation has an unknown format")
        nonce, body = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        try:
            return self._cipher.decrypt(nonce, body, FORMAT + row.encode())
        except InvalidTag:
            raise SealError("a stored conversation cannot be opened with this SPARWIJZER_SECRET_KEY") from None

    def pseudonym(self, channel: str, address: str) -> str:
        """Return the name under which a person of a channel is looked up: 32 hex digits, useless without the key."""
        return hmac.new(self._pseudonym, f"{channel}\0{address}".encode(), hashlib.sha256).hexdigest()[:32]

    def token(self, purpose: str, of: str) -> str:
        """Return a token that only this service can make, for one purpose."""
        return hmac.new(self._token, f"{purpose}\0{of}".encode(), hashlib.sha256).hexdigest()[:32]


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(hashlib.sha256(secret).digest(), b"sparwijzer " + purpose, hashlib.sha256).digest()
