"""Logging in with the company's own accounts: OpenID Connect, authorization code with PKCE.

The provider says who somebody is; which role that gives is declared in the settings. Nothing
else here knows of HTTP: whoever begins and finishes a login keeps `Pending` in between, where
only the same browser can bring it back.

Specification: OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.7; RFC 7636 for PKCE.
"""

import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from serving.auth.person import Identity, Person, person_of

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Of signatures of tokens: only those with a public key, never `none` or a shared secret."""
SCOPE = "openid profile email"
LEEWAY = 60
"""Seconds by which the clocks of provider and service may differ."""
KEPT_SECONDS = 3600
"""For how long what the provider says of itself is not asked again."""
REFUSED = 400
"""What a provider answers to a code that does not hold (RFC 6749, section 5.2)."""
TIMEOUT = 10
"""Seconds a provider may take."""


class NotLoggedIn(Exception):
    """Somebody could not be logged in; the message says why, without any secret."""


class ProviderSilent(NotLoggedIn):
    """The provider does not answer, or not as one does."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A login that was begun: what the provider's answer must fit.

    Attributes:
        state: comes back with the browser.
        nonce: comes back within the signed token.
        verifier: proves to the provider that the code was asked for here.
        to: the address of this service to go on to.
    """

    state: str
    nonce: str
    verifier: str
    to: str


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider and what was registered with it.

    Attributes:
        issuer: its address, exactly as its tokens name it.
        redirect: the address of this service that it sends browsers back to.
        identity: how its claims are read.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect: str
    identity: Identity


@dataclass
class SignIn:
    """Begins and finishes logins with one provider.

    Attributes:
        provider: whom to ask.
        transport: how requests travel; httpx's own where None.
        clock: seconds since 1970.
    """

    provider: Provider
    transport: httpx.AsyncBaseTransport | None = None
    clock: Callable[[], float] = time.time
    _known: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict, repr=False)

    async def begin(self, to: str) -> tuple[str, Pending]:
        """The provider's address to send a browser to, and what its answer must fit.

        Raises:
            ProviderSilent: the provider does not answer.
        """
        about = await self._about()
        pending = Pending(generate_token(32), generate_token(32), generate_token(64), to)
        address = prepare_grant_uri(
            about["authorization_endpoint"],
            self.provider.client_id,
            "code",
            self.provider.redirect,
            SCOPE,
            pending.state,
            nonce=pending.nonce,
            code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256",
        )
        return str(address), pending

    async def finish(self, answer: Mapping[str, str], pending: Pending | None) -> Person:
        """Who came back from the provider.

        Args:
            answer: the query the browser came back with.
            pending: what was kept in that browser.

        Raises:
            NotLoggedIn: the answer is none to this login, or names nobody with a role.
        """
        if pending is None:
            raise NotLoggedIn("No login was begun in this browser, or too long ago.")
        if not hmac.compare_digest(answer.get("state", "").encode(), pending.state.encode()):
            raise NotLoggedIn("The answer belongs to another login (state).")
        if answer.get("iss", self.provider.issuer) != self.provider.issuer:
            raise NotLoggedIn("The answer comes from another provider (iss).")
        if "code" not in answer:
            raise NotLoggedIn("The provider let nobody in.")
        token = await self._exchange(answer["code"], pending.verifier)
        claims = await self._verified(token, pending.nonce)
        return person_of(self.provider.identity, self.provider.issuer, claims)

    async def _exchange(self, code: str, verifier: str) -> str:
        """The signed token that a code stands for."""
        about = await self._about()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.provider.redirect,
            "code_verifier": verifier,
        }
        mine = httpx.BasicAuth(self.provider.client_id, self.provider.client_secret)
        found = await self._json("POST", about["token_endpoint"], data=form, auth=mine)
        token = found.get("id_token")
        if not isinstance(token, str):
            raise ProviderSilent("The provider sent no id_token.")
        return token

    async def _verified(self, token: str, nonce: str) -> Mapping[str, Any]:
        """The claims of a token that the provider signed for this login."""
        try:
            decoded = await self._decoded(token)
            options = {
                "iss": {"essential": True, "value": self.provider.issuer},
                "aud": {"essential": True, "value": self.provider.client_id},
                "nonce": {"essential": True, "value": nonce},
            }
            asked = {"nonce": nonce, "client_id": self.provider.client_id}
            claims = CodeIDToken(decoded.claims, decoded.header, options, asked)
            claims.validate(now=int(self.clock()), leeway=LEEWAY)
        except (JoseError, ValueError) as error:
            raise NotLoggedIn(f"The provider's token does not hold: {_reason(error)}.") from error
        return decoded.claims

    async def _decoded(self, token: str) -> jwt.Token:
        """A token whose signature holds; a provider may sign with new keys at any time.

        Raises:
            JoseError, ValueError: it does not, by the keys the provider has now.
        """
        try:
            return jwt.decode(token, await self._keys(), list(ALGORITHMS))
        except (JoseError, ValueError):
            self._known.clear()
            return jwt.decode(token, await self._keys(), list(ALGORITHMS))

    async def _about(self) -> dict[str, Any]:
        """What the provider says of itself."""
        address = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = await self._remembered(address)
        if found.get("issuer") != self.provider.issuer:
            raise ProviderSilent("The provider calls itself by another name than the settings do.")
        return found

    async def _keys(self) -> KeySet:
        address = str((await self._about())["jwks_uri"])
        return KeySet.import_key_set(await self._remembered(address))  # type: ignore[arg-type]

    async def _remembered(self, address: str) -> dict[str, Any]:
        then, found = self._known.get(address, (0.0, {}))
        if not found or self.clock() - then > KEPT_SECONDS:
            found = await self._json("GET", address)
            self._known[address] = (self.clock(), found)
        return found

    async def _json(self, method: str, address: str, **options: Any) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(transport=self.transport, timeout=TIMEOUT) as client:
                answer = await client.request(method, address, **options)
                if answer.status_code == REFUSED:
                    raise NotLoggedIn("The provider refuses the code of this login.")
                found = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderSilent(
                f"The provider does not answer: {type(error).__name__}."
            ) from error
        if not isinstance(found, dict):
            raise ProviderSilent("The provider's answer is no JSON object.")
        return found


def _reason(error: Exception) -> str:
    return getattr(error, "description", "") or getattr(error, "error", "") or type(error).__name__
