"""A minimum lead time is said wherever a chance is shown that was given with one."""

from dataclasses import replace

from models.score import Outlook
from serving.store import ScoreRepository


def test_both_pages_say_it(client, sqlite_store, make_run):
    run = make_run({"a": 0.75})
    ahead = replace(run.scores[0], outlook=Outlook(lead_days=30), primary=0.6)
    repository = ScoreRepository(sqlite_store)
    repository.publish(replace(run, scores=[ahead]))
    page, account = (client.get(address).text for address in ("/accounts", "/accounts/a"))
    assert "and after 30, if it is still a customer then" in page
    assert "likely to leave within 90 days and after 30, if still a customer then." in account

    repository.publish(run)
    page, account = (client.get(address).text for address in ("/accounts", "/accounts/a"))
    assert "still a customer" not in page + account
