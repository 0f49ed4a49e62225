"""Roles, and what each may do: one table, read by every route."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the company."""

    CSM = "csm"
    DATA_SCIENTIST = "data_scientist"
    LEADER = "leader"
    COLLEAGUE = "colleague"
    BATCH = "batch"


MEANINGS: Mapping[Role, str] = {
    Role.CSM: "a customer-success manager; sees their own accounts unless configured otherwise",
    Role.DATA_SCIENTIST: "retrains, compares and promotes models",
    Role.LEADER: "reads whether the score worked",
    Role.COLLEAGUE: "any other team: reads accounts",
    Role.BATCH: "a program: reads scores to write them elsewhere",
}


class Action(StrEnum):
    """What can be done to the service."""

    READ_ACCOUNTS = "read_accounts"
    READ_MODELS = "read_models"
    CHANGE_MODELS = "change_models"
    READ_INSIGHTS = "read_insights"
    READ_METRICS = "read_metrics"
    KEEP_VIEWS = "keep_views"
    READ_JOBS = "read_jobs"
    START_JOBS = "start_jobs"
    SCORE_ROWS = "score_rows"


EVERYONE = frozenset(Role)
ALLOWED: Mapping[Action, frozenset[Role]] = {
    Action.READ_ACCOUNTS: EVERYONE,
    Action.READ_MODELS: EVERYONE - {Role.COLLEAGUE},
    Action.CHANGE_MODELS: frozenset({Role.DATA_SCIENTIST}),
    Action.READ_INSIGHTS: EVERYONE - {Role.BATCH},
    Action.READ_METRICS: frozenset({Role.BATCH, Role.DATA_SCIENTIST, Role.LEADER}),
    Action.KEEP_VIEWS: EVERYONE,
    Action.READ_JOBS: frozenset({Role.BATCH, Role.DATA_SCIENTIST, Role.LEADER}),
    Action.START_JOBS: frozenset({Role.BATCH, Role.DATA_SCIENTIST}),
    Action.SCORE_ROWS: frozenset({Role.BATCH, Role.DATA_SCIENTIST}),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who asks.

    Attributes:
        name: as the audit log names them.
        role: None for the person at this machine, who may do everything.
        csm: the name under which accounts are theirs; None where that is nobody's.
        sees_all: a CSM who may see the accounts of others too.
    """

    name: str
    role: Role | None = None
    csm: str | None = None
    sees_all: bool = False

    def may(self, action: Action) -> bool:
        """Whether their role allows an action."""
        return self.role is None or self.role in ALLOWED[action]

    @property
    def owner(self) -> str | None:
        """The CSM whose accounts are all they see; None where they see every account.

        A CSM without a name owns no account, and so sees none.
        """
        if self.role is not Role.CSM or self.sees_all:
            return None
        return self.csm or ""


HERE = Principal("this machine")
"""Whoever sits at the machine that the service runs on."""
