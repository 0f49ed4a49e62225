from features.contract import CONTRACT, CONTRACT_VERSION
from features.contract.document import contract_page


def test_every_table_and_column_is_on_the_page() -> None:
    page = contract_page()
    assert f"Version {CONTRACT_VERSION}." in page
    sections = page.split("\n## ")
    for table in CONTRACT:
        section = next(s for s in sections if s.split()[0] == table.name)
        for column in table.columns:
            star = r"\*" if column.required else ""
            assert f"| `{column.name}`{star} | {column.kind} | {column.meaning}" in section


def test_rules_and_limits_are_told() -> None:
    page = contract_page()
    assert "## accounts (required)" in page
    assert "one of low, normal, high, critical" in page
    assert "`ended_at` must not lie before `started_at`" in page
    assert "It is known from `decided_at` on, where that is earlier" in page
    assert "the customer's rating | hidden until `resolved_at` |" in page
    assert "| how often or how much | empty means 1 |" in page
    assert "recurring revenue (per month)" in page


def test_tables_are_well_formed() -> None:
    grids = [line for line in contract_page().splitlines() if line.startswith("|")]
    widths = {line.count(" | ") for line in grids if "kind" in line or "`" in line}
    assert widths == {1, 3}
    assert all(line.endswith(" |") for line in grids)
