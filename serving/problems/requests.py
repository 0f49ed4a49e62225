"""What is wrong with a request, whoever sends it and whatever it asks for."""

from serving.problems.kind import Kind

INVALID_QUERY = Kind(
    "invalid-query",
    422,
    "The query is not valid",
    "A parameter is unknown, or its value is not allowed. `errors` names each one.",
)
INVALID_BODY = Kind(
    "invalid-body",
    422,
    "The body is not valid",
    "The body is no JSON, or a field of it is missing, unknown or not allowed. `errors` names"
    " each one.",
)
TOO_LARGE = Kind(
    "too-large",
    413,
    "The body is too large",
    "No request may bring as much; `allowed` says how much one may. Send it in parts.",
)
KEY_REUSED = Kind(
    "key-reused",
    422,
    "The key stood for another request",
    "An Idempotency-Key names one request. Use a new key for a new request.",
)
VERSION_MISSING = Kind(
    "version-missing",
    428,
    "It is not said what is changed",
    "Whoever changes something says with If-Match which version, so that no change is lost.",
)
VERSION_CHANGED = Kind(
    "version-changed",
    412,
    "It was changed meanwhile",
    "Somebody changed it since you read it. Read it again, and decide anew.",
)
INVALID_CURSOR = Kind(
    "invalid-cursor",
    422,
    "The cursor is not valid",
    "The cursor is damaged or belongs to another filter or order. Ask again without it.",
)
STALE_CURSOR = Kind(
    "stale-cursor",
    409,
    "A newer run was published",
    "The pages being read were replaced. Ask again without the cursor to start anew.",
)
NOT_FOUND = Kind("not-found", 404, "Nothing here", "No page or resource has this address.")
WRONG_METHOD = Kind(
    "wrong-method",
    405,
    "Method not allowed",
    "The resource exists, but not for this method; the Allow header names those it has.",
)
UNKNOWN_HOST = Kind(
    "unknown-host",
    421,
    "Not served under this name",
    "On loopback only loopback names are answered, so that no web page elsewhere can read"
    " the answers through a name of its own.",
)
HTTP_ERROR = Kind("http-error", 400, "The request cannot be served", "See `detail`.")

KINDS: tuple[Kind, ...] = (
    INVALID_QUERY,
    INVALID_BODY,
    TOO_LARGE,
    KEY_REUSED,
    VERSION_MISSING,
    VERSION_CHANGED,
    INVALID_CURSOR,
    STALE_CURSOR,
    NOT_FOUND,
    WRONG_METHOD,
    UNKNOWN_HOST,
    HTTP_ERROR,
)
