"""The sections of forewarn.toml, each key declared once with its meaning."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from pipelines.config.bands import Bands
from pipelines.config.insights import Insights
from pipelines.config.section import Section

Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Words = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: [given] if isinstance(given, str) else given)
]


OutcomeName = Literal["any_loss", "logo_churn", "contraction", "expansion", "lapse"]
LEADS = (0, 30, 90, 180)
"""Days at which an interval of the hazards begins, so that what comes later is exact."""


class Company(Section):
    """Who the data is about."""

    name: str = Field("", description="the company's name, shown in the console and reports")
    currency: Currency = Field(
        "EUR", description="the company's own currency, three capital letters (ISO 4217)"
    )
    notice_days: int = Field(
        0,
        ge=0,
        le=365,
        description="days before a renewal by which notice has to be given, shown with every "
        "renewal; 0 where that is not the same for all",
    )


class Input(Section):
    """The company's own files or a database's table, named for use in SQL."""

    files: Words = Field(
        (), description="a file, a glob or a list of them, relative to this configuration file"
    )
    format: Literal["csv", "parquet", "jsonl"] | None = Field(
        None, description="what the files are, where their extension does not say"
    )
    encoding: str = Field("utf-8", description="the encoding of text files, e.g. latin-1")
    delimiter: str | None = Field(
        None, min_length=1, max_length=1, description="the CSV delimiter; detected if absent"
    )
    quote: str = Field('"', min_length=1, max_length=1, description="the CSV quotation mark")
    database: str | None = Field(None, description="the SQLAlchemy address of a database")
    database_env: str | None = Field(
        None, description="the environment variable that holds the database's address"
    )
    query: str | None = Field(None, description="what to select from the database")

    @property
    def from_database(self) -> bool:
        """Whether rows come from a database."""
        return self.database is not None or self.database_env is not None

    @model_validator(mode="after")
    def _one_origin(self) -> "Input":
        given = [name for name in self._origins() if getattr(self, name)]
        if len(given) != 1:
            allowed = ", ".join(self._origins())
            raise ValueError(f"needs exactly one of {allowed}; it has {_listed(given)}")
        if self.from_database != (self.query is not None):
            raise ValueError("a database needs a query, and a query needs a database")
        return self

    def _origins(self) -> tuple[str, ...]:
        return ("files", "database", "database_env")


class Source(Input):
    """Where one table of the contract comes from, and how it becomes that table."""

    sql: str | None = Field(None, description="a DuckDB query over the tables of [inputs]")
    rename: dict[str, str] = Field(
        default_factory=dict, description="contract column = the source's column"
    )
    compute: dict[str, str] = Field(
        default_factory=dict,
        description="contract column = a DuckDB expression over the source's columns",
    )
    timestamp_formats: Words = Field(
        (), description='formats of dates that are not ISO 8601, e.g. "%d/%m/%Y %H:%M"'
    )
    max_bad_share: Share | None = Field(
        None, description="the share of bad rows allowed here; overrides [load]"
    )
    before_account: Literal["keep", "quarantine"] = Field(
        "keep", description="what to do with facts dated before their account was created"
    )

    def _origins(self) -> tuple[str, ...]:
        return ("files", "database", "database_env", "sql")


class Load(Section):
    """How sources are loaded."""

    max_bad_share: Share = Field(0.05, description="the share of bad rows allowed in a source")
    duplicates: Literal["once", "keep"] = Field(
        "once", description="whether identical rows of logs without ids count once or each"
    )
    buckets: int | None = Field(
        None,
        ge=1,
        le=4096,
        description="into how many parts the lake is cut; without it the rows decide",
    )


class Rate(Section):
    """What one unit of a currency is worth from a date on."""

    currency: Currency = Field(description="the foreign currency, ISO 4217")
    since: date = Field(alias="from", description="the first day the rate holds")
    rate: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)] = Field(
        description="units of the company's currency for one unit of the foreign one"
    )


class Outcome(Section):
    """What counts as each outcome; which of them is learnt, `[models]` says."""

    name: OutcomeName = Field(
        "logo_churn",
        description="which outcome is learnt where `[models] outcome` does not say, as in files "
        "from before that key",
    )
    gap_days: int = Field(30, ge=0, description="the gap allowed between two paid subscriptions")
    share: Annotated[float, Field(gt=0, le=1)] = Field(
        0.10, description="the change of MRR that counts as contraction or expansion"
    )
    silent_days: int = Field(90, ge=1, description="the days of silence that make a lapse")
    activity: str = Field("usage", description="the table whose rows are activity, for a lapse")
    events: Words = Field((), description="the usage events that are activity; empty means all")
    derive: Literal["subscriptions", "outcomes"] = Field(
        "subscriptions",
        description="the table that tells of churn, contraction and expansion, if both are there",
    )


class Segments(Section):
    """The limits by which accounts fall into segments, beside [tiers]."""

    large: int = Field(
        250, ge=1, description="people employed from which on an account is raised by one tier"
    )
    promising: Words = Field(
        ("high", "very high"),
        description="words of `growth_potential` that raise an account by one tier",
    )
    onboarding_days: int = Field(90, ge=1, description="the days of onboarding")
    established_days: int = Field(365, ge=1, description="days until an account is established")
    renewing_days: int = Field(90, ge=1, description="days before a renewal that count as renewing")


class Signals(Section):
    """The company's own signals."""

    file: str = Field(
        "",
        description="a Python file, relative to this configuration file, that declares "
        "`SIGNALS = {GroupName.CONSUMPTION: (Signal(...), ...)}`; it is run whenever it is read",
    )
    peers: str = Field(
        "",
        description="each number also as a rank: the share of an account's peers at the same date "
        'that have less; peers share the word of this snapshot column, such as "profile__plan", '
        'or are all accounts ("company"); empty for no ranks',
    )


