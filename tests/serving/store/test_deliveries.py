from datetime import UTC, date, datetime

import pytest

from serving.store import DeliveryRepository, Payload

NOW = datetime(2026, 7, 1, 2, tzinfo=UTC)


def payloads(**bands):
    return [Payload(key, {"band": band, "risk": 0.5}) for key, band in bands.items()]


def test_everything_is_new_to_a_new_destination(store):
    assert DeliveryRepository(store).changed("crm", payloads(a="red", b="green")) == payloads(
        a="red", b="green"
    )


def test_only_changed_content_is_due(store):
    repository = DeliveryRepository(store)
    repository.acknowledge("crm", payloads(a="red", b="green"), NOW)

    assert repository.changed("crm", payloads(a="red", b="green")) == []
    due = repository.changed("crm", payloads(a="yellow", b="green", c="green"))
    assert due == payloads(a="yellow", c="green")


def test_each_destination_has_its_own_memory(store):
    repository = DeliveryRepository(store)
    repository.acknowledge("crm", payloads(a="red"), NOW)
    assert repository.changed("file", payloads(a="red")) == payloads(a="red")


def test_what_was_not_acknowledged_stays_due(store):
    repository = DeliveryRepository(store)
    repository.acknowledge("crm", payloads(a="red", b="red"), NOW)
    later = payloads(a="green", b="green")
    repository.acknowledge("crm", later[:1], NOW)
    assert repository.changed("crm", later) == later[1:]


def test_a_new_time_or_another_order_of_keys_is_no_change(store):
    repository = DeliveryRepository(store)
    first = Payload("a", {"band": "red", "risk": 0.5}, {"as_of": "2026-06-30"})
    again = Payload("a", {"risk": 0.5, "band": "red"}, {"as_of": "2026-07-31"})
    repository.acknowledge("crm", [first], NOW)
    assert repository.changed("crm", [again]) == []


def test_many_and_repeated_payloads(store):
    repository = DeliveryRepository(store)
    many = payloads(**{f"k{n}": "red" for n in range(1203)})
    repository.acknowledge("crm", many, NOW)
    repository.acknowledge("crm", [*many, *many[:2]], NOW)
    assert repository.changed("crm", many) == []


def test_nothing_to_acknowledge(store):
    DeliveryRepository(store).acknowledge("crm", [], NOW)


def test_an_instant_needs_a_zone(store):
    with pytest.raises(ValueError, match="needs a time zone"):
        DeliveryRepository(store).acknowledge("crm", payloads(a="red"), datetime(2026, 7, 1))


def test_what_a_destination_holds_and_of_which_day(store):
    repository = DeliveryRepository(store)
    assert (repository.held("crm"), repository.newest("crm")) == ([], None)
    repository.acknowledge("crm", payloads(b="red", a="red"), NOW, date(2026, 6, 30))
    repository.acknowledge("crm", [], NOW, date(2026, 5, 31))
    assert repository.held("crm") == ["a", "b"]
    assert repository.newest("crm") == date(2026, 6, 30)
    repository.acknowledge("crm", [], NOW, date(2026, 7, 31))
    assert repository.newest("crm") == date(2026, 7, 31)
    assert (repository.held("file"), repository.newest("file")) == ([], None)
