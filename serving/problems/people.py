"""Who asks, and what they may not do."""

from serving.problems.kind import Kind

UNAUTHENTICATED = Kind(
    "unauthenticated",
    401,
    "Nobody known asks",
    "Send a key as `Authorization: Bearer fw_...`, or log in with a browser at /login.",
)
FORBIDDEN = Kind(
    "forbidden",
    403,
    "Not allowed for this role",
    "Who asks is known, and their role may not do this; `allowed` names the roles that may.",
)
FORGED = Kind(
    "forged-request",
    403,
    "Sent by another site",
    "A browser says that a page of another site sent this. Only pages of this service may change"
    " anything; programs send a key.",
)
NOT_LOGGED_IN = Kind(
    "not-logged-in",
    400,
    "The login did not succeed",
    "The provider's answer does not fit the login that was begun; `detail` says. Try again.",
)
NO_ROLE = Kind(
    "no-role",
    403,
    "No role here",
    "The company's provider knows who asks; none of their groups has a role in this service.",
)
NO_PROVIDER = Kind(
    "no-provider",
    503,
    "The provider of logins does not answer",
    "Nobody can log in with the company's account at the moment; keys work as before.",
)
TOO_MANY = Kind(
    "too-many-requests",
    429,
    "Too many requests",
    "The Retry-After header says after how many seconds to ask again.",
)

KINDS: tuple[Kind, ...] = (
    UNAUTHENTICATED,
    FORBIDDEN,
    FORGED,
    NOT_LOGGED_IN,
    NO_ROLE,
    NO_PROVIDER,
    TOO_MANY,
)
