import csv
import os
import stat
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Thread

import pytest

from models.score import Outlook
from pipelines import deliver as module
from pipelines.deliver import deliver
from pipelines.delivery_rows import AHEAD, COLUMNS, EARLIER, content_of, harmless
from pipelines.errors import InputError
from serving.store import DeliveryRepository, ScoreRepository

MAY, JUNE, JULY = date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31)
NOW = datetime(2026, 8, 1, 6, 30, tzinfo=UTC)


@pytest.fixture
def box(tmp_path):
    """The file a CRM imports."""
    return tmp_path / "drop" / "crm.csv"


@pytest.fixture
def send(store, box, words):
    def now(as_of=None, **options):
        return deliver(store, box, as_of, words, clock=lambda: NOW, **options)

    return now


def rows(box):
    with box.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        found = {row["account_id"]: row for row in reader}
    assert tuple(reader.fieldnames) == COLUMNS
    return found


def keys(done):
    return [each.account_id for each in done.due]


def test_a_row_says_everything_a_crm_needs(send, box, publish):
    publish({"a": 0.75}, version="v7")
    send()
    assert rows(box)["a"] == {
        "account_id": "a",
        "crm_id": "crm-a",
        "name": "Name of a",
        "band": "red",
        "health_score": "25.0",
        "primary_horizon": "90",
        "p_loss": "0.7500",
        "p_loss_30": "0.3750",
        "p_loss_90": "0.7500",
        "p_loss_180": "",
        "p_loss_365": "",
        "p_logo_churn": "",
        "p_contraction": "",
        "p_expansion": "",
        "expected_loss": "",
        "reason_1": "adoption__users_30d is 3.0",
        "reason_2": "risk__level is high",
        "reason_3": "experience__csat_90d is None",
        "as_of": "2026-06-30",
        "model_version": "v7",
        "scored_at": "2026-07-01T02:00:00+00:00",
        "delivered_at": "2026-08-01T06:30:00+00:00",
    }


def test_causes_and_growth_are_those_within_the_primary_horizon(store, publish, words):
    publish({"a": 0.75})
    found = ScoreRepository(store).run(JUNE)[0]
    causes = {"logo_churn": {30: 0.2, 90: 0.5}, "contraction": {30: 0.175, 90: 0.25}}
    ahead = Outlook(p_by_cause=causes, p_expansion={30: 0.01, 90: 0.03}, revenue_lost=0.55)
    cells = content_of(replace(found, score=replace(found.score, outlook=ahead)), words)
    told = {name: cells[name] for name in AHEAD}
    assert told == {
        "p_logo_churn": "0.5000",
        "p_contraction": "0.2500",
        "p_expansion": "0.0300",
        "expected_loss": "660.00",  # of 1,200 a year
    }


def test_a_file_of_before_there_were_causes_is_taken_further(send, box, publish):
    box.parent.mkdir()
    old = dict.fromkeys(EARLIER, "") | {"account_id": "z", "as_of": "2026-05-31", "band": "red"}
    box.write_text(",".join(EARLIER) + "\n" + ",".join(old.values()) + "\n")
    publish({"a": 0.75})
    send()
    assert sorted(rows(box)) == ["a", "z"]
    assert (rows(box)["z"]["band"], rows(box)["z"]["p_contraction"]) == ("red", "")


def test_only_changes_are_delivered(send, box, publish):
    publish({"a": 0.75, "b": 0.1})
    send()
    box.unlink()
    publish({"a": 0.75, "b": 0.6, "c": 0.3}, as_of=JULY, version="v2")

    done = send()

    assert keys(done) == ["b", "c"]
    assert done.unchanged == 1
    assert sorted(rows(box)) == ["b", "c"]


def test_nothing_changed_writes_nothing(send, box, publish):
    publish({"a": 0.75})
    send()
    box.unlink()
    publish({"a": 0.75}, as_of=JULY, version="v2")

    done = send()

    assert (keys(done), done.unchanged) == ([], 1)
    assert not box.exists()


