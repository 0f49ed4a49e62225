"""Models, insights, the work queue and the first run, as their pages are sent."""

import html
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from models.score import Band
from serving.app import create_app
from serving.at_hand import AtHand
from serving.auth.keys import new_key
from serving.auth.roles import Role
from serving.store import (
    AccessRepository,
    JobRepository,
    KeyInfo,
    ModelVersionRepository,
    ScoreRepository,
)
from serving.workshop import (
    BandMove,
    BandMoves,
    FirstRun,
    Lacking,
    NotChanged,
    NotTold,
    Workshop,
)

HOSTILE = "<img src=x onerror=alert(1)>"
MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)
NOW = datetime(2026, 7, 1, tzinfo=UTC)
PAGE = {"accept": "text/html"}


@pytest.fixture
def changes():
    return []


@pytest.fixture
def open_app(sqlite_store, connect, changes, figures):
    """A client of the service with a workshop that notes what it is asked."""

    def change(version, reason, by):
        if reason == "refuse":
            raise NotChanged(f"Not better beyond doubt {HOSTILE}")
        changes.append((version, reason, by))

    def make(**more):
        workshop = Workshop(change=change, tracking="sqlite:///m.db", **more.pop("shop", {}))
        at_hand = AtHand(workshop=workshop, figures=figures)
        return connect(create_app(sqlite_store, str, at_hand=at_hand, **more))

    return make


@pytest.fixture
def promoted(sqlite_store, measured, waiting):
    versions = ModelVersionRepository(sqlite_store)
    versions.promote(measured)
    versions.keep(waiting)


