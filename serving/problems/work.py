"""Why a view is not kept, or a job not started or ended."""

from serving.problems.kind import Kind

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

KINDS: tuple[Kind, ...] = (
    UNKNOWN_VIEW,
    NAME_TAKEN,
    TOO_MANY_VIEWS,
    UNKNOWN_JOB,
    JOB_RUNNING,
    JOB_ENDED,
    NO_WORKSPACE,
)
