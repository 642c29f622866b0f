"""Encrypts what is stored and names people by pseudonyms. Without the key the database tells nothing.

AES-256-GCM with a fresh nonce; the first byte is the format; what is sealed is bound to the row it belongs to, so that
it cannot be moved to another. The keys of a database are its own, kept in it sealed with the secret key: rotating the
secret makes a new sealing key and keeps the pseudonyms, so that nobody loses a consult.
"""

import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from flows.errors import SparwijzerError

FORMAT: Final = b"\x01"
NONCE: Final = 12
KEY: Final = 32


class SealError(SparwijzerError):
    """Something stored cannot be opened: another key, another row, or damage."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one database."""

    sealing: bytes
    pseudonym: bytes
    token: bytes

    @classmethod
    def fresh(cls) -> Self:
        """Return new keys."""
        return cls(os.urandom(KEY), os.urandom(KEY), os.urandom(KEY))

    def with_new_sealing(self) -> "Keys":
        """Return keys that seal anew and still know everybody."""
        return Keys(os.urandom(KEY), self.pseudonym, self.token)

    def wrap(self, secret: bytes) -> bytes:
        """Return the keys sealed with the secret key."""
        plain = json.dumps([self.sealing.hex(), self.pseudonym.hex(), self.token.hex()]).encode()
        return _close(AESGCM(_derive(secret)), plain, "keyring")

    @classmethod
    def unwrap(cls, wrapped: bytes, secret: bytes) -> Self:
        """Return the keys. Raises: SealError when the secret key is another."""
        try:
            return cls(
                *(bytes.fromhex(part) for part in json.loads(_open(AESGCM(_derive(secret)), wrapped, "keyring")))
            )
        except InvalidTag:
            raise SealError("SPARWIJZER_SECRET_KEY: is not the key of this database") from None


class Seal:
    """Seals and opens bytes, makes pseudonyms and tokens."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self._cipher = AESGCM(keys.sealing)

    def close(self, plain: bytes, row: str) -> bytes:
        """Return `plain` sealed for the row with this name."""
        return _close(self._cipher, plain, row)

    def open(self, sealed: bytes, row: str) -> bytes:
        """Return what was sealed for this row. Raises: SealError."""
        try:
            return _open(self._cipher, sealed, row)
        except InvalidTag:
            raise SealError(
                "something stored cannot be opened: it was sealed for another row or with another key"
            ) from None

    def pseudonym(self, channel: str, address: str) -> str:
        """Return the name under which a person of a channel is looked up: 32 hex digits, useless without the key."""
        return _digest(self.keys.pseudonym, f"{channel}\0{address}")

    def token(self, purpose: str, of: str) -> str:
        """Return a token that only this service can make, for one purpose."""
        return _digest(self.keys.token, f"{purpose}\0{of}")


def _close(cipher: AESGCM, plain: bytes, row: str) -> bytes:
    nonce = os.urandom(NONCE)
    return FORMAT + nonce + cipher.encrypt(nonce, plain, FORMAT + row.encode())


def _open(cipher: AESGCM, sealed: bytes, row: str) -> bytes:
    if sealed[:1] != FORMAT:
        raise SealError("something stored has a format that this version does not know")
    return cipher.decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], FORMAT + row.encode())


def _derive(secret: bytes) -> bytes:
    return hmac.new(hashlib.sha256(secret).digest(), b"sparwijzer keyring", hashlib.sha256).digest()


def _digest(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]