def words(answer):
    text = re.sub(r"<(script|style).*?</\1>", " ", answer.text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u202f", " ").split())


@pytest.mark.usefixtures("promoted")
def test_models_say_whether_the_score_keeps_its_word(open_app):
    shown = words(open_app().get("/models", headers=PAGE))
    assert "of the accounts it called red, 46 % left within 90 days" in shown
    assert "of the green ones 5.0 %" in shown
    assert "promise: upper end under 7.0 % , kept" in shown
    assert "Is 30 % really 30 %?" in shown
    assert "mlflow ui --backend-store-uri sqlite:///m.db" in shown


def test_a_score_that_does_not_keep_its_word_is_called_so(open_app, sqlite_store, measured):
    bands = [dict(each) for each in measured.metrics["bands"]]
    bands[0] |= {"lost": 0.9, "low": 0.85, "high": 0.95}
    metrics = {**measured.metrics, "bands": bands}
    ModelVersionRepository(sqlite_store).promote(replace(measured, metrics=metrics))
    shown = words(open_app().get("/models", headers=PAGE))
    assert "does not quite keep its word" in shown
    assert "outside the range" in shown


def test_models_say_that_their_test_rows_chose_them(open_app, sqlite_store, measured):
    versions = ModelVersionRepository(sqlite_store)
    versions.promote(measured)
    assert "by the very rows" not in words(open_app().get("/models", headers=PAGE))
    metrics = {**measured.metrics, "honesty": {"chosen_among": 6}}
    versions.promote(replace(measured, version="v7", metrics=metrics))
    said = "Which of 6 ways to foretell is used was chosen by the very rows of these figures"
    assert said in words(open_app().get("/models", headers=PAGE))


@pytest.mark.usefixtures("promoted")
def test_two_versions_side_by_side_say_where_the_difference_is_clear(open_app):
    shown = words(open_app().get("/models", headers=PAGE))
    assert "Log loss lower is better 0.172 0.169 better 0.210" in shown
    assert "By the rule it may take the champion’s place." in shown
    assert "Same accounts, same dates." in shown


@pytest.mark.usefixtures("promoted")
def test_who_would_change_band_is_told_where_it_is_asked_for(open_app):
    def found(version):
        if version != "v2":
            raise NotTold("No snapshot is stored.")
        return BandMoves(date(2026, 6, 30), 40, 60, (BandMove(Band.GREEN, Band.RED, 3),))

    client = open_app(shop={"band_moves": found})
    assert "Who would change band if v2 were promoted?" in words(client.get("/models"))
    shown = words(client.get("/models?beside=v2&moves=true"))
    assert "3 of the first 40 of 60 accounts would be in another band on 30 June 2026." in shown
    assert "Green to Red 3" in shown
    swap = {**PAGE, "hx-request": "true"}
    part = client.get("/models?beside=v0&moves=true", headers=swap)
    assert "Who would change band cannot be shown. No snapshot is stored." in words(part)
    assert "<html" not in part.text


@pytest.mark.usefixtures("promoted")
def test_versions_that_were_not_compared_are_shown_apart(open_app, sqlite_store, measured):
    other = replace(measured, version="v0", metrics={**measured.metrics, "fit": False})
    ModelVersionRepository(sqlite_store).keep(other)
    shown = words(open_app().get("/models?beside=v0", headers=PAGE))
    assert "Each on its own test rows" in shown
    assert "v0 refused" in shown


def test_without_a_model_the_page_says_how_to_get_one(open_app):
    shown = words(open_app().get("/models", headers=PAGE))
    assert "No model serves yet." in shown
    assert "forewarn train" in shown


def test_a_model_of_before_keeps_its_page(open_app, sqlite_store, champion):
    ModelVersionRepository(sqlite_store).promote(champion)
    answer = open_app().get("/models", headers=PAGE)
    assert answer.status_code == 200
    assert "trained before its test rows were drawn here" in words(answer)


@pytest.mark.usefixtures("promoted")
def test_a_run_leads_to_mlflow_where_one_runs(open_app):
    page = open_app(shop={"mlflow": "https://mlflow.example"}).get("/models").text
    assert 'href="https://mlflow.example/#/runs/6f1d"' in page


def change_with(client, **fields):
    return client.request("POST", "/models/change", data=fields, headers=PAGE)


@pytest.mark.usefixtures("promoted")
def test_a_change_needs_a_reason_and_is_asked_for_twice(open_app, changes):
    client = open_app()
    assert change_with(client, version="v2", reason=" ").status_code == 409
    assert change_with(client, version="v2", reason="x" * 501, sure="yes").status_code == 409
    asked = change_with(client, version="v2", reason=f"better {HOSTILE}")
    assert "Promote v2?" in words(asked)
    assert HOSTILE not in asked.text
    assert changes == []
    done = change_with(client, version="v2", reason="better", sure="yes")
    assert (done.status_code, done.headers["location"]) == (303, "/models")
    assert changes == [("v2", "better", None)]


@pytest.mark.usefixtures("promoted")
def test_a_refused_change_says_why(open_app, changes):
    answer = change_with(open_app(), version="v2", reason="refuse", sure="yes")
    assert answer.status_code == 409
    assert "Not better beyond doubt" in words(answer)
    assert HOSTILE not in answer.text
    assert changes == []


@pytest.mark.usefixtures("promoted")
def test_a_form_that_is_too_large_is_refused(open_app, changes):
    assert change_with(open_app(), version="v2", reason="x" * 5000).status_code == 413
    assert changes == []


@pytest.mark.parametrize("role", Role)
@pytest.mark.usefixtures("promoted")
def test_only_data_scientists_change_the_model(open_app, changes, sqlite_store, role):
    access, key = AccessRepository(sqlite_store), new_key()
    access.create(key, KeyInfo(key.prefix, "Noor", role, "", NOW), "test")
    client = open_app(access=access)
    bearer = {"authorization": f"Bearer {key.text}"}
    fields = {"version": "v2", "reason": "better", "sure": "yes"}
    answer = client.request("POST", "/models/change", data=fields, headers=bearer)
    allowed = role is Role.DATA_SCIENTIST
    assert answer.status_code == (303 if allowed else 403)
    assert changes == ([("v2", "better", "Noor")] if allowed else [])


def test_insights_tell_what_was_found(open_app):
    answer = open_app().get("/insights", headers=PAGE)
    shown = words(answer)
    assert "1 of 9 signals tell leavers from those that stay" in shown
    assert "people active in 30 days" in shown
    assert "+10 points (+2 to +18; 40 of 90 accounts did it)" in shown
    assert "export 90 % / 20 %" in shown
    assert "<script>document" not in answer.text


def test_whoever_sees_only_their_own_accounts_is_shown_no_list(open_app, sqlite_store):
    access, key = AccessRepository(sqlite_store), new_key()
    access.create(key, KeyInfo(key.prefix, "lena", Role.CSM, "Lena", NOW), "test")
    answer = open_app(access=access).get(
        "/insights", headers={**PAGE, "authorization": f"Bearer {key.text}"}
    )
    shown = words(answer)
    assert "people active in 30 days" in shown
    assert "Lists of accounts are left out here" in shown
    assert "/accounts/a1" not in answer.text
    assert "ends in 9 days" not in shown


def test_without_insights_the_page_names_the_command(connect, sqlite_store):
    shown = words(connect(create_app(sqlite_store, str)).get("/insights", headers=PAGE))
    assert "forewarn insights" in shown


class Runner:
    def __init__(self):
        self.started, self.lost = [], []

    def start(self, job_id):
        self.started.append(job_id)

    def stop(self, job):
        raise AssertionError(job)

    def clear(self):
        for fail in self.lost:
            fail()
        return []


@pytest.fixture
def at_work(sqlite_store, connect):
    """A client of a service that can have insights worked out, its runner, and its jobs."""
    runner = Runner()
    client = connect(create_app(sqlite_store, str, at_hand=AtHand(runner=runner)))
    return client, runner, JobRepository(sqlite_store)


def test_insights_are_worked_out_from_their_page(at_work):
    client, runner, jobs = at_work
    assert "Work them out now" in words(client.get("/insights", headers=PAGE))
    for _ in range(2):  # pressed twice, done once
        assert client.request("POST", "/insights").headers["location"] == "/insights"
    (job,) = jobs.newest(kind="insights")
    assert runner.started == [job.job_id]
    runner.lost = [lambda: jobs.fail(job.job_id, "its process ended without a word")]
    assert client.request("POST", "/insights").status_code == 303
    job = next(each for each in jobs.newest(kind="insights") if not each.over)
    assert runner.started[1:] == [job.job_id]
    jobs.start(job.job_id)
    jobs.report(job.job_id, 0.25, f"aligning every signal {HOSTILE}")
    page = client.get("/insights", headers=PAGE)
    assert f"Being worked out 25 % {HOSTILE}" not in page.text
    assert "aligning every signal" in words(page)
    assert "Work them out now" not in words(page)
    part = client.get("/insights/work")
    assert 'hx-get="/insights/work"' in part.text
    assert "hx-redirect" not in part.headers
    jobs.finish(job.job_id, {})
    assert client.get("/insights/work").headers["hx-redirect"] == "/insights"


@pytest.mark.parametrize(("scored", "offered"), [(date(2020, 1, 31), False), (JUNE, True)])
def test_insights_older_than_the_scores_can_be_worked_out_anew(
    sqlite_store, connect, figures, tmp_path, make_run, scored, offered
):
    found = json.loads(figures.read_text(encoding="utf-8"))
    mine = tmp_path / "insights.json"
    mine.write_text(json.dumps(found | {"as_of": "2026-05-31"}), encoding="utf-8")
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.1}, as_of=scored))
    at_hand = AtHand(figures=mine, runner=Runner())
    client = connect(create_app(sqlite_store, str, at_hand=at_hand))
    assert ("Work them out now" in words(client.get("/insights", headers=PAGE))) is offered


