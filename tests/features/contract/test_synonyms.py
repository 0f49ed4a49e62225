"""What other systems say is declared for tables, columns and words that there are."""

import pytest

from features.contract import CONTRACT, TABLES
from features.contract.other_words import WORDS
from features.contract.synonyms import ACCOUNT_NAMES, COLUMN_NAMES, PERSON_NAMES, TABLE_NAMES

CATEGORIES = [(table, column) for table in CONTRACT for column in table.columns if column.allowed]


def test_every_table_has_names():
    assert set(TABLE_NAMES) == set(COLUMN_NAMES) == set(TABLES)


@pytest.mark.parametrize("table", CONTRACT, ids=lambda table: table.name)
def test_every_required_column_has_other_names(table):
    named = COLUMN_NAMES[table.name]
    assert set(named) <= set(table.names)
    assert {c.name for c in table.columns if c.required} - {"account_id"} <= set(named)


def test_names_are_in_plain_spelling_and_stand_once():
    lists = [ACCOUNT_NAMES, PERSON_NAMES, *TABLE_NAMES.values()]
    lists += [names for columns in COLUMN_NAMES.values() for names in columns.values()]
    for names in lists:
        assert len(set(names)) == len(names), names
        assert all(name == " ".join(name.lower().split()) and name.isascii() for name in names)


@pytest.mark.parametrize(("table", "column"), CATEGORIES, ids=lambda given: given.name)
def test_other_words_are_for_words_of_the_contract_and_for_one_each(table, column):
    known = WORDS[table.name, column.name]
    others = [word for words in known.values() for word in words]
    assert set(known) <= set(column.allowed)
    assert len(set(others)) == len(others)
    assert not set(others) & set(column.allowed)