def test_a_difference_nobody_can_see_is_no_change(send, publish):
    publish({"a": 0.75})
    send()
    publish({"a": 0.750004}, as_of=JULY)
    assert keys(send()) == []
    publish({"a": 0.7502}, as_of=date(2026, 8, 31))
    assert keys(send()) == ["a"]


def test_what_nobody_took_away_stays_and_the_newer_row_counts(send, box, publish):
    publish({"a": 0.75, "b": 0.1})
    send()
    publish({"a": 0.3, "b": 0.1}, as_of=JULY)
    send()
    found = rows(box)
    assert {key: row["band"] for key, row in found.items()} == {"a": "yellow", "b": "green"}
    assert {key: row["as_of"] for key, row in found.items()} == {
        "a": "2026-07-31",
        "b": "2026-06-30",
    }


def test_an_account_no_longer_scored_loses_its_red_once(send, box, publish):
    publish({"a": 0.75, "b": 0.1})
    send()
    box.unlink()
    publish({"b": 0.1}, as_of=JULY)

    done = send()

    assert (keys(done), done.gone) == (["a"], 1)
    row = rows(box)["a"]
    assert (row["band"], row["crm_id"], row["health_score"]) == ("none", "crm-a", "")
    assert row["reason_1"] == module.GONE
    assert row["as_of"] == "2026-07-31"
    assert keys(send()) == []


def test_an_account_that_comes_back_is_delivered_again(send, publish):
    publish({"a": 0.75, "b": 0.1})
    send()
    publish({"b": 0.1}, as_of=JULY)
    send()
    publish({"a": 0.75, "b": 0.1}, as_of=date(2026, 8, 31))
    done = send()
    assert [(each.account_id, each.content["band"]) for each in done.due] == [("a", "red")]


def test_grey_is_said_and_its_numbers_are_empty(send, box, publish):
    publish({"a": None})
    send()
    row = rows(box)["a"]
    assert (row["band"], row["health_score"], row["p_loss"]) == ("grey", "", "")


def test_older_scores_never_overwrite_newer_ones(send, box, publish):
    publish({"a": 0.1}, as_of=JUNE)
    publish({"a": 0.75}, as_of=JULY)
    send()
    before = box.read_bytes()
    with pytest.raises(InputError, match="already given the scores of 2026-07-31"):
        send(JUNE)
    assert box.read_bytes() == before


def test_a_day_on_which_nothing_changed_counts_as_delivered(send, publish):
    publish({"a": 0.75}, as_of=MAY)
    send()
    publish({"a": 0.75}, as_of=JULY)
    assert keys(send()) == []
    publish({"a": 0.1}, as_of=JUNE)
    with pytest.raises(InputError, match="already given the scores of 2026-07-31"):
        send(JUNE)


def test_rows_that_wait_are_never_replaced_by_older_ones(send, box, publish, monkeypatch):
    publish({"a": 0.1}, as_of=JUNE)
    publish({"a": 0.75}, as_of=JULY)
    with monkeypatch.context() as patch:
        patch.setattr(DeliveryRepository, "acknowledge", lambda *_: None)
        send(JULY)
    with pytest.raises(InputError, match="already given the scores of 2026-07-31"):
        send(JUNE)
    assert rows(box)["a"]["band"] == "red"


def test_a_past_day_may_come_first(send, box, publish):
    publish({"a": 0.1}, as_of=JUNE)
    publish({"a": 0.75}, as_of=JULY)
    send(JUNE)
    assert rows(box)["a"]["band"] == "green"
    send()
    assert rows(box)["a"]["band"] == "red"


def test_a_dry_run_writes_and_remembers_nothing(send, box, store, publish):
    publish({"a": 0.75})
    done = send(dry_run=True)
    assert keys(done) == ["a"]
    assert not box.parent.exists()
    assert DeliveryRepository(store).held(f"file:{box}") == []
    assert keys(send()) == ["a"]


def test_another_file_is_another_destination(send, store, tmp_path, words, publish):
    publish({"a": 0.75})
    send()
    other = deliver(store, tmp_path / "other.csv", None, words)
    assert keys(other) == ["a"]


def test_one_file_under_two_names_is_one_destination(send, store, box, words, publish):
    publish({"a": 0.75})
    send()
    again = deliver(store, box.parent / ".." / "drop" / "crm.csv", None, words)
    assert keys(again) == []