class Snapshots(Section):
    """The dates at which accounts are described."""

    every: Literal["month", "week"] = Field("month", description="how far dates lie apart")
    first: date | None = Field(None, description="no snapshot lies before this date")
    between: Literal["auto", "never"] = Field(
        "auto",
        description="whether close dates teach, where contracts end: months then also have "
        "snapshots about a week apart, if accounts times months are 60,000 or fewer; weeks teach "
        "as they are, up to 240,000 rows",
    )


class Models(Section):
    """What is learnt."""

    outcome: OutcomeName | None = Field(
        None,
        description="what the model foretells: any_loss (leaving or contraction, whichever is "
        "first, and each by itself), one of the two, expansion or lapse; `[outcome]` defines them",
    )
    expansion: Literal["auto", "never"] = Field(
        "auto",
        description="whether a model of expansion is trained beside that of a loss, where the "
        "outcome has the same population and enough accounts have grown",
    )
    primary_horizon: Literal[30, 90, 180, 365] = Field(
        90, description="the horizon in days that the health score and bands are made for"
    )
    horizons: tuple[Literal[30, 90, 180, 365], ...] = Field(
        (30, 90, 180, 365),
        min_length=1,
        description="the horizons in days that are shown and reported",
    )
    minimum_lead_days: int = Field(
        0,
        description="days ahead before which a loss does not count for health score, bands and "
        "figures, which tell of accounts still there then: 0, 30, 90 or 180",
    )
    flavours: tuple[Literal["lightgbm", "logistic", "blend", "single"], ...] = Field(
        ("lightgbm", "logistic", "blend", "single"),
        min_length=1,
        description="the kinds of model to compare; `single` reads only the best signal",
    )
    seed: int = Field(1, ge=0, le=2**31 - 1, description="the seed of everything random")
    lead_days: int = Field(
        30, ge=0, description="days before a loss from which on a warning is of use"
    )
    embargo_days: int = Field(
        0,
        ge=0,
        description="the days it usually takes until a loss is recorded: what is learnt for a "
        "date, checked, or recalibrated by was certain so many days before",
    )
    leave_out: Words = Field(
        (), description="snapshot columns that no model may read, e.g. one that the leak gate names"
    )
    trusted: Words = Field(
        (),
        description="snapshot columns whose every value was known on its date, as the company "
        "vouches: the leak gate reports on them and does not block",
    )
    segment: str = Field(
        "",
        description="the word column by which base rates are shown, e.g. profile__industry; "
        "without it the tier, else the class of revenue or the plan",
    )
    own_score: str = Field(
        "",
        description="the snapshot column that holds the company's own score, shown alone beside "
        "every model",
    )
    tune_seconds: float = Field(
        0,
        ge=0,
        allow_inf_nan=False,
        description="seconds spent on tuning the flavours; 0 sets no limit, and without "
        "`tune_trials` nothing is tuned",
    )
    tune_trials: int = Field(
        0,
        ge=0,
        description="settings tried of each flavour, earlier runs on the same data counted; "
        "unlike seconds, they give the same model again",
    )
    monotone: Literal["auto", "never"] = Field(
        "auto",
        description="whether trees are held to the signals' declared directions, unless tuning "
        "finds that worse, or never",
    )

    @model_validator(mode="after")
    def _shown_and_supported(self) -> "Models":
        if self.primary_horizon not in self.horizons:
            shown = ", ".join(map(str, self.horizons))
            raise ValueError(
                f"primary_horizon is {self.primary_horizon}, which is not among the horizons "
                f"{shown}: add it to horizons, or choose one of them"
            )
        if self.minimum_lead_days not in LEADS or self.minimum_lead_days >= self.primary_horizon:
            raise ValueError(
                f"minimum_lead_days is {self.minimum_lead_days}; allowed is "
                f"{' or '.join(str(d) for d in LEADS if d < self.primary_horizon)}: a day at "
                "which an interval of the hazards begins, before the primary horizon of "
                f"{self.primary_horizon} days (which is counted from today, not from the lead). "
                "ChurnModel.chance(inputs, horizon_days, lead_days) answers for any lead time"
            )
        return self


