"""Every table of the contract, each column declared once."""

from features.contract.declare import Column, Kind, Order, Table

ACCOUNT = Column("account_id", Kind.ID, "the account the row belongs to", required=True)
LEVELS = ("low", "medium", "high", "critical")
CHANNELS = (
    "email",
    "call",
    "meeting",
    "community",
    "office_hours",
    "webinar",
    "roundtable",
    "academy",
    "other",
)


def happened(name: str, meaning: str) -> Column:
    """A date at which something happened to a row after it was written: hidden until then."""
    return Column(name, Kind.TIMESTAMP, meaning, hidden_until=name)


def when(name: str, meaning: str, required: bool = False) -> Column:
    """A date that is visible from the row's start."""
    return Column(name, Kind.TIMESTAMP, meaning, required=required)


ACCOUNTS = Table(
    name="accounts",
    meaning="one customer; later rows with the same id are newer versions of it",
    columns=(
        ACCOUNT,
        Column("name", Kind.TEXT, "what people call the account"),
        Column("parent_id", Kind.ID, "the account that owns this one"),
        Column("industry", Kind.TEXT, "the account's industry"),
        Column("region", Kind.TEXT, "where the account is"),
        Column("employees", Kind.INTEGER, "people employed", minimum=0, changes=True),
        Column("growth_potential", Kind.TEXT, "how far the account may grow", changes=True),
        Column("csm", Kind.TEXT, "the customer-success manager in charge", changes=True),
        Column("crm_id", Kind.ID, "the account's id in the CRM"),
        when("created_at", "when the account became a customer or signed up"),
    ),
    occurred="created_at",
    key=("account_id",),
    required=True,
)

SUBSCRIPTIONS = Table(
    name="subscriptions",
    meaning="one price at one time: an up- or downgrade ends a row and starts another",
    columns=(
        Column("subscription_id", Kind.ID, "the row's own id", required=True),
        ACCOUNT,
        Column("product", Kind.TEXT, "the product subscribed to"),
        Column("plan", Kind.TEXT, "the plan or edition"),
        Column("seats", Kind.INTEGER, "seats paid for", unit="seats", minimum=0),
        Column("mrr", Kind.MONEY, "recurring revenue", required=True, unit="per month", minimum=0),
        Column("currency", Kind.TEXT, "ISO 4217 code of `mrr`; empty means the company's own"),
        when("started_at", "when the price began to hold", required=True),
        happened("ended_at", "when the price stopped to hold"),
        happened("cancelled_at", "when the customer gave notice"),
        when("renews_at", "when the contract renews unless notice is given"),
        Column("billing_months", Kind.INTEGER, "months billed at once", unit="months", minimum=0),
        Column("auto_renew", Kind.BOOLEAN, "renews by itself"),
        Column("is_free", Kind.BOOLEAN, "a trial or free plan", default="false"),
        Column(
            "is_completed",
            Kind.BOOLEAN,
            "the end is no loss: what was agreed was finished",
            default="false",
            hidden_until="ended_at",
        ),
    ),
    occurred="started_at",
    key=("subscription_id",),
    orders=(Order("started_at", "ended_at"),),
)

USAGE = Table(
    name="usage",
    meaning="one event of product usage, or a count already summed by day",
    columns=(
        ACCOUNT,
        Column("user_id", Kind.ID, "who used it"),
        Column("event", Kind.TEXT, "what was done", required=True),
        when("occurred_at", "when it was done", required=True),
        Column("quantity", Kind.NUMBER, "how often or how much", default="1"),
        Column("event_id", Kind.ID, "the event's own id, where there is one"),
    ),
    occurred="occurred_at",
    optional_key="event_id",
)

CONTACTS = Table(
    name="contacts",
    meaning="one person at the customer",
    columns=(
        Column("contact_id", Kind.ID, "the person's id", required=True),
        ACCOUNT,
        Column(
            "role",
            Kind.CATEGORY,
            "what the person is to us",
            allowed=("executive", "admin", "champion", "user"),
        ),
        when("joined_at", "when the person became a contact"),
        happened("left_at", "when the person left the customer or the role"),
    ),
    occurred="joined_at",
    key=("contact_id",),
    orders=(Order("joined_at", "left_at"),),
)

TICKETS = Table(
    name="tickets",
    meaning="one request to support",
    columns=(
        Column("ticket_id", Kind.ID, "the ticket's id", required=True),
        ACCOUNT,
        when("opened_at", "when it was opened", required=True),
        Column("category", Kind.TEXT, "what it is about"),
        Column(
            "severity",
            Kind.CATEGORY,
            "how bad it is",
            allowed=("low", "normal", "high", "critical"),
        ),
        happened("first_response_at", "when it was first answered"),
        happened("resolved_at", "when it was resolved"),
        happened("escalated_at", "when it was escalated"),
        Column("csat", Kind.NUMBER, "the customer's rating", hidden_until="resolved_at"),
    ),
    occurred="opened_at",
    key=("ticket_id",),
    orders=(
        Order("opened_at", "first_response_at"),
        Order("opened_at", "resolved_at"),
        Order("opened_at", "escalated_at"),
    ),
)

INTERACTIONS = Table(
    name="interactions",
    meaning="one conversation or meeting with people of the customer",
    columns=(
        ACCOUNT,
        Column("channel", Kind.CATEGORY, "how they met", required=True, allowed=CHANNELS),
        Column(
            "direction",
            Kind.CATEGORY,
            "who began: inbound is the customer",
            allowed=("inbound", "outbound"),
        ),
        when("occurred_at", "when it took place", required=True),
        Column("contact_id", Kind.ID, "who took part"),
        Column("event_id", Kind.ID, "the conversation's own id, where there is one"),
    ),
    occurred="occurred_at",
    optional_key="event_id",
)

