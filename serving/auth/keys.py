"""API keys as text: made, read and compared. The store keeps only their SHA-256.

`fw_<prefix>_<secret>`: the prefix names the key in lists and logs, the secret has 256 bits, so
a plain hash of it cannot be guessed back and needs no salt.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass

PREFIX_LENGTH = 10
_FORM = re.compile(r"fw_([a-z2-7]{10})_([A-Za-z0-9_-]{43})", re.ASCII)
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True, slots=True, repr=False)
class ApiKey:
    """A key in the hands of its owner; its text is shown once, when it is made."""

    prefix: str
    secret: str

    @property
    def text(self) -> str:
        """What its owner sends."""
        return f"fw_{self.prefix}_{self.secret}"

    @property
    def digest(self) -> str:
        """SHA-256 of the text, 64 hex digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def __repr__(self) -> str:
        return f"ApiKey(fw_{self.prefix}_...)"


def new_key() -> ApiKey:
    """A key that nobody has."""
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(PREFIX_LENGTH))
    return ApiKey(prefix, secrets.token_urlsafe(32))


def read_key(text: str) -> ApiKey | None:
    """The key that a text is; None where it has another form."""
    found = _FORM.fullmatch(text)
    return ApiKey(*found.groups()) if found else None