class Config(Section):
    """The whole file. Paths in it are relative to the folder it was read from."""

    company: Company = Field(default_factory=Company, description="who the data is about")
    inputs: dict[str, Input] = Field(
        default_factory=dict, description="files and tables named for use in SQL"
    )
    sources: dict[str, Source] = Field(
        default_factory=dict, description="where each table of the contract comes from"
    )
    load: Load = Field(default_factory=Load, description="how sources are loaded")
    rates: tuple[Rate, ...] = Field((), description="rates of exchange by date")
    outcome: Outcome = Field(default_factory=Outcome, description="what counts as each outcome")
    segments: Segments = Field(
        default_factory=Segments, description="the limits of segments, beside tiers"
    )
    signals: Signals = Field(default_factory=Signals, description="the company's own signals")
    snapshots: Snapshots = Field(default_factory=Snapshots, description="the dates described")
    models: Models = Field(default_factory=Models, description="what is learnt")
    bands: Bands = Field(default_factory=Bands, description="the policy of bands")
    insights: Insights = Field(
        default_factory=Insights, description="what is looked at over the whole base"
    )
    tiers: dict[str, Amount] = Field(
        default_factory=dict, description="tier = its smallest ARR in the company's currency"
    )

    @model_validator(mode="after")
    def _one_outcome(self) -> "Config":
        named, chosen = self.outcome.name, self.models.outcome
        if chosen and "name" in self.outcome.model_fields_set and named != chosen:
            raise ValueError(
                f'[models] outcome is "{chosen}" and [outcome] name is "{named}": say which is '
                "learnt in [models] alone, and remove name from [outcome]"
            )
        return self

    @property
    def learnt(self) -> OutcomeName:
        """The outcome that is learnt."""
        return self.models.outcome or self.outcome.name

    _folder: Path = PrivateAttr(default_factory=Path)
    _environment: Mapping[str, str] = PrivateAttr(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder the file was read from."""
        return self._folder

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment that `database_env` is looked up in."""
        return self._environment

    def bound(self, folder: Path, environment: Mapping[str, str]) -> "Config":
        """The same configuration, knowing its folder and environment."""
        copy = self.model_copy()
        copy._folder = folder
        copy._environment = environment
        return copy


def _listed(names: list[str]) -> str:
    return " and ".join(names) if names else "none"
