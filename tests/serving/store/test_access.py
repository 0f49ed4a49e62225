"""Keys, sessions and the audit log, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from serving.auth.keys import new_key
from serving.auth.roles import Principal, Role
from serving.store import AccessError, AccessRepository, AuditRepository, Deed, KeyInfo
from serving.store.access import SESSION_HOURS
from serving.store.audit import START, write_down
from serving.store.engine import writing

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def access(store, clock):
    return AccessRepository(store, clock=clock)


@pytest.fixture
def make(access):
    def made(name="lena", role=Role.CSM, csm="Lena Fischer", **more):
        key = new_key()
        access.create(key, KeyInfo(key.prefix, name, role, csm, NOW, **more), "admin")
        return key

    return made


def test_a_key_says_who_asks(access, make):
    key = make()
    assert access.by_key(key.prefix, key.digest) == Principal("lena", Role.CSM, "Lena Fischer")
    assert access.by_key(key.prefix, new_key().digest) is None
    assert access.by_key(new_key().prefix, key.digest) is None


def test_the_store_holds_no_secret(store, make):
    key = make()
    with store.connect() as connection:
        rows = connection.execute(text("SELECT * FROM api_key")).all()
        told = connection.execute(text("SELECT details FROM audit")).all()
    assert key.secret not in f"{rows} {told}"
    assert key.digest in str(rows)


def test_a_key_ends(access, make, clock):
    key, short = make(), make("job", Role.BATCH, "", expires_at=NOW + timedelta(days=1))
    assert access.any_holds()
    clock.now = NOW + timedelta(days=1)
    assert access.by_key(short.prefix, short.digest) is None
    access.revoke(key.prefix, "admin")
    assert access.by_key(key.prefix, key.digest) is None
    assert not access.any_holds()
    assert [info.revoked_at for info in access.all() if info.name == "lena"] == [clock.now]


def test_what_cannot_be_done_is_said(access, make):
    key = make()
    with pytest.raises(AccessError, match="'lena' holds already"):
        make()
    with pytest.raises(AccessError, match=f"prefix of no key; keys that hold: {key.prefix}"):
        access.revoke("nope", "admin")
    access.revoke(key.prefix, "admin")
    with pytest.raises(AccessError, match="was revoked before; keys that hold: none"):
        access.revoke(key.prefix, "admin")
    make()  # its name is free again


def test_a_session_rests_on_its_key(access, make, clock):
    key = make()
    token = access.log_in(key)
    assert access.by_session(token).name == "lena"
    assert access.by_session(token + "x") is None
    assert access.log_in(replace(key, secret="x" * 43)) is None
    clock.now = NOW + timedelta(hours=SESSION_HOURS)
    assert access.by_session(token) is None
    again = access.log_in(key)
    access.log_out(again)
    assert access.by_session(again) is None
    third = access.log_in(key)
    access.revoke(key.prefix, "admin")
    assert access.by_session(third) is None


def test_what_was_done_is_a_chain(store, access, make):
    log = AuditRepository(store)
    assert log.verify().head == START
    key = make()
    access.log_in(key)
    access.revoke(key.prefix, "admin")
    entries = log.newest()
    assert [(e.deed.by, e.deed.action) for e in entries] == [
        ("admin", "key.revoked"),
        ("lena", "login"),
        ("admin", "key.created"),
    ]
    found = log.verify()
    assert (found.entries, found.head, found.broken_at) == (3, entries[0].digest, None)
    assert log.holds(entries[2].digest)
    assert not log.holds("f" * 64)


def test_the_database_refuses_to_change_it(store, make):
    make()
    for statement in ("UPDATE audit SET action = 'x'", "DELETE FROM audit"):
        with pytest.raises(DatabaseError, match="audit only grows"), store.begin() as connection:
            connection.execute(text(statement))


def test_a_change_behind_its_back_is_found(store):
    deeds = [Deed(NOW, "admin", "did", str(number), {"n": number}) for number in range(5)]
    with writing(store) as connection:
        for deed in deeds:
            write_down(connection, deed)
    drop = {
        "sqlite": "DROP TRIGGER audit_no_update",
        "postgresql": "DROP TRIGGER audit_only_grows ON audit",
    }
    with store.begin() as connection:
        connection.execute(text(drop[store.dialect.name]))
        connection.execute(text("UPDATE audit SET subject = 'other' WHERE number = 3"))
    assert AuditRepository(store).verify().broken_at == 3