def test_a_failed_attempt_says_why_and_can_be_repeated(at_work):
    client, _, jobs = at_work
    jobs.fail(jobs.create("insights", "Noor").job_id, "nothing is loaded: run `forewarn load`")
    shown = words(client.get("/insights", headers=PAGE))
    assert "nothing is loaded: run `forewarn load`" in shown
    assert "Try again" in shown
    assert "hx-redirect" not in client.get("/insights/work").headers


@pytest.mark.parametrize("role", [Role.CSM, Role.LEADER])
def test_who_may_not_start_jobs_is_offered_none(sqlite_store, connect, role):
    access, key = AccessRepository(sqlite_store), new_key()
    access.create(key, KeyInfo(key.prefix, "Lena", role, "Lena", NOW), "test")
    jobs, runner = JobRepository(sqlite_store), Runner()
    client = connect(create_app(sqlite_store, str, at_hand=AtHand(runner=runner), access=access))
    bearer = {**PAGE, "authorization": f"Bearer {key.text}"}
    assert "Work them out now" not in words(client.get("/insights", headers=bearer))
    assert client.request("POST", "/insights", headers=bearer).status_code == 403
    assert runner.started == []
    jobs.fail(jobs.create("insights", "Noor").job_id, "/home/noor/data cannot be read")
    told = "/home/noor" in words(client.get("/insights", headers=bearer))
    assert told is (role is Role.LEADER)


