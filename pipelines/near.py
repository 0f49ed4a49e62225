"""Single accounts seen from near: what the service is handed, made from a workspace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from threading import Lock
from typing import Any

import numpy as np

from features.ladders import PeerRanks
from features.lake import LakeError
from features.row_file import SignalRow, Value
from models.bands.silence import matter
from models.bundle import BrokenBundle
from models.explain.account import peers_of, reasons_alone
from models.explain.between import by_column
from models.explain.peers import Peers
from models.score import Band
from pipelines.errors import InputError, NoModel
from pipelines.explain import Asked, Case, Explaining
from pipelines.explained import Explained, reasons_of
from pipelines.past import Archive
from pipelines.reranked import of_ranks, reranked
from pipelines.shelf import row_in
from pipelines.steady import seen_in
from pipelines.stored import StoredSnapshots
from pipelines.terminal import plain
from pipelines.timeline import records
from serving.live import (
    CloseUp,
    Foretold,
    Lever,
    Levers,
    Moved,
    NotAllowed,
    NotExplained,
    Past,
    PeerRange,
    Quantiles,
    Records,
    Refused,
    WhatIf,
)

DAYS_SHOWN = 731
"""Of an account's own past: 24 months."""


@dataclass(frozen=True)
class Near:
    """Looks at single accounts of one workspace; see `serving.live.CloseUp`.

    What is worked out takes ten times as long as what is read. One after the other is ready no
    later than all at once, and then what is read has half of the processor, not a tenth.
    """

    explaining: Explaining
    _turn: Lock = field(default_factory=Lock)

    @property
    def _archive(self) -> Archive:
        return self.explaining.archive

    def close_up(self) -> CloseUp:
        """All of it, as the service takes it; what cannot be told is NotExplained."""

        def told(look: Any) -> Any:
            def guarded(*asked: Any) -> Any:
                try:
                    return look(*asked)
                except (InputError, NoModel, BrokenBundle, LakeError) as error:
                    raise NotExplained(str(error)) from error

            return guarded

        return CloseUp(
            explain=told(self.explain),
            past=told(self.past),
            peers=told(self.peers),
            levers=told(self.levers),
            what_if=told(self.what_if),
            records=told(self.records),
            why=told(self.why),
        )

    def explain(self, account: str, as_of: date | None, since: date | None) -> dict[str, Any]:
        """Why an account has its score, as plain values."""
        if as_of is None and since is None:
            with self._turn:
                case = self.explaining.case(account)
                found = self.explaining.with_remedy(self._explained(account), case)
        else:
            found = self.explaining.explain(Asked(account, as_of, since))
        summary: dict[str, Any] = plain(found.summary())
        return summary

    def why(self, account: str, since: date | None) -> dict[str, Any]:
        """The same of the newest run without what would help."""
        if since is not None:
            case = self.explaining.case(account)
            found = self.explaining.without_remedy(Asked(account, since=since), case)
            summary: dict[str, Any] = plain(found.summary())
            return summary
        stamp = self._archive.scores.last_published()
        kept: dict[str, Any] = self.explaining.recent.of(
            stamp, (account, "why"), lambda: plain(self._explained(account).summary())
        )
        return dict(kept)

    def _explained(self, account: str) -> Explained:
        """The newest score against the one before, from memory where somebody just looked."""
        asked, stamp = Asked(account), self._archive.scores.last_published()
        return self.explaining.recent.of(
            stamp,
            asked,
            lambda: self.explaining.without_remedy(asked, self.explaining.case(account)),
        )

    def past(self, account: str, signals: Sequence[str]) -> Past:
        """Values at the end of each month, and at the newest date, of 24 months."""
        case = self.explaining.case(account)
        _require_known(case, signals)
        stored = StoredSnapshots(self._archive.workspace.snapshots)
        end = case.day.as_of
        dates = [d for d in stored.dates() if end - timedelta(days=DAYS_SHOWN) <= d <= end]
        rows = {}
        for day in _last_of_months(dates):
            found = self._archive.stored(case.model, day)
            if found is not None:
                rows[day] = row_in(found, account)
        return Past(tuple(rows), {s: tuple(map(_value_in(s), rows.values())) for s in signals})

    def peers(self, account: str, signals: Sequence[str]) -> PeerRange:
        """How signals lie among the peers of an account, in the newest run."""
        case = self.explaining.case(account)
        _require_known(case, signals)
        return _peer_range(case, peers_of(case.day.peers(), case.row.cells), signals)

    def levers(self, account: str) -> Levers:
        """The signals of an account that people can act on."""
        case = self.explaining.case(account)
        healthier = self.explaining.actions(case.model).healthier
        peers = peers_of(case.day.peers(), case.row.cells)
        read = set(case.model.schema.names)
        names = sorted(name for name in healthier if name in read)
        found = _peer_range(case, peers, names)
        catalogue = self._archive.catalogue(case.model)
        units = {column.name: column.signal.unit for column in catalogue.columns}
        levers = tuple(
            _lever(name, self.explaining.words.meaning(name), units[name], healthier[name],
                   case.row, found)
            for name in names
        )  # fmt: skip
        return Levers(account, case.day.as_of, found, levers)

    def what_if(self, account: str, changed: Mapping[str, Value]) -> WhatIf:
        """The newest score of an account, were some of its signals otherwise.

        Raises:
            NotAllowed: a signal is not one that the model reads, or a value cannot be its.
        """
        with self._turn:
            return self._what_if(account, changed)

    def _what_if(self, account: str, changed: Mapping[str, Value]) -> WhatIf:
        case = self.explaining.case(account)
        ranks = case.day.ranks()
        _require_usable(case, changed, ranks)
        then = replace(case, row=reranked(_with(case.row, changed), ranks))
        peers = peers_of(case.day.peers(), case.row.cells)
        scene = replace(self.explaining.scene(case), row=then.row.cells)
        base_chance, reasons = reasons_alone(case.model, scene, self.explaining.words)
        foretold = self._foretold(case, then)
        return WhatIf(
            account_id=account,
            as_of=case.day.as_of,
            model_version=case.model.version,
            primary_horizon=case.model.primary_horizon,
            now=foretold[0],
            then=foretold[1],
            moved=self._moved(
                case, then, _peer_range(case, peers, tuple(changed)), changed, of_ranks(ranks)
            ),
            base_chance=base_chance,
            reasons=tuple(plain(reasons_of(reasons))),
        )

    def records(self, account: str, since: date | None) -> Records:
        """The dated facts of an account up to the newest run."""
        case, lake = self.explaining.case(account), self._archive.workspace.lake()
        return self.explaining.recent.of(
            self._archive.scores.last_published(),
            (account, "records", since, lake.manifest.digest),
            lambda: records(lake, account, case.day.as_of, since),
        )

    def _foretold(self, *cases: Case) -> list[Foretold]:
        """As the batch job would score the rows: bands stay steady, silence makes them grey."""
        day, model, scores = cases[0].day.as_of, cases[0].model, self._archive.scores
        histories = {case.account: case.published for case in cases}
        seen = seen_in(histories, scores, model, [case.account for case in cases], day)
        rows = tuple(case.row.dated(day) for case in cases)
        grey = matter(scores.silent(day))
        return [
            Foretold(each.p_loss, each.health_score, Band.GREY if grey else each.band)
            for each in model.score(rows, seen)
        ]

    def _moved(
        self,
        now: Case,
        then: Case,
        peers: PeerRange,
        changed: Mapping[str, Value],
        ranks: Mapping[str, Sequence[str]],
    ) -> tuple[Moved, ...]:
        """What each changed signal does with its rank, largest first."""
        model = now.model
        before, after = (model.schema.encode(case.row.cells)[0] for case in (now, then))
        points = 100 * by_column(model.chain(), before, after)
        place = {name: i for i, name in enumerate(model.schema.names)}
        words = self.explaining.words
        found = [
            Moved(
                signal=name,
                meaning=words.meaning(name),
                before=now.row.value(name),
                after=then.row.value(name),
                points=float(sum(points[place[n]] for n in (name, *ranks[name]) if n in place)),
                beyond_peers=_beyond(peers, name, value),
            )
            for name, value in changed.items()
        ]
        return tuple(sorted(found, key=lambda each: (-abs(each.points), each.signal)))


