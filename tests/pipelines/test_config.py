from datetime import date
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest

from pipelines.config import Config, parse_config, read_config
from pipelines.errors import ConfigError, InputError
from pipelines.ingest.problems import Problem

WHOLE = """
[company]
name = "Orrery"
currency = "USD"

[inputs.orders]
files = "orders/*.csv"
encoding = "latin-1"
delimiter = ";"

[inputs.crm]
database_env = "CRM_URL"
query = "select * from accounts"

[sources.accounts]
sql = "select customer_id as account_id from orders group by 1"

[sources.usage]
files = ["usage.csv", "more/*.csv.gz"]
rename = { account_id = "customer", occurred_at = "ts" }
compute = { event = "'order'" }
timestamp_formats = ["%d/%m/%Y %H:%M"]
max_bad_share = 0.2
before_account = "quarantine"

[load]
max_bad_share = 0.01
duplicates = "keep"
buckets = 4

[[rates]]
currency = "EUR"
from = 2024-01-01
rate = "1.08"

[outcome]
name = "lapse"
silent_days = 60
activity = "usage"
events = ["order"]

[signals]
file = "our_signals.py"

[snapshots]
every = "week"
first = 2024-01-31

[models]
primary_horizon = 30
flavours = ["logistic"]
seed = 7

[bands]
red_capacity = 0.2
green_promise = 0.4

[tiers]
smb = 0
mid = 10000
"""
SMALLEST = """
[sources.accounts]
files = "accounts.csv"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "forewarn.toml"
    path.write_text(dedent(text).lstrip("\n"))
    return path


def problems(folder: Path, text: str) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        read_config(write(folder, text))
    return caught.value.problems


def test_every_section_is_read(tmp_path: Path) -> None:
    config = read_config(write(tmp_path, WHOLE), {"CRM_URL": "sqlite:///x.db"})
    usage = config.sources["usage"]
    assert config.company.currency == "USD"
    assert config.inputs["orders"].files == ("orders/*.csv",)
    assert config.inputs["orders"].delimiter == ";"
    assert usage.files == ("usage.csv", "more/*.csv.gz")
    assert usage.rename == {"account_id": "customer", "occurred_at": "ts"}
    assert usage.before_account == "quarantine"
    assert (config.load.max_bad_share, config.load.buckets) == (0.01, 4)
    assert config.rates[0].since == date(2024, 1, 1)
    assert config.rates[0].rate == Decimal("1.08")
    assert config.outcome.events == ("order",)
    assert config.signals.file == "our_signals.py"
    assert config.snapshots.first == date(2024, 1, 31)
    assert config.models.flavours == ("logistic",)
    assert config.tiers == {"smb": Decimal(0), "mid": Decimal(10000)}
    assert config.folder == tmp_path.resolve()
    assert config.environment == {"CRM_URL": "sqlite:///x.db"}


def test_everything_but_accounts_has_a_default(tmp_path: Path) -> None:
    config = read_config(write(tmp_path, SMALLEST))
    assert config.load.max_bad_share == 0.05
    assert config.load.duplicates == "once"
    assert config.outcome.name == "logo_churn"
    assert config.models.primary_horizon == 90
    assert config.sources["accounts"].before_account == "keep"


def test_all_problems_are_listed_at_once_with_line_key_and_value(tmp_path: Path) -> None:
    text = """
    [company]
    currency = "euro"
    colour = "blue"

    [sources.acounts]
    files = "accounts.csv"

    [sources.usage]
    files = "usage.csv"
    max_bad_share = 7

    [[rates]]
    currency = "USD"
    from = 2024-01-01
    rate = "0"

    [models]
    primary_horizon = 60
    """
    found = problems(tmp_path, text)
    assert [(p.line, p.column, p.value) for p in found] == [
        (2, "company.currency", "euro"),
        (3, "company.colour", ""),
        (5, "sources", ""),
        (5, "sources.acounts", ""),
        (10, "sources.usage.max_bad_share", "7"),
        (15, "rates.0.rate", "0"),
        (18, "models.primary_horizon", "60"),
    ]
    assert all(p.file == "forewarn.toml" and p.fatal and p.remedy for p in found)
    assert "30, 90, 180 or 365" in found[-1].reason


def test_the_nearest_key_is_suggested(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, SMALLEST + 'before_acount = "keep"\n')
    assert (found.line, found.reason) == (3, "there is no such key")
    assert found.remedy.startswith("Did you mean before_account? Allowed: ")


def test_the_nearest_table_is_suggested(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, SMALLEST + '[sources.usages]\nfiles = "u.csv"\n')
    assert found.reason == "the contract has no such table"
    assert found.remedy.startswith("Did you mean usage? ")


def test_accounts_are_required(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, '[sources.usage]\nfiles = "u.csv"\n')
    assert found.reason == "the table accounts is required"


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ("", "needs exactly one of files, database, database_env, sql; it has none"),
        (
            'files = "a.csv"\nsql = "select 1"',
            "needs exactly one of files, database, database_env, sql; it has files and sql",
        ),
        ('database = "sqlite:///x.db"', "a database needs a query"),
        ('files = "a.csv"\nquery = "select 1"', "a database needs a query"),
    ],
)
def test_a_source_has_exactly_one_origin(tmp_path: Path, section: str, reason: str) -> None:
    (found,) = problems(tmp_path, f"[sources.accounts]\n{section}\n")
    assert (found.line, found.column) == (1, "sources.accounts")
    assert found.reason.startswith(reason)


def test_renamed_and_computed_columns_must_be_of_the_contract(tmp_path: Path) -> None:
    text = SMALLEST + 'rename = { acount_id = "id", name = "n" }\ncompute = { name = "1" }\n'
    unknown, both = problems(tmp_path, text)
    assert (unknown.line, unknown.column) == (3, "sources.accounts.rename.acount_id")
    assert "Did you mean account_id?" in unknown.remedy
    assert (both.line, both.reason) == (4, "it is also in `rename`")


def test_the_activity_of_a_lapse_must_be_a_log(tmp_path: Path) -> None:
    text = SMALLEST + '[outcome]\nname = "lapse"\nactivity = "interaction"\nevents = ["x"]\n'
    activity, events = problems(tmp_path, text)
    assert (activity.line, activity.value) == (5, "interaction")
    assert "Did you mean interactions?" in activity.remedy
    assert (events.line, events.reason) == (6, "only rows of usage have events")


def test_an_input_must_be_usable_as_a_table(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, SMALLEST + '[inputs."my orders"]\nfiles = "o.csv"\n')
    assert (found.line, found.column) == (3, "inputs.my orders")


def test_tiers_begin_at_different_amounts(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, SMALLEST + "[tiers]\nsmall = 0\ntiny = 0\n")
    assert (found.line, found.reason) == (5, "it begins where small begins")


def test_a_key_in_a_value_of_many_lines_has_the_line_it_begins_on(tmp_path: Path) -> None:
    text = '''
    [sources.accounts]
    sql = """
    [models]
    select 1
    """
    files = [
      "a.csv",
      3,
    ]
    [models]
    seed = -1
    '''
    found = problems(tmp_path, text)
    assert [(p.line, p.column) for p in found] == [
        (6, "sources.accounts.files.1"),
        (11, "models.seed"),
    ]


def test_a_mistake_of_syntax_names_its_line(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "[company]\nname = Orrery\n")
    assert (found.file, found.line) == ("forewarn.toml", 2)
    assert found.reason.startswith("this is not valid TOML")


def test_a_missing_file_is_the_users_matter(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.toml: the file does not exist"):
        read_config(tmp_path / "nowhere.toml")


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    address = "postgresql://me:s3cret@host/db"
    text = f'[sources.accounts]\nfiles = "{address}"\nsql = "select 1"\nmax_bad_share = "{address}"'
    with pytest.raises(ConfigError) as caught:
        read_config(write(tmp_path, text))
    assert "s3cret" not in str(caught.value)
    assert "postgresql://me:***@host/db" in str(caught.value)


def test_plain_values_make_a_configuration_too(tmp_path: Path) -> None:
    config = parse_config({"sources": {"accounts": {"files": "a.csv"}}}, tmp_path)
    assert isinstance(config, Config)
    assert config.folder == tmp_path
    with pytest.raises(ConfigError, match=r"sources\.accounts\.filez"):
        parse_config({"sources": {"accounts": {"filez": "a.csv"}}}, tmp_path)


def test_every_key_says_what_it_means() -> None:
    def undescribed(model: type) -> list[str]:
        return [n for n, f in model.model_fields.items() if not f.description]  # type: ignore[attr-defined]

    import pipelines.config as sections

    for name in sections.__all__:
        section = getattr(sections, name)
        if isinstance(section, type):
            assert undescribed(section) == [], name


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ({"horizons": [30, 180]}, "primary_horizon is 90, which is not among the horizons 30, 180"),
        ({"horizons": []}, "at least 1 item"),
        ({"horizons": [45, 90]}, "30, 90, 180 or 365"),
        ({"minimum_lead_days": 45}, "minimum_lead_days is 45; allowed is 0 or 30: "),
        ({"minimum_lead_days": 90}, "minimum_lead_days is 90; allowed is 0 or 30: "),
        ({"outcome": "churn"}, "any_loss"),
        ({"tune_seconds": -1}, "greater than or equal to 0"),
        ({"monotone": "always"}, "'auto' or 'never'"),
    ],
)
def test_models_that_contradict_themselves_are_refused(
    models: dict[str, object], said: str
) -> None:
    raw = {"sources": {"accounts": {"files": "accounts.csv"}}, "models": models}
    with pytest.raises(ConfigError, match=said):
        parse_config(raw, Path())


def test_the_outcome_is_chosen_in_one_place() -> None:
    def learnt(**sections: object) -> str:
        return parse_config(
            {"sources": {"accounts": {"files": "a.csv"}}, **sections}, Path()
        ).learnt

    assert learnt() == "logo_churn"
    assert learnt(outcome={"name": "lapse"}) == "lapse"
    assert learnt(outcome={"gap_days": 5}, models={"outcome": "any_loss"}) == "any_loss"
    assert learnt(outcome={"name": "lapse"}, models={"outcome": "lapse"}) == "lapse"
    with pytest.raises(ConfigError, match=r'outcome is "any_loss" and \[outcome\] name is "lapse"'):
        learnt(outcome={"name": "lapse"}, models={"outcome": "any_loss"})
