"""People who log in with the company's accounts, on either kind of store."""

from datetime import UTC, datetime, timedelta

import pytest

from serving.auth.keys import new_key
from serving.auth.person import Person
from serving.auth.roles import Principal, Role
from serving.store import AccessError, AccessRepository, AuditRepository
from serving.store.access import SESSION_HOURS
from serving.store.people import PeopleRepository

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
LENA = Person("p-lena", "Lena Fischer", Role.CSM, "Lena Fischer")


class Clock:
    now = NOW

    def __call__(self):
        return self.now


def test_a_person_comes_changes_role_and_is_kept_out(store):
    clock = Clock()
    people, access = PeopleRepository(store, clock), AccessRepository(store, clock=clock)
    first = people.log_in(LENA)
    assert access.by_session(first) == Principal("Lena Fischer", Role.CSM, "Lena Fischer")
    assert access.by_key(LENA.prefix, new_key().digest) is None  # nobody can show it as a key
    assert access.by_key(LENA.prefix, "") is None

    clock.now += timedelta(hours=1)
    second = people.log_in(Person("p-lena", "Lena Fischer", Role.LEADER))
    assert access.by_session(second).role is Role.LEADER
    (row,) = access.all()
    assert (row.prefix, row.role) == ("p-lena", Role.LEADER)

    clock.now += timedelta(hours=SESSION_HOURS)
    assert access.by_session(second) is None
    third = people.log_in(LENA)
    access.revoke(LENA.prefix, "admin")
    assert access.by_session(third) is None
    with pytest.raises(AccessError, match="ended by an operator"):
        people.log_in(LENA)
    log = AuditRepository(store)
    assert [each.deed.action for each in log.newest()] == ["key.revoked", *["login"] * 3]
    assert log.verify().broken_at is None
