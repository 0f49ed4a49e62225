"""Problems: what went wrong, as RFC 9457 says it, each kind declared once."""

from dataclasses import dataclass
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"
GIVEN_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem; its `type` leads to its description on this service.

    Attributes:
        slug: names the kind for good; programs may rely on it.
    """

    slug: str
    status: int
    title: str
    meaning: str

    @property
    def type(self) -> str:
        """The problem's type: a relative reference to the page that describes it."""
        return f"/docs#problem-{self.slug}"

    @property
    def example(self) -> dict[str, Any]:
        """What an answer of this kind looks like, without what only one request knows."""
        return {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.meaning,
        }


INVALID_QUERY = Kind(
    "invalid-query",
    422,
    "The query is not valid",
    "A parameter is unknown, or its value is not allowed. `errors` names each one.",
)
INVALID_CURSOR = Kind(
    "invalid-cursor",
    422,
    "The cursor is not valid",
    "The cursor is damaged or belongs to another filter or order. Ask again without it.",
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
UNKNOWN_VIEW = Kind(
    "unknown-view", 404, "No such view", "You keep no view with this id; views are one's own."
)
NAME_TAKEN = Kind("name-taken", 409, "The name is taken", "Your views have different names.")
TOO_MANY_VIEWS = Kind(
    "too-many-views", 409, "Too many views", "You keep as many views as anybody may. Drop some."
)
UNKNOWN_JOB = Kind("unknown-job", 404, "No such job", "No job with this id was ever started here.")
JOB_RUNNING = Kind(
    "job-running",
    409,
    "Another job is at work",
    "One job of a kind runs at a time. Wait for it, or cancel it.",
)
JOB_ENDED = Kind("job-ended", 409, "The job has ended", "What has ended cannot be cancelled.")
NO_WORKSPACE = Kind(
    "no-workspace",
    503,
    "Nothing to work on",
    "This service runs beside no workspace, so that no job can be started through it.",
)
STALE_CURSOR = Kind(
    "stale-cursor",
    409,
    "A newer run was published",
    "The pages being read were replaced. Ask again without the cursor to start anew.",
)
UNKNOWN_ACCOUNT = Kind(
    "unknown-account",
    404,
    "No such account",
    "No published run holds an account with this id.",
)
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
NOT_READY = Kind(
    "not-ready",
    503,
    "Not ready to serve",
    "`missing` says what is missing, and `next` the command that brings it.",
)
STORE_UNREACHABLE = Kind(
    "store-unreachable",
    503,
    "The store does not answer",
    "The database cannot be read at the moment. Try again; `/readyz` tells when it is back.",
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
INTERNAL = Kind(
    "internal",
    500,
    "Our fault",
    "Something failed that should not; the service's log holds the details.",
)

KINDS: tuple[Kind, ...] = (
    INVALID_QUERY,
    INVALID_BODY,
    TOO_LARGE,
    KEY_REUSED,
    VERSION_MISSING,
    VERSION_CHANGED,
    UNKNOWN_VIEW,
    NAME_TAKEN,
    TOO_MANY_VIEWS,
    UNKNOWN_JOB,
    JOB_RUNNING,
    JOB_ENDED,
    NO_WORKSPACE,
    INVALID_CURSOR,
    STALE_CURSOR,
    UNKNOWN_ACCOUNT,
    UNAUTHENTICATED,
    FORBIDDEN,
    FORGED,
    NOT_LOGGED_IN,
    NO_ROLE,
    NO_PROVIDER,
    TOO_MANY,
    NOT_EXPLAINED,
    NOT_EXPLAINED,
    INVALID_SIGNALS,
    NO_CHAMPION,
    NO_INSIGHTS,
    NOT_READY,
    STORE_UNREACHABLE,
    NOT_FOUND,
    WRONG_METHOD,
    UNKNOWN_HOST,
    HTTP_ERROR,
    INTERNAL,
)


class Fault(BaseModel):
    """One parameter that cannot be used."""

    parameter: str = Field(description="The parameter's name.", examples=["band"])
    given: str = Field(description="What was given, shortened.", examples=["purple"])
    allowed: str | list[str] = Field(
        description="What is allowed.", examples=[["red", "yellow", "green", "grey"]]
    )
    detail: str = Field(description="What is wrong.", examples=["Unknown value."])


class Missing(BaseModel):
    """Something the service needs before it is of use."""

    what: str = Field(description="What is missing.", examples=["champion"])
    detail: str = Field(description="In words.", examples=["No model version was promoted."])
    next: str = Field(description="What brings it.", examples=["forewarn run -c forewarn.toml"])


class Problem(BaseModel):
    """A problem as RFC 9457 describes it."""

    type: str = Field(
        description="Names the kind of problem for good and leads to its description.",
        examples=["/docs#problem-invalid-query"],
    )
    title: str = Field(description="The kind in words.", examples=["The query is not valid"])
    status: int = Field(description="HTTP status.", examples=[422])
    detail: str = Field(
        description="What happened this time.",
        examples=["band: 'purple' is given; allowed: red, yellow, green, grey."],
    )
    given: str | None = Field(default=None, description="What was given.", examples=["purple"])
    allowed: str | list[str] | None = Field(
        default=None, description="What is allowed instead.", examples=["GET"]
    )
    next: str | None = Field(
        default=None, description="What to do now.", examples=["forewarn run -c forewarn.toml"]
    )
    errors: list[Fault] | None = Field(default=None, description="Each wrong parameter.")
    missing: list[Missing] | None = Field(default=None, description="Each missing thing.")


class ProblemError(Exception):
    """Raised by a route to answer with a problem, and with headers of its own."""

    def __init__(
        self, kind: Kind, detail: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.headers = headers
        self.problem = problem(kind, detail, **more)


def problem(kind: Kind, detail: str, *, status: int | None = None, **more: Any) -> Problem:
    """A problem of a kind; `more` are members of `Problem` such as given, allowed, next."""
    return Problem(
        type=kind.type, title=kind.title, status=status or kind.status, detail=detail, **more
    )


def respond(found: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """The HTTP answer that carries a problem; members that say nothing are left out."""
    return JSONResponse(
        found.model_dump(exclude_none=True),
        status_code=found.status,
        headers=headers,
        media_type=MEDIA_TYPE,
    )


def shorten(value: object) -> str:
    """A value of the request, short enough to be repeated in an answer."""
    text = str(value)
    return text if len(text) <= GIVEN_LENGTH else f"{text[:GIVEN_LENGTH]}…"


GUARDED = (UNAUTHENTICATED, FORBIDDEN, TOO_MANY)
"""What any route behind the gate may answer with."""
WRITTEN = (INVALID_BODY, INVALID_QUERY, TOO_LARGE, KEY_REUSED)
"""What any route may answer with that takes a body and a key for it."""


def documented(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these kinds, or fail as all may."""
    grouped: dict[int | str, dict[str, Any]] = {}
    for kind in (*kinds, STORE_UNREACHABLE, INTERNAL):
        empty = {"model": Problem, "description": "", "content": {MEDIA_TYPE: {"examples": {}}}}
        words = grouped.setdefault(kind.status, empty)
        words["description"] = " ".join(filter(None, [words["description"], f"{kind.title}."]))
        words["content"][MEDIA_TYPE]["examples"][kind.slug] = {"value": kind.example}
    return grouped
