"""Ranks among peers from end to end: a day, a replay, what-ifs and rows that are sent in."""

import json
from datetime import timedelta

import numpy as np
import pyarrow.parquet as pq
import pytest

from features.followed import Followed
from features.ladders import PeerRanks
from pipelines.assemble import assemble
from pipelines.config import read_config
from pipelines.definitions import catalogue_of
from pipelines.errors import InputError
from pipelines.live import at_hand
from pipelines.signals import signals_of
from pipelines.source_value import parts
from pipelines.stored import RANKS, StoredSnapshots
from pipelines.words import words_of
from pipelines.workspace import Workspace
from serving.live import NotAllowed
from serving.live.batch import SignalsOf
from serving.store import ScoreRepository, open_store

LAST, RANK = "consumption__last_used", "consumption__last_used_rank"


@pytest.fixture(scope="module")
def space(ranked):
    return Workspace(ranked.workspace)


@pytest.fixture(scope="module")
def config(ranked):
    return read_config(ranked.config)


@pytest.fixture(scope="module")
def engine(space):
    engine = open_store(space.store_address)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def hand(space, config, engine):
    return at_hand(engine, space, config, words_of(engine))


@pytest.fixture(scope="module")
def published(engine):
    scores = ScoreRepository(engine)
    return {e.card.account_id: e.score for e in scores.run(scores.newest().as_of)}


def test_a_day_gives_what_scoring_stored_and_a_replay_finds_it_identical(forewarn, ranked, days):
    place = ("-c", ranked.config, "--workspace", ranked.workspace, "--json")

    def do(*arguments):
        done = forewarn(*arguments, *place)
        assert done.exit_code == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    mine, theirs = do("day", "--as-of", days.scored), do("replay", "--as-of", days.scored)
    assert mine["sha256"] == theirs["sha256"] == theirs["sha256_rebuilt"]
    assert do("day", "--as-of", days.scored + timedelta(days=1))["anew"] == ""


def test_training_ranks_every_date_by_its_own_rows(space, config, days):
    frame = assemble(space, config, days.scored, lambda _: None).dataset.frame
    known = frame[frame[LAST].notna()]
    assert known["as_of"].nunique() > 5
    for _, rows in known.groupby("as_of"):
        np.testing.assert_allclose(rows[RANK], (rows[LAST].rank() - 0.5) / len(rows), atol=1e-12)


def test_a_what_if_ranks_the_changed_row_anew(hand, published):
    close_up, read = hand[0], set(hand[1].champion.serving.model.schema.names)
    assert {LAST, RANK} <= read
    for account, score in list(published.items())[:10]:
        same = close_up.what_if(account, {})
        assert same.now == same.then
        assert same.now.p_loss == score.p_loss
        found = close_up.what_if(account, {LAST: 29.0})
        change = found.then.p_loss[30] - found.now.p_loss[30]
        assert sum(m.points for m in found.moved) == pytest.approx(100 * change, abs=1e-9)
    with pytest.raises(NotAllowed, match=f"what it ranks: change {LAST}"):
        close_up.what_if(account, {RANK: 0.5})


def test_rows_sent_in_without_ranks_get_the_job_s_scores(space, hand, published, days):
    stored = StoredSnapshots(space.snapshots).runs(days.scored)[-1]
    live = hand[1]
    ranks = PeerRanks.read(stored.file.with_suffix(RANKS), stored.sha256).ranked
    rows = []
    for row in pq.read_table(stored.file).to_pylist()[:20]:
        held = {n: v for n, v in row.items() if v is not None and v == v and n not in ranks}
        account, _ = held.pop("account_id"), held.pop("as_of")
        rows.append(SignalsOf(account, held))
    model = live.champion.serving.model
    for part in (rows, rows[:1], rows[7:9]):
        for found in live.batch.score(model, part, days.scored):
            assert found.p_loss == published[found.account_id].p_loss
            assert found.reasons == published[found.account_id].reasons


def test_ranks_are_signals_like_others(space, config):
    catalogue = catalogue_of(config, Followed(("order",)))
    listed = [each["column"] for each in signals_of(space, config).summary()["signals"]]
    assert {LAST, RANK} <= set(listed)
    groups = {part.name: part.columns for part in parts(catalogue, ["usage"])}
    assert RANK in groups["usage"]
    assert RANK in groups["consumption"]


def test_peers_that_share_no_word_are_refused(config):
    signals = config.signals.model_copy(update={"peers": "profile__age"})
    with pytest.raises(
        InputError, match=r"\[signals\] peers: 'profile__age' is no column of words"
    ):
        catalogue_of(config.model_copy(update={"signals": signals}), Followed())
