"""The dictionary of words that scores hold as numbers; it only grows."""

from collections.abc import Iterable

from sqlalchemy import Connection, Engine, func, insert, select

from serving.store.errors import PublishError
from serving.store.rows import clean
from serving.store.tables import REASON_CODE
from serving.store.transactions import aside, writing

MOST_CODES = 65535


class Codes:
    """Words to codes and back; what is read once is kept, since no code ever changes.

    Args:
        engine: a store opened by `open_store`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._code: dict[str, int] = {}
        self._word: dict[int, str] = {}

    def learn(self, words: Iterable[str]) -> None:
        """Give every word a code that has none, in a transaction of its own.

        Raises:
            PublishError: there are more words than codes.
        """
        if all(clean(word) in self._code for word in words):
            return
        with writing(self._engine) as connection:
            self.read(connection)
            new = sorted({clean(word) for word in words} - self._code.keys())
            first = (connection.scalar(select(func.max(REASON_CODE.c.code))) or 0) + 1
            if first + len(new) > MOST_CODES:
                raise PublishError(
                    f"Scores hold more than {MOST_CODES} different words: the {len(new)} new ones "
                    f"are such as {new[:3]}. A signal whose values are free text is no signal."
                )
            if new:
                rows = [{"code": first + i, "word": word} for i, word in enumerate(new)]
                connection.execute(insert(REASON_CODE), rows)
            self.read(connection)

    def of(self, words: set[str]) -> dict[str, int]:
        """The codes of words; those that are new are learnt."""
        self.learn(words)
        known = self._code
        return {word: known[clean(word)] for word in words}

    def known(self, word: str) -> int:
        """The code of a word; 0 where none of what was packed here or read so far has it."""
        return self._code.get(word, 0)

    def word(self, code: int) -> str:
        """The word of a code."""
        if code not in self._word:
            with aside(self._engine) as connection:
                self.read(connection)
        return self._word[code]

    def read(self, connection: Connection) -> None:
        """Keep every word there is."""
        found = connection.execute(select(REASON_CODE.c.code, REASON_CODE.c.word)).all()
        self._word = {row.code: row.word for row in found}
        self._code = {row.word: row.code for row in found}