@pytest.fixture
def scored(sqlite_store, make_run):
    scores = ScoreRepository(sqlite_store)
    scores.publish(make_run({"a": 0.05, "b": 0.1, "c": 0.9, "d": 0.3}, as_of=MAY))
    now = {"a": 0.7, "b": 0.3, "c": 0.8, "d": 0.05}
    scores.publish(make_run(now, as_of=JUNE, names={"a": HOSTILE}))


@pytest.mark.usefixtures("scored")
def test_the_queue_holds_who_turned_for_the_worse(open_app):
    answer = open_app().get("/queue", headers=PAGE)
    shown = words(answer)
    assert "Turned red" in shown
    assert "Turned yellow" in shown
    assert "Name of c" not in shown
    assert "Name of d" not in shown
    assert HOSTILE not in answer.text
    assert "come to this place with a later release" in shown


@pytest.mark.usefixtures("scored")
def test_the_queue_has_an_address_for_each_account(open_app):
    page = open_app().get("/queue?account=b", headers=PAGE).text
    assert 'aria-label="Selected account: Name of b"' in page
    part = open_app().get("/queue?account=b", headers={**PAGE, "hx-request": "true"})
    assert part.text.lstrip().startswith("<aside")
    assert "HX-Request" in part.headers["vary"]


@pytest.mark.usefixtures("scored")
def test_a_csm_finds_only_their_own_in_the_queue(open_app, sqlite_store):
    access, key = AccessRepository(sqlite_store), new_key()
    access.create(key, KeyInfo(key.prefix, "omar", Role.CSM, "Omar", NOW), "test")
    headers = {**PAGE, "authorization": f"Bearer {key.text}"}
    answer = open_app(access=access).get("/queue?account=b", headers=headers)
    assert answer.status_code == 200
    assert "Name of b" not in answer.text


@pytest.mark.usefixtures("scored")
def test_a_kind_that_does_not_exist_is_a_problem(open_app):
    assert open_app().get("/queue?show=purple", headers=PAGE).status_code == 422


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (FirstRun(Lacking.DATA), "forewarn demo"),
        (FirstRun(Lacking.MODEL, configuration="/x/f.toml"), "forewarn run -c /x/f.toml"),
        (FirstRun(Lacking.FIT_MODEL, ("too few losses",)), "too few losses"),
        (FirstRun(Lacking.SCORES), "forewarn score"),
    ],
)
@pytest.mark.parametrize("address", ["/", "/accounts", "/queue"])
def test_an_empty_installation_explains_the_next_command(open_app, state, said, address):
    shown = words(open_app(shop={"first_run": lambda: state}).get(address, headers=PAGE))
    assert "No scores yet" in shown
    assert said in shown


def test_red_accounts_that_fell_silent_wait_too(open_app, sqlite_store, make_run):
    run = make_run({"a": 0.7, "b": 0.8, "g": 0.05})
    spoke = {"a": 45.0, "b": 3.0, "g": 90.0}
    cards = [
        replace(card, signals={"engagement__customer_last_spoke": spoke[card.account_id]})
        for card in run.cards
    ]
    ScoreRepository(sqlite_store).publish(replace(run, cards=cards))
    shown = words(open_app().get("/queue?show=silent", headers=PAGE))
    assert "Silent 45 days since they spoke" in shown
    assert "Name of a" in shown
    assert "Name of b" not in shown
    assert "Name of g" not in shown
