"""What is asked of a service under load."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from store import CSMS

from features.row_file import KEY

ROUTES = {
    "account": 25, "explanation": 20, "list everybody asks": 10, "list of a CSM": 10, "history": 10,
    "row": 10, "summary": 8, "search": 5, "what-if": 2,
}  # fmt: skip
"""Of a hundred requests: what people look at, and programs that send rows to be scored."""
NEAR = ("explanation", "what-if", "row")
"""What needs a snapshot of the account, so that it is asked of the company's own."""
CLIENTS = 32
"""Browsers and programs that take turns, each with connections of its own."""
PATIENCE, ATTENTION = 300.0, 20.0
"""Seconds that are waited before the load, and under it until a request counts as failed."""


@dataclass(frozen=True)
class Request:
    """One request."""

    method: str
    address: str
    body: bytes | None = None


@dataclass(frozen=True)
class Mix:
    """Draws requests of mixed routes.

    Attributes:
        address: of the service.
        ids: of all accounts of the newest run.
        own: the rows of the accounts that have a snapshot, as bodies of JSON, by account.
        draw: decides.
    """

    address: str
    ids: Sequence[str]
    own: Mapping[str, bytes]
    draw: random.Random

    @cached_property
    def near(self) -> list[str]:
        """The accounts with a snapshot."""
        return list(self.own)

    def request(self, kind: str) -> Request:
        """One request of a kind."""
        base = f"{self.address}/v1"
        account = self.draw.choice(self.near if kind in NEAR else self.ids)
        name = f"company {self.draw.randrange(len(self.ids))}".replace(" ", "%20")
        csm = f"CSM%20{self.draw.randrange(CSMS)}"
        lever = {"signals": {"adoption__users_30d": self.draw.randrange(30)}}
        sort = self.draw.choice(("risk", "expected_loss", "arr"))
        match kind:
            case "account":
                return Request("GET", f"{base}/accounts/{account}")
            case "list everybody asks":
                return Request("GET", f"{base}/accounts?limit=50&band=red&sort={sort}")
            case "list of a CSM":
                return Request("GET", f"{base}/accounts?limit=50&csm={csm}&sort={sort}")
            case "explanation":
                return Request("GET", f"{base}/explanations/{account}")
            case "history":
                return Request("GET", f"{base}/history/{account}")
            case "summary":
                return Request("GET", f"{base}/portfolio")
            case "search":
                return Request("GET", f"{base}/accounts?limit=20&search={name}")
            case "what-if":
                body = json.dumps(lever).encode()
                return Request("POST", f"{base}/accounts/{account}/what-if", body)
            case "row":
                return Request("POST", f"{base}/scores", self.own.get(account))
        raise KeyError(kind)


def body_of(row: dict[str, object]) -> bytes:
    """An account's snapshot as a row to score."""
    signals = {k: v for k, v in row.items() if k not in (KEY, "as_of") and v is not None and v == v}
    asked = {"as_of": str(row["as_of"]), "accounts": [{KEY: row[KEY], "signals": signals}]}
    return json.dumps(asked).encode()