def _last_of_months(dates: Sequence[date]) -> list[date]:
    """Of each month the last date, in order."""
    return list({(day.year, day.month): day for day in sorted(dates)}.values())


def _value_in(signal: str) -> Any:
    def value(row: SignalRow | None) -> Value:
        return None if row is None else row.value(signal)

    return value


def _peer_range(case: Case, peers: Peers, signals: Sequence[str]) -> PeerRange:
    found = {}
    for name in signals:
        values = peers.quantiles(name)
        if values is not None:
            p10, p25, p50, p75, p90 = values
            found[name] = Quantiles(p10, p25, p50, p75, p90, peers.known(name))
    return PeerRange(case.day.as_of, peers.shared, peers.accounts, found)


def _lever(
    name: str, meaning: str, unit: str, healthier: int, row: SignalRow, peers: PeerRange
) -> Lever:
    value, among = row.value(name), peers.quantiles.get(name)
    now = value if isinstance(value, float) else None
    if among is None:
        return Lever(name, meaning, unit, healthier, now, None, None, None)
    low, high = (among.p10, among.p90) if now is None else (min(among.p10, now),
                                                            max(among.p90, now))  # fmt: skip
    return Lever(name, meaning, unit, healthier, now, low, among.p50, high)


def _with(row: SignalRow, changed: Mapping[str, Value]) -> SignalRow:
    """The row with other values; a word must be one that its column has, or the model knows."""
    values, words = row.values.copy(), dict(row.layout.words)
    for name, value in changed.items():
        place = row.layout.place[name]
        if value is None:
            values[place] = np.nan
        elif isinstance(value, str):
            words[name] = words[name] if value in words[name] else (*words[name], value)
            values[place] = words[name].index(value)
        else:
            values[place] = float(value)
    return replace(row, layout=replace(row.layout, words=words), values=values)


