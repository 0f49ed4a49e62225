"""What can go wrong because of what a user gave us.

    Exception
    └── InputError               the user's input or configuration: exit code 2
        └── ProblemsError        one or more problems, each with its place and remedy
            ├── ConfigError      the configuration file cannot be used
            └── SourceError      a source cannot be read, or too much of it is bad

Anything else that is raised is our own fault (exit code 1).
"""

from collections.abc import Iterable

from pipelines.ingest.problems import Problem, render


class InputError(Exception):
    """The user's input or configuration cannot be used; the message says what to do."""


class ProblemsError(InputError):
    """Several problems found at once.

    Attributes:
        problems: every problem, in the order found.
    """

    heading = "these problems were found"

    def __init__(self, problems: Iterable[Problem], heading: str = "") -> None:
        self.problems = tuple(problems)
        super().__init__(f"{heading or self.heading}:\n{render(self.problems)}")


class ConfigError(ProblemsError):
    """The configuration file cannot be used as it is."""

    heading = "the configuration cannot be used"


class SourceError(ProblemsError):
    """A source cannot be read, or too many of its rows are bad."""

    heading = "the sources cannot be loaded"


class NoModel(Exception):
    """There is no model fit to use."""


class NotPromoted(Exception):
    """The rule does not let a model take the champion's place."""
