import re
from collections import defaultdict
from datetime import date, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from pipelines.config import read_config
from pipelines.errors import InputError
from pipelines.report import write_report
from pipelines.report.write import quarantined
from pipelines.workspace import Workspace

VOID = {"meta", "br", "img", "link", "hr", "input"}


class Page(HTMLParser):
    """Collects tags and attributes, and refuses tags that do not close."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.open, self.words = [], [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [v for k, v in attrs if k in {"src", "href", "srcset", "action"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert attrs
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words)).replace("\u202f", " ")


@pytest.fixture
def write(finished, tmp_path):
    def now(as_of):
        space = Workspace(finished.company.workspace)
        config = read_config(finished.company.config, {})
        return write_report(space, config, as_of, tmp_path / "report", lambda _: None)

    return now


def test_the_page_stands_alone(write, days):
    text = write(days.scored).path.read_text(encoding="utf-8")
    page = Page(text)
    pictures = "data:image/png;base64,"  # they hold their content
    assert [each for each in page.addresses if not each.startswith(pictures)] == []
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    assert "url(" not in text
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert page.tags.count("svg") > 3


def test_it_says_what_matters_and_whether_it_came_true(write, days):
    result = write(days.scored)
    page = Page(result.path.read_text(encoding="utf-8")).text
    body = result.summary()

    accounts = body["accounts"]
    foreseen = round(body["expected_accounts_lost"])
    assert f"We expect {foreseen} of {accounts} accounts to fall silent within 30 days." in page
    assert "Kiosk & Sons, customer health" in page
    assert "scores published for 1 day (28 February 2025)" in page
    assert "100 is healthy" in page
    assert "lower is better" in page
    assert "Within 365" not in page
    assert "within 180 and 365 days is left empty" in page
    assert "Revenue by account is not known" in page
    assert "No renewal dates are known" in page
    assert "It is better than" in page
    assert "other signals together" not in page


def silence_begins(days, after):
    """The last order before the first 30 days of silence that no order by `after` ends."""
    end = date(2025, 5, 15)  # the first day without any data
    days = sorted(set(days))
    for this, following in pairwise([*days, end]):
        if following > after and (following - this).days > 30:
            return this
    return date.max


def test_realised_losses_are_those_of_the_orders(write, days, finished):
    """Counted again, straight from the file of orders."""
    result = write(days.scored)
    lines = (finished.company.config.parent / "orders.csv").read_text().splitlines()[1:]
    orders = defaultdict(list)
    for line in lines:
        customer, day = line.split(",")
        orders[customer].append(date.fromisoformat(day))
    by = days.scored + timedelta(days=30)

    bands = defaultdict(list)
    for each in result.portfolio.accounts:
        begins = silence_begins(orders[each.score.account_id], days.scored)
        bands[each.score.band].append(begins <= by)
    expected = {band: sum(lost) / len(lost) for band, lost in bands.items()}
    assert {each.band: each.lost for each in result.evidence.bands} == pytest.approx(expected)


def test_scores_that_have_not_matured_are_not_called_evidence(write, days):
    result = write(days.rescored)
    assert result.evidence.dates == (days.scored,)
    assert result.portfolio.as_of == days.rescored


def test_a_day_without_scores(write, days):
    with pytest.raises(InputError, match=r"no scores were published; .*2025-04-30"):
        write(days.scored.replace(day=1))


def test_hostile_names_are_text(workspace, publish, promote, finished, tmp_path):
    promote("v1")
    publish({"<b>": 0.75}, name={"<b>": "<script>alert(1)</script>"})
    borrowed = Workspace(workspace.root)
    (borrowed.root / "lake").symlink_to(finished.company.workspace / "lake")
    config = read_config(finished.company.config, {})
    result = write_report(borrowed, config, None, tmp_path, lambda _: None)
    text = result.path.read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "The model was not checked" in text
    assert "£1,200" in Page(text).text or "£1.2 k" in Page(text).text


def test_a_folder_that_is_a_file(write, days, tmp_path):
    (tmp_path / "report").write_text("mine")
    with pytest.raises(InputError, match="cannot be written"):
        write(days.scored)
    assert (tmp_path / "report").read_text() == "mine"


def test_bad_rows_are_counted_whatever_lines_they_hold(tmp_path: Path):
    (tmp_path / "usage.csv").write_text('source,row\nusage,"a\nb"\nusage,c\n')
    (tmp_path / "accounts.csv").write_text("source,row\n")
    assert quarantined(tmp_path) == {"usage": 2}
    assert quarantined(tmp_path / "none") == {}
