"""What decides a snapshot beside the rows of the lake, and what of it has changed."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from features.contract import CONTRACT_VERSION
from features.followed import Followed
from features.outcomes import Label
from features.signal import Catalogue
from features.snapshot import definition, fingerprint
from pipelines.config import Config


@dataclass(frozen=True, slots=True)
class Recipe:
    """Definitions and configuration, as plain values that can be stored and compared.

    Attributes:
        fingerprint: of the columns' definitions and the contract's version, 64 hex digits.
        definitions: what decides the values of each column, in order.
        followed: the company's main events and attributes, which have columns of their own.
        population: the outcome's definition, which says whom a snapshot describes.
        currency: the company's own, ISO 4217.
        rates: "USD from 2026-01-01" and what it is worth.
        tiers: the smallest ARR of each.
    """

    fingerprint: str
    contract_version: int
    definitions: dict[str, str]
    followed: Followed
    population: str
    currency: str
    rates: dict[str, str]
    tiers: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """The recipe as plain values, for JSON."""
        plain = {k: v for k, v in asdict(self).items() if k != "followed"}
        return {**plain, **self.followed.as_dict()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Recipe":
        """The recipe that was stored as plain values."""
        own = Followed.from_dict(stored)
        plain = {k: v for k, v in stored.items() if k not in ("events", "attributes")}
        return cls(**plain, followed=own)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was; empty where it was or is not there.

    Attributes:
        what: the kind of thing, e.g. "column".
        name: which one of its kind; empty where there is only one.
    """

    what: str
    name: str
    then: str
    now: str

    def __str__(self) -> str:
        named = f"{self.what} {self.name}".strip()
        if not self.then:
            return f"{named} is new: {self.now}"
        if not self.now:
            return f"{named} is gone: {self.then}"
        return f"{named} was {self.then}, is {self.now}"


def recipe_of(config: Config, label: Label, catalogue: Catalogue, followed: Followed) -> Recipe:
    """What decides snapshots of a company's catalogue under a configuration."""
    return Recipe(
        fingerprint=fingerprint(catalogue),
        contract_version=CONTRACT_VERSION,
        definitions={column.name: repr(definition(column)[1:]) for column in catalogue.columns},
        followed=followed,
        population=repr(label),
        currency=config.company.currency,
        rates={f"{r.currency} from {r.since}": str(r.rate) for r in config.rates},
        tiers={name: str(least) for name, least in config.tiers.items()},
    )


def changes(then: Recipe, now: Recipe) -> tuple[Change, ...]:
    """Everything in which two recipes differ."""
    return (*definition_changes(then, now), *_configuration(then, now))


def definition_changes(then: Recipe, now: Recipe) -> tuple[Change, ...]:
    """What makes two fingerprints differ; empty where they are the same."""
    if then.fingerprint == now.fingerprint:
        return ()
    versions = str(then.contract_version), str(now.contract_version)
    found = [
        *_one("contract version", *versions),
        *_each("column", then.definitions, now.definitions),
    ]
    return tuple(found) or (Change("way of computing", "", then.fingerprint, now.fingerprint),)


def _configuration(then: Recipe, now: Recipe) -> Iterator[Change]:
    yield from _one("population", then.population, now.population)
    yield from _one("currency", then.currency, now.currency)
    yield from _each("rate", then.rates, now.rates)
    yield from _each("tier", then.tiers, now.tiers)


def _one(what: str, then: str, now: str) -> Iterator[Change]:
    if then != now:
        yield Change(what, "", then, now)


def _each(what: str, then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys([*then, *now]):
        if then.get(name) != now.get(name):
            yield Change(what, name, then.get(name, ""), now.get(name, ""))
