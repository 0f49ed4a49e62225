"""What accounts, scores and models cannot answer."""

from serving.problems.kind import Kind

UNKNOWN_ACCOUNT = Kind(
    "unknown-account",
    404,
    "No such account",
    "No published run holds an account with this id.",
)
NOT_EXPLAINED = Kind(
    "not-explained",
    404,
    "No such explanation",
    "The account was not a customer on that day, or the day cannot be explained; `detail` says.",
)
INVALID_SIGNALS = Kind(
    "invalid-signals",
    422,
    "Signals cannot be used",
    "A signal is unknown, or holds what it cannot. `errors` names each one; nothing was scored.",
)
NO_CHAMPION = Kind(
    "no-champion",
    404,
    "No model serves yet",
    "No model version was promoted. `forewarn run` trains, promotes and scores.",
)
NO_INSIGHTS = Kind(
    "no-insights",
    404,
    "No insights yet",
    "Nothing was worked out over the whole base. `forewarn insights` does.",
)

KINDS: tuple[Kind, ...] = (
    UNKNOWN_ACCOUNT,
    NOT_EXPLAINED,
    INVALID_SIGNALS,
    NO_CHAMPION,
    NO_INSIGHTS,
)
