"""What a configuration means in the words of features alone, without any model."""

from collections.abc import Collection
from dataclasses import replace
from operator import itemgetter

from features.currency import Rate, Rates
from features.followed import Followed
from features.outcomes import AnyLoss, Declared, Label, Lapse, LogoChurn, Movement, OfContracts
from features.ranks import with_ranks
from features.segments import DEFAULT_SEGMENTS, Segments
from features.signal import Catalogue
from features.signals import catalogue_for
from features.signals.attributes import with_attributes
from pipelines.config import Config
from pipelines.errors import InputError
from pipelines.own_signals import with_own


def label_of(config: Config, connected: Collection[str]) -> Label:
    """The definition of the outcome that is learnt, derived from what is connected."""
    outcome, learnt = config.outcome, config.learnt
    if learnt == "lapse":
        return Lapse(outcome.silent_days, outcome.activity, outcome.events)
    if learnt != "any_loss":
        return _contracted(config, connected, learnt)
    churn = _contracted(config, connected, "logo_churn")
    return AnyLoss(churn, _contracted(config, connected, "contraction"))


def labels_beside(config: Config, connected: Collection[str]) -> tuple[Label, ...]:
    """What else is learnt of the same population: one cause of any loss, and expansion.

    A lapse has another population, and whoever foretells expansion has nothing beside it.
    """
    wanted: list[OfContracts] = []
    if config.learnt == "any_loss":
        wanted.append("contraction")
    if config.learnt not in {"lapse", "expansion"} and config.models.expansion == "auto":
        wanted.append("expansion")
    return tuple(_contracted(config, connected, name) for name in wanted)


def _contracted(config: Config, connected: Collection[str], name: OfContracts) -> Label:
    """The definition of an outcome of companies with contracts, by its name."""
    outcome = config.outcome
    if outcome.derive == "outcomes" or "subscriptions" not in connected:
        return Declared(name)
    if name == "logo_churn":
        return LogoChurn(outcome.gap_days)
    return Movement(name, outcome.share, outcome.gap_days)


def catalogue_of(config: Config, followed: Followed) -> Catalogue:
    """The company's catalogue: Forewarn's signals, its main events', its own, and their ranks.

    Its own are those that it declares, then those of its attributes.

    Raises:
        ConfigError: the file of its own signals cannot be used.
        InputError: there are no such peers to rank among.
    """
    found = with_own(catalogue_for(followed.events, segments_of(config)), config)
    found = with_attributes(found, followed.numbers, followed.words)
    if not config.signals.peers:
        return found
    try:
        return with_ranks(found, config.signals.peers)
    except ValueError as error:
        raise InputError(f"[signals] peers: {error}.") from error


def segments_of(config: Config) -> Segments:
    """The limits of the company's segments: its own tiers where it has any."""
    given = config.segments
    tiers = sorted(config.tiers.items(), key=itemgetter(1))
    return replace(
        DEFAULT_SEGMENTS,
        tiers=tuple((name, float(least)) for name, least in tiers) or DEFAULT_SEGMENTS.tiers,
        large=given.large,
        promising=tuple(word.lower() for word in given.promising),
        stages=(given.onboarding_days, given.established_days, given.renewing_days),
    )


def rates_of(config: Config) -> Rates:
    """The company's currency and its rates of exchange."""
    rates = tuple(Rate(r.currency, r.since, r.rate) for r in config.rates)
    return Rates(config.company.currency, rates)