def _require_known(case: Case, signals: Sequence[str]) -> None:
    unknown = [s for s in signals if s not in case.row.layout.place]
    if unknown:
        raise InputError(
            f"{', '.join(unknown)}: no such signal in the snapshot of {case.day.as_of}; see "
            "docs/signals.md for the names."
        )


def _require_usable(case: Case, changed: Mapping[str, Value], ranks: PeerRanks | None) -> None:
    columns = {column.name: column for column in case.model.schema.columns}
    refused = []
    for name, value in changed.items():
        if ranks is not None and name in ranks.ranked:
            refused.append(Refused(name, value, f"what it ranks: change {ranks.ranked[name]}"))
            continue
        if name not in columns:
            refused.append(Refused(name, value, "a signal that the model reads"))
            continue
        words = columns[name].words
        if value is None:
            continue
        if words is None and not _is_number(value):
            refused.append(Refused(name, value, "a finite number, or null for not known"))
        elif words is not None and value not in words:
            refused.append(Refused(name, value, f"one of {', '.join(words)}, or null"))
    if refused:
        raise NotAllowed(refused)


def _is_number(value: object) -> bool:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return known and bool(np.isfinite(value))  # type: ignore[call-overload]


def _beyond(peers: PeerRange, name: str, value: Value) -> bool:
    among = peers.quantiles.get(name)
    if among is None or not isinstance(value, int | float):
        return False
    return not among.p10 <= value <= among.p90