@pytest.mark.parametrize(
    "content",
    ["name,phone\nAda,1\n", "", ",".join(COLUMNS) + "\r\na,b\r\n", ",".join(COLUMNS) + '\r\n"a'],
)
def test_a_file_that_is_no_delivery_is_left_alone(send, box, publish, content):
    publish({"a": 0.75})
    box.parent.mkdir()
    box.write_bytes(content.encode())
    with pytest.raises(InputError, match=r"crm\.csv exists"):
        send()
    assert box.read_bytes() == content.encode()


def test_a_delivery_cut_short_is_made_again(send, box, publish, monkeypatch):
    publish({"a": 0.75})

    def broken(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", broken)
        with pytest.raises(InputError, match="No space left on device"):
            send()
    assert list(box.parent.iterdir()) == []
    assert keys(send()) == ["a"]

    publish({"a": 0.3}, as_of=JULY)
    with monkeypatch.context() as patch:
        patch.setattr(DeliveryRepository, "acknowledge", broken)
        with pytest.raises(OSError, match="No space left"):
            send()
    assert rows(box)["a"]["band"] == "yellow"
    assert keys(send()) == ["a"]
    assert rows(box)["a"]["band"] == "yellow"


def test_two_deliveries_at_once_lose_no_row(store, box, publish, words, monkeypatch):
    """The second is asked for while the first is about to write."""
    publish({"a": 0.75})
    publish({"a": 0.75, "b": 0.9}, as_of=JULY)
    write, others = module._write, []

    def interrupted(*asked):
        if not others:
            others.append(Thread(target=deliver, args=(store, box, JULY, words)))
            others[0].start()
            others[0].join(1)
        write(*asked)

    monkeypatch.setattr(module, "_write", interrupted)
    deliver(store, box, JUNE, words)
    others[0].join()
    assert sorted(rows(box)) == ["a", "b"]


def test_the_file_keeps_its_permissions_and_nothing_is_left_beside_it(send, box, publish):
    publish({"a": 0.75})
    send()
    box.chmod(0o640)
    publish({"a": 0.1}, as_of=JULY)
    send()
    assert stat.S_IMODE(box.stat().st_mode) == 0o640
    assert list(box.parent.iterdir()) == [box]


def test_cells_that_a_spreadsheet_would_run_are_made_harmless(send, box, publish):
    publish({"=a": 0.75}, name={"=a": '=HYPERLINK("http://evil")'}, crm_id={"=a": "+1"})
    send()
    row = rows(box)["'=a"]
    assert row["name"] == '\'=HYPERLINK("http://evil")'
    assert row["crm_id"] == "'+1"
    publish({"=a": 0.1}, as_of=JULY)
    send()
    assert list(rows(box)) == ["'=a"]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_dangerous_beginnings(first):
    assert harmless(f"{first}1") == f"'{first}1"


@pytest.mark.parametrize("cell", ["", "a=1", "0.75", "O'Hara", "−1"])
def test_harmless_cells_stay_as_they_are(cell):
    assert harmless(cell) == cell


def test_names_with_line_ends_and_quotes_come_back(send, box, publish):
    publish({"a": 0.75, "b": 0.1}, name={"a": 'Ada "the first",\nLtd'})
    send()
    publish({"a": 0.75, "b": 0.6}, as_of=JULY, name={"a": 'Ada "the first",\nLtd'})
    send()
    assert rows(box)["a"]["name"] == 'Ada "the first",\nLtd'


def test_there_must_be_scores(send, publish):
    with pytest.raises(InputError, match="nothing to deliver: no scores were published"):
        send()
    publish({"a": 0.75})
    with pytest.raises(InputError, match=r"--as-of 2026-07-31: .* the latest are 2026-06-30"):
        send(JULY)


def test_where_it_may_go(store, tmp_path, words, publish):
    publish({"a": 0.75})
    with pytest.raises(InputError, match=r"must end in \.csv"):
        deliver(store, tmp_path / "crm.xlsx", None, words)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        deliver(store, tmp_path / "folder.csv", None, words)
