"""People who log in with the company's own accounts: kept as keys that nobody holds.

A row among the keys names the person and the role of the last login. No text hashes to its
digest, so nobody can show it; revoking it ends the person's sessions and keeps them out.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select, update

from serving.auth.person import Person
from serving.store.access import SESSION_HOURS, hashed
from serving.store.audit import Deed, write_down
from serving.store.engine import writing
from serving.store.errors import AccessError
from serving.store.tables import API_KEY, LOGIN

NO_DIGEST = ""


class PeopleRepository:
    """Logs people in.

    Args:
        engine: a store opened by `open_store`.
        clock: the present instant.
    """

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._engine, self._clock = engine, clock

    def log_in(self, person: Person) -> str:
        """A token for the browser's cookie; the role holds until the session ends.

        Raises:
            AccessError: the person was kept out by `forewarn keys revoke`.
        """
        token, now = secrets.token_urlsafe(32), self._clock()
        until = now + timedelta(hours=SESSION_HOURS)
        with writing(self._engine) as connection:
            _keep(connection, person, now, until)
            connection.execute(delete(LOGIN).where(LOGIN.c.until <= now))
            row = {"digest": hashed(token), "prefix": person.prefix, "until": until}
            connection.execute(insert(LOGIN), row)
            told = {"role": person.role.value, "csm": person.csm, "through": "oidc"}
            write_down(connection, Deed(now, person.name, "login", person.prefix, told))
        return token


def _keep(connection: Connection, person: Person, now: datetime, until: datetime) -> None:
    mine = API_KEY.c.prefix == person.prefix
    found = connection.execute(select(API_KEY.c.digest, API_KEY.c.revoked_at).where(mine)).first()
    values = {
        "name": person.name,
        "role": person.role.value,
        "csm": person.csm,
        "expires_at": until,
    }
    if found is None:
        new = {"prefix": person.prefix, "digest": NO_DIGEST, "created_at": now, "revoked_at": None}
        connection.execute(insert(API_KEY), values | new)
        return
    if found.revoked_at is not None or found.digest != NO_DIGEST:
        raise AccessError(f"Logins of this person ({person.prefix}) were ended by an operator.")
    connection.execute(update(API_KEY).where(mine).values(values))
