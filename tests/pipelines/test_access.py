"""Keys and the audit log from the command line."""

import json

import pytest

from serving.auth.keys import read_key
from serving.store import AccessRepository, open_store


@pytest.fixture
def here(forewarn, tmp_path):
    def call(*arguments, **environment):
        return forewarn(*arguments, "--workspace", tmp_path / "w", **environment)

    return call


def test_a_key_is_made_listed_and_revoked(here, tmp_path):
    made = here("keys", "create", "--name", "crm job", "--role", "batch", "--json")
    body = json.loads(made.stdout)
    key = read_key(body["key"])
    assert (made.exit_code, body["role"], key.prefix) == (0, "batch", body["prefix"])
    listed = here("keys", "list").stdout
    assert key.prefix in listed
    assert "crm job" in listed
    assert key.secret not in listed
    engine = open_store(f"sqlite:///{tmp_path / 'w' / 'store.db'}")
    assert AccessRepository(engine).by_key(key.prefix, key.digest).name == "crm job"
    engine.dispose()
    assert here("keys", "revoke", key.prefix).stdout.startswith("revoked")
    assert "revoked" in here("keys", "list").stdout
    again = here("keys", "revoke", key.prefix)
    assert (again.exit_code, "was revoked before" in again.stderr) == (2, True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--name", " ", "--role", "batch"], "--name is empty"),
        (["--name", "Lena", "--role", "csm"], "--csm is missing"),
        (["--name", "Ann", "--role", "leader", "--csm", "Lena"], "--role csm only"),
        (["--name", "Ann", "--role", "leader", "--days", "0"], "allowed is 1 to 3650"),
    ],
)
def test_a_wish_that_makes_no_sense(here, given, said):
    found = here("keys", "create", *given)
    assert (found.exit_code, said in found.stderr) == (2, True)


def test_the_log_is_shown_and_proved(here):
    for name in ("a", "b"):
        here("keys", "create", "--name", name, "--role", "leader")
    entries = json.loads(here("audit", "log", "--json").stdout)["entries"]
    assert [entry["action"] for entry in entries] == ["key.created"] * 2
    assert here("audit", "verify").stdout.startswith("whole: 2 entries")
    good = here("audit", "verify", "--expect", entries[1]["digest"])
    assert good.exit_code == 0
    short = here("audit", "verify", "--expect", "f" * 64)
    assert (short.exit_code, short.stdout.startswith("SHORTENED")) == (1, True)


def test_the_store_may_lie_elsewhere(here, tmp_path):
    elsewhere = {"FOREWARN_STORE": f"sqlite:///{tmp_path / 'other.db'}"}
    here("keys", "create", "--name", "a", "--role", "leader", **elsewhere)
    assert "a\n" in here("keys", "list", **elsewhere).stdout
    assert here("keys", "list").stdout.startswith("no keys")


def test_nothing_is_served_to_others_without_a_key(here):
    found = here("serve", "--host", "0.0.0.0", "--port", "0")
    assert found.exit_code == 2
    assert "there is none: make one with `forewarn keys create" in found.stderr


@pytest.mark.parametrize("limit", [0, 10**20])
def test_no_more_entries_are_asked_for_than_any_store_can_count(here, limit):
    assert here("audit", "log", "--limit", limit).exit_code == 2


def test_a_workspace_is_no_file(forewarn, tmp_path):
    (tmp_path / "file").touch()
    refused = forewarn("status", "--workspace", tmp_path / "file")
    assert (refused.exit_code, "is a file" in refused.stderr) == (2, True)
