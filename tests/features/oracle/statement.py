"""A SELECT of many columns: what is asked, and what the asking needs."""

from dataclasses import dataclass, replace

from features.contract import TABLES, Kind
from features.signal import Where

DAY, HOUR = "86400000000", "3600000000"


@dataclass(frozen=True)
class Asked:
    """The facts that one column is about.

    Attributes:
        far: the window's first day, days before the cut; None for all of history.
        near: the first day after it, likewise.
        zero: an account without facts counts as 0; otherwise nothing can be told of it.
    """

    table: str
    where: Where
    far: int | None
    near: int
    zero: bool

    @property
    def window(self) -> str:
        """The condition on a row of the window."""
        if self.far is None:
            return "TRUE"
        return f"(start >= cut - {self.far} * {DAY} AND start < cut - {self.near} * {DAY})"

    @property
    def passing(self) -> str:
        """The condition on a row that counts."""
        return " AND ".join([self.window, self.filter])

    @property
    def filter(self) -> str:
        """The condition of the signal's filter."""
        conditions = [f"{name} IN ({', '.join(map(quoted, words))})" for name, words in self.where]
        return " AND ".join(conditions) or "TRUE"

    @property
    def days(self) -> int:
        """The window's length."""
        if self.far is None:
            raise ValueError("all of history has no length")
        return self.far - self.near

    @property
    def lived(self) -> str:
        """Days of the window since the account's first trace; NULL without one."""
        after = f"greatest(life - {self.near}, 0)"
        lived = after if self.far is None else f"least({after}, {self.days})"
        return f"CASE WHEN life IS NOT NULL THEN {lived} END"

    def before(self) -> "Asked":
        """The window of the same length before this one."""
        far = self.near + self.days
        return replace(self, far=far + self.days, near=far)


def quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


class Statement:
    """Collects what a SELECT of all columns needs: sums by table, and relations of their own."""

    def __init__(self, connected: set[str]) -> None:
        self.connected = connected
        self._sums: dict[str, dict[str, str]] = {}
        self._relations: dict[str, str] = {}

    def of(self, table: str, aggregate: str) -> str:
        """An aggregate over an account's visible rows of a table."""
        sums = self._sums.setdefault(table, {})
        return f"of_{table}.{sums.setdefault(aggregate, f'v{len(sums)}')}"

    def relation(self, query: str) -> str:
        """A query with columns `cut` and `account_id`, by the name it gets."""
        return self._relations.setdefault(query, f"r{len(self._relations)}")

    def select(self, columns: dict[str, str]) -> str:
        """All columns of all accounts at all cuts."""
        values = ",\n".join(f'{value} AS "{name}"' for name, value in columns.items())
        relations = {f"of_{table}": self._summed(table) for table in self._sums}
        relations |= {name: query for query, name in self._relations.items()}
        joins = "\n".join(
            f"LEFT JOIN ({query}) {name} USING (cut, account_id)"
            for name, query in relations.items()
        )
        return f"SELECT account_id, cut, {values}\nFROM grid {joins} ORDER BY account_id, cut"

    def _summed(self, table: str) -> str:
        sums = ",\n".join(f"{sql} AS {name}" for sql, name in self._sums[table].items())
        return f"SELECT cut, account_id, {sums} FROM shown_{table} GROUP BY cut, account_id"

    # --- what measures share ---------------------------------------------------------------

    def rows(self, a: Asked, condition: str = "TRUE") -> str:
        """The number of rows that count and fulfil a condition."""
        counted = self.of(a.table, f"count(*) FILTER (WHERE {a.passing} AND {condition})")
        return f"coalesce({counted}, 0)"

    def total(self, a: Asked, column: str, condition: str = "TRUE") -> str:
        """The sum of a column, exact to the millionth, in the company's currency."""
        number = f"{_own(a.table, column)}::DECIMAL(30, 6)"
        summed = f"sum({number}) FILTER (WHERE {a.passing} AND {condition})"
        return f"coalesce({self.of(a.table, summed)}, 0)::DOUBLE"

    def nothing(self, a: Asked, value: str, counted: str) -> str:
        """The value, unless there is nothing to count and that is not zero."""
        return value if a.zero else f"CASE WHEN {counted} > 0 THEN {value} END"

    def scaled(self, a: Asked, value: str) -> str:
        """The value as it would be had the account lived through the whole window."""
        if a.far is None:
            return value
        scale = f"{a.days} / greatest({a.lived}, {min(7, a.days)})::DOUBLE"
        return f"(({value}) * CASE WHEN life IS NULL THEN 1 ELSE {scale} END)"

    def best(self, a: Asked, aggregate: str) -> str:
        """An aggregate over the rows that count."""
        return self.of(a.table, f"{aggregate} FILTER (WHERE {a.passing})")

    def latest(self, a: Asked, column: str) -> str:
        """The latest value, then the one known last, then the largest."""
        order = f"start DESC NULLS LAST, known_at DESC NULLS LAST, {column} DESC"
        condition = f"{a.passing} AND {column} IS NOT NULL"
        return self.of(a.table, f"first({column} ORDER BY {order}) FILTER (WHERE {condition})")

    def current(self, a: Asked, column: str) -> str:
        """What the latest row holds, then the one known last, then the largest; none is least."""
        order = f"start DESC NULLS LAST, known_at DESC NULLS LAST, {column} DESC NULLS LAST"
        return self.best(a, f"first({column} ORDER BY {order})")


def _own(table: str, column: str) -> str:
    money = TABLES[table].column(column).kind is Kind.MONEY
    return f"{column}_own" if money else column


def ratio(part: str, whole: str) -> str:
    return f"CASE WHEN {whole} > 0 THEN ({part})::DOUBLE / ({whole}) END"


def still_open(closed_by: tuple[str, ...]) -> str:
    return " AND ".join(f"({name} IS NULL OR {name} >= cut)" for name in closed_by) or "TRUE"
