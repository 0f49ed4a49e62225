"""From a provider's claims to somebody with a role."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from serving.auth.keys import PREFIX_LENGTH
from serving.auth.roles import Role

NAME_LENGTH = 200


class NoRole(Exception):
    """Somebody is known, and has no role here; the message says what would give one."""


@dataclass(frozen=True, slots=True)
class Identity:
    """How the claims of a provider are read.

    Attributes:
        roles: the claim's values that give a role, the strongest first.
        role_claim: the claim that lists groups or roles; dots lead into nested claims.
        name_claim: the claim that names somebody in the audit log.
        csm_claim: the claim by which accounts name their CSM.
    """

    roles: Mapping[str, Role]
    role_claim: str = "groups"
    name_claim: str = "email"
    csm_claim: str = "name"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who logged in with the company's own account.

    Attributes:
        prefix: names them for good, like the prefix of a key; of issuer and subject.
        name: as the audit log names them.
        csm: whose accounts are theirs, for the role csm.
    """

    prefix: str
    name: str
    role: Role
    csm: str = ""


def person_of(identity: Identity, issuer: str, claims: Mapping[str, Any]) -> Person:
    """Who the claims are of.

    Raises:
        NoRole: none of their groups has a role here.
    """
    held = _words(_claim(claims, identity.role_claim))
    role = next((role for word, role in identity.roles.items() if word in held), None)
    name = str(_claim(claims, identity.name_claim) or claims["sub"])[:NAME_LENGTH]
    if role is None:
        raise NoRole(
            f"You are known, and none of your groups has a role here; those that have: "
            f"{', '.join(identity.roles)} (claim {identity.role_claim})."
        )
    csm = str(_claim(claims, identity.csm_claim) or "") if role is Role.CSM else ""
    return Person(prefix_of(issuer, str(claims["sub"])), name, role, csm[:NAME_LENGTH])


def prefix_of(issuer: str, subject: str) -> str:
    """A name of the form of a key's prefix, the same for the same person for good."""
    digest = hashlib.sha256(f"{issuer}\n{subject}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:PREFIX_LENGTH]


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    """The value of a claim; None where there is none. A name with dots may be one claim."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _words(value: Any) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset(value.split())
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()
