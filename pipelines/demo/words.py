"""The words the simulated company and its customers use."""

FIRST = (
    "Alder", "Amber", "Arbor", "Atlas", "Aurora", "Basalt", "Beacon", "Birch", "Borealis",
    "Calder", "Cedar", "Cobalt", "Copper", "Corvid", "Delta", "Drift", "Elm", "Ember", "Falcon",
    "Fjord", "Flint", "Garnet", "Glacier", "Granite", "Harbor", "Hazel", "Heron", "Indigo",
    "Juniper", "Kestrel", "Lark", "Linden", "Lumen", "Maple", "Meridian", "Nimbus", "Northern",
    "Oak", "Onyx", "Osprey", "Pebble", "Pine", "Quartz", "Raven", "Rowan", "Saffron", "Sierra",
    "Slate", "Summit", "Tarn", "Thistle", "Tidal", "Umber", "Vale", "Vertex", "Willow", "Zephyr",
)  # fmt: skip
SECOND = (
    "Analytics", "Bank", "Brewing", "Care", "Chemicals", "Clinics", "Components", "Consulting",
    "Couriers", "Dairy", "Devices", "Energy", "Engineering", "Fashion", "Foods", "Freight",
    "Health", "Hotels", "Insurance", "Labs", "Logistics", "Machines", "Media", "Metals", "Mobility",
    "Networks", "Optics", "Paper", "Pharma", "Plastics", "Power", "Press", "Properties", "Rail",
    "Retail", "Robotics", "Security", "Shipping", "Software", "Steel", "Studios", "Supplies",
    "Systems", "Telecom", "Textiles", "Timber", "Tools", "Travel", "Water", "Works",
)  # fmt: skip
INDUSTRIES = ("Software", "Finance", "Retail", "Logistics", "Health", "Manufacturing", "Media")
REGIONS = ("DACH", "Nordics", "Benelux", "UK & Ireland", "France", "Iberia", "North America")
POTENTIALS = ("low", "medium", "high")
MANAGERS = (
    "Aylin Demir", "Bram de Vries", "Carla Rossi", "Daan Visser", "Elif Kaya", "Fiona Walsh",
    "Goran Petrov", "Hanna Lind", "Ines Moreau", "Jonas Keller", "Katja Novak", "Liam Byrne",
    "Marta Silva", "Nils Berg", "Oksana Bondar", "Paul Weber",
)  # fmt: skip

FEATURES = (
    "report_view", "dashboard_edit", "export", "alert_rule", "comment", "integration_sync",
    "automation_run", "forecast", "share_link", "mobile_view", "api_call",
)  # fmt: skip
TOPICS = ("how to", "bug", "performance", "billing", "access", "integration")
SEVERITIES = ("low", "normal", "high", "critical")

PRAISE = (
    "The new overview saves us an hour every Monday.",
    "Rolled it out to a second team, they like it.",
    "Support solved this the same day, thank you.",
    "This replaced three spreadsheets for us.",
)
COMPLAINTS = (
    "We keep falling back to spreadsheets.",
    "Hard to see what we pay for at the moment.",
    "The person who set this up has left and nobody knows how it works.",
    "Another week without an answer from support.",
    "Our team has stopped opening it.",
)
BUGS = (
    "The numbers differ between the page and the file.",
    "The sync stopped on Tuesday and gave no error.",
    "Loading takes over a minute for our larger sites.",
    "Time zones are wrong in the weekly mail.",
)
REQUESTS = (
    "Could we filter by cost centre?",
    "We would like single sign-on for contractors.",
    "Please let us schedule this once a quarter.",
    "A way to compare two periods would help.",
)
RISK_CATEGORIES = ("usage", "adoption", "sponsor", "competitor", "support", "price")
"""What account managers call the causes of trouble, one for each."""
RISK_NOTES = (
    "They do less with it every month.",
    "Only the reports are still opened, nothing else took hold.",
    "The sponsor has left and nobody took over.",
    "They no longer answer; somebody else is said to be in talks.",
    "Unhappy with the last tickets.",
    "Budget under review, bills are paid late.",
)
"""One for each category."""
EXPANSION_REASONS = ("new team", "new site", "more users", "higher edition")
CONTRACTION_REASONS = ("fewer users", "budget cut", "site closed", "overlap with another tool")
PLAYBOOKS = ("sponsor call", "adoption training", "renewal review")
