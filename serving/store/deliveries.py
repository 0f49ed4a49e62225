"""What each destination was last given, so that only changes are sent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from serving.store.columns import require_zone
from serving.store.engine import reading, writing
from serving.store.records import Payload
from serving.store.tables import DELIVERY

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

    def acknowledge(
        self, destination: str, payloads: Sequence[Payload], received_at: datetime
    ) -> None:
        """Record, in one transaction, that the destination holds these payloads.

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