FEEDBACK = Table(
    name="feedback",
    meaning="one thing the customer said about the product",
    columns=(
        Column("feedback_id", Kind.ID, "the row's own id", required=True),
        ACCOUNT,
        Column(
            "kind",
            Kind.CATEGORY,
            "what sort of word it is",
            required=True,
            allowed=("request", "bug", "complaint", "praise"),
        ),
        Column("feature", Kind.TEXT, "the feature it is about"),
        Column("text", Kind.TEXT, "the words"),
        when("occurred_at", "when it was said", required=True),
    ),
    occurred="occurred_at",
    key=("feedback_id",),
)

SURVEYS = Table(
    name="surveys",
    meaning="one answer to a survey",
    columns=(
        ACCOUNT,
        Column(
            "kind",
            Kind.CATEGORY,
            "which survey",
            required=True,
            allowed=("nps", "csat", "ces"),
        ),
        Column("score", Kind.NUMBER, "the answer, on the survey's own scale", required=True),
        when("occurred_at", "when it was answered", required=True),
        Column("contact_id", Kind.ID, "who answered"),
        Column("event_id", Kind.ID, "the answer's own id, where there is one"),
    ),
    occurred="occurred_at",
    optional_key="event_id",
)

INVOICES = Table(
    name="invoices",
    meaning="one invoice",
    columns=(
        Column("invoice_id", Kind.ID, "the invoice's id", required=True),
        ACCOUNT,
        Column("amount", Kind.MONEY, "the amount to pay", required=True),
        Column("currency", Kind.TEXT, "ISO 4217 code of `amount`; empty means the company's own"),
        when("issued_at", "when it was sent", required=True),
        when("due_at", "when it should be paid"),
        happened("paid_at", "when it was paid"),
    ),
    occurred="issued_at",
    key=("invoice_id",),
)

RISKS = Table(
    name="risks",
    meaning="one sign of trouble that a person logged",
    columns=(
        Column("risk_id", Kind.ID, "the row's own id", required=True),
        ACCOUNT,
        Column("level", Kind.CATEGORY, "how serious it is", required=True, allowed=LEVELS),
        Column("category", Kind.TEXT, "what kind of trouble"),
        Column("note", Kind.TEXT, "what was heard"),
        Column("logged_by", Kind.TEXT, "who logged it"),
        when("logged_at", "when it was logged", required=True),
        happened("resolved_at", "when it was settled"),
        when("expires_at", "when it stops to count unless renewed"),
    ),
    occurred="logged_at",
    key=("risk_id",),
    orders=(Order("logged_at", "resolved_at"),),
)

OUTCOMES = Table(
    name="outcomes",
    meaning="one loss, contraction or expansion, where subscriptions cannot tell",
    columns=(
        ACCOUNT,
        Column(
            "outcome",
            Kind.CATEGORY,
            "what happened",
            required=True,
            allowed=("churn", "contraction", "expansion"),
        ),
        when("occurred_at", "when it took effect", required=True),
        when("decided_at", "when it was decided or notice was given"),
        Column("reason", Kind.TEXT, "the reason given"),
    ),
    occurred="occurred_at",
    key=("account_id", "outcome", "occurred_at"),
    announced="decided_at",
)

INTERVENTIONS = Table(
    name="interventions",
    meaning="one answer given to an account at risk",
    columns=(
        ACCOUNT,
        Column("playbook", Kind.TEXT, "the playbook used", required=True),
        Column(
            "arm",
            Kind.CATEGORY,
            "treated, or held out to compare",
            required=True,
            allowed=("treated", "holdout"),
        ),
        when("started_at", "when it began", required=True),
        Column("propensity", Kind.NUMBER, "chance of being treated", minimum=0, maximum=1),
    ),
    occurred="started_at",
    key=("account_id", "playbook", "started_at"),
)

ATTRIBUTES = Table(
    name="attributes",
    meaning=(
        "one thing the company knows of an account, from a time on, for which the contract has no "
        "column: a word or a number; neither says that it holds no more"
    ),
    columns=(
        ACCOUNT,
        Column("attribute", Kind.TEXT, "its name, the same for all accounts", required=True),
        Column("word", Kind.TEXT, "what it is, where that is a word"),
        Column("number", Kind.NUMBER, "what it is, where that is a number"),
        when(
            "set_at",
            "when it came to hold. Before, nothing is known: a value exported today and dated "
            "today says nothing of the past. Dating it back, to the sign-up say, is honest only "
            "for what never changes",
            required=True,
        ),
    ),
    occurred="set_at",
    key=("account_id", "attribute", "set_at"),
    is_trace=False,
)

CONTRACT: tuple[Table, ...] = (
    ACCOUNTS,
    SUBSCRIPTIONS,
    USAGE,
    CONTACTS,
    TICKETS,
    INTERACTIONS,
    FEEDBACK,
    SURVEYS,
    INVOICES,
    RISKS,
    OUTCOMES,
    INTERVENTIONS,
    ATTRIBUTES,
)
TABLES: dict[str, Table] = {table.name: table for table in CONTRACT}
KNOWN_AT = Column("known_at", Kind.TIMESTAMP, "when the company first knew the fact")
CONTRACT_VERSION = 1
