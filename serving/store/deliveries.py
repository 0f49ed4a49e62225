"""What each destination was last given, so that only changes are sent."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Engine, delete, insert, select

from serving.store.columns import require_zone
from serving.store.engine import reading, writing
from serving.store.records import Payload
from serving.store.tables import DELIVERY, DESTINATION

_BATCH = 500


class DeliveryRepository:
    """Remembers the content each destination acknowledged, per account.

    Args:
        engine: a store opened by `open_store`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def changed(self, destination: str, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads whose content differs from what the destination last acknowledged."""
        held = select(DELIVERY.c.account_id, DELIVERY.c.digest)
        with reading(self._engine) as connection:
            found = connection.execute(held.where(DELIVERY.c.destination == destination))
            last = {row.account_id: row.digest for row in found}
        return [each for each in payloads if last.get(each.account_id) != each.digest]

    def held(self, destination: str) -> list[str]:
        """The accounts of which the destination acknowledged anything, in order."""
        held = select(DELIVERY.c.account_id).where(DELIVERY.c.destination == destination)
        with reading(self._engine) as connection:
            return list(connection.scalars(held.order_by(DELIVERY.c.account_id)))

    def newest(self, destination: str) -> date | None:
        """The `as_of` of the newest run the destination was given; None before the first."""
        with reading(self._engine) as connection:
            return _newest(connection, destination)

    def acknowledge(
        self,
        destination: str,
        payloads: Sequence[Payload],
        received_at: datetime,
        as_of: date | None = None,
    ) -> None:
        """Record, in one transaction, that the destination holds these payloads.

        Args:
            destination: where they went.
            payloads: what it holds now; may be empty.
            received_at: when it said so.
            as_of: the run they come from, where the destination shall keep to newer runs
                from now on.

        Raises:
            ValueError: `received_at` has no time zone.
        """
        require_zone(received_at)
        new = {
            each.account_id: {
                "destination": destination,
                "account_id": each.account_id,
                "digest": each.digest,
                "received_at": received_at,
            }
            for each in payloads
        }
        keys = sorted(new)
        with writing(self._engine) as connection:
            for first in range(0, len(keys), _BATCH):
                stale = DELIVERY.c.account_id.in_(keys[first : first + _BATCH])
                connection.execute(
                    delete(DELIVERY).where(DELIVERY.c.destination == destination, stale)
                )
            if new:
                connection.execute(insert(DELIVERY), list(new.values()))
            if as_of is not None:
                _move_on(connection, destination, as_of)


def _newest(connection: Connection, destination: str) -> date | None:
    newest = select(DESTINATION.c.as_of).where(DESTINATION.c.destination == destination)
    return connection.scalars(newest).one_or_none()


def _move_on(connection: Connection, destination: str, as_of: date) -> None:
    """Remember the newest run of a destination; it never moves back."""
    newest = max(as_of, _newest(connection, destination) or as_of)
    connection.execute(delete(DESTINATION).where(DESTINATION.c.destination == destination))
    connection.execute(insert(DESTINATION).values(destination=destination, as_of=newest))
