"""What is wrong with the service itself."""

from serving.problems.kind import Kind

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
INTERNAL = Kind(
    "internal",
    500,
    "Our fault",
    "Something failed that should not; the service's log holds the details.",
)

KINDS: tuple[Kind, ...] = (
    NOT_READY,
    STORE_UNREACHABLE,
    INTERNAL,
)
