"""The configuration that maps the simulated company's exports to the contract."""

from pathlib import Path

CONFIG_NAME = "forewarn.toml"

CONFIG = """\
# The simulated company Orrery Software: its own exports, mapped to Forewarn's contract.
# truth.parquet beside this file holds the simulator's own probabilities and is named nowhere here.

[company]
name = "Orrery Software"
currency = "EUR"

[inputs.survey_answers]                 # one column a question; turned into rows below
files = "surveys/answers.csv"

[sources.accounts]                      # a row for each version of an account
files = "crm/accounts.csv"
rename = { account_id = "client_no", name = "company", parent_id = "parent_client", \
industry = "sector", employees = "headcount", growth_potential = "potential", \
csm = "success_manager", crm_id = "crm_ref", created_at = "signed_up", known_at = "changed_on" }

[sources.subscriptions]
files = "billing/contract_lines.csv"
rename = { subscription_id = "line_no", account_id = "client_no", plan = "edition", \
mrr = "monthly_fee", started_at = "valid_from", ended_at = "valid_to", \
cancelled_at = "notice_on", renews_at = "renews_on", is_free = "trial" }

[sources.usage]                         # counts by person, feature and day, a file a quarter
files = "product/usage-*.parquet"
rename = { account_id = "org", user_id = "person", event = "feature", occurred_at = "day", \
quantity = "n", known_at = "loaded_at" }

[sources.contacts]
files = "crm/people.csv"
rename = { joined_at = "since", left_at = "left_on" }
compute = { role = "case title when 'Executive sponsor' then 'executive' \
when 'Administrator' then 'admin' else lower(title) end" }

[sources.tickets]                       # day first, minutes only
files = "support/tickets.csv"
rename = { ticket_id = "number", account_id = "client_no", opened_at = "opened", \
category = "topic", severity = "priority", first_response_at = "first_reply", \
resolved_at = "solved", escalated_at = "escalated", csat = "rating", known_at = "synced_at" }
timestamp_formats = ["%d/%m/%Y %H:%M"]

[sources.interactions]
files = "crm/conversations.csv"

[sources.feedback]
files = "product/feedback.jsonl"
rename = { feedback_id = "ref", account_id = "client", feature = "area", text = "words", \
occurred_at = "at" }

[sources.surveys]
sql = '''
select client_no as account_id, 'nps' as kind, nps as score, answered_at as occurred_at,
       person as contact_id, response as event_id from survey_answers where nps is not null
union all
select client_no, 'csat', csat, answered_at, person, response from survey_answers
 where csat is not null
union all
select client_no, 'ces', ces, answered_at, person, response from survey_answers
 where ces is not null
'''

[sources.invoices]
files = "billing/invoices.csv"
rename = { invoice_id = "invoice_no", account_id = "client_no", amount = "total", \
issued_at = "issued", due_at = "due", paid_at = "paid" }
timestamp_formats = ["%d.%m.%Y"]

[sources.risks]
files = "crm/risks.csv"

[sources.outcomes]                      # reasons for up- and downgrades, noted by hand
files = "crm/changes.csv"

[sources.interventions]
files = "crm/playbook_runs.csv"

[[rates]]
currency = "USD"
from = 2019-01-01
rate = "0.92"

[[rates]]
currency = "USD"
from = 2025-07-01
rate = "0.87"

[[rates]]
currency = "GBP"
from = 2019-01-01
rate = "1.17"

[outcome]
name = "logo_churn"
gap_days = 30

[snapshots]
every = "month"

[models]
primary_horizon = 90
seed = 1

[bands]
red_capacity = 0.10
green_promise = 0.5

[tiers]
smb = 0
mid = 10000
enterprise = 50000
"""


def write_config(folder: Path) -> Path:
    """Write the configuration into `folder` and return its path."""
    path = folder / CONFIG_NAME
    path.write_text(CONFIG, encoding="utf-8", newline="\n")
    return path
