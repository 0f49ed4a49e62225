"""Small forms that browsers send."""

from urllib.parse import parse_qs

from fastapi import Request

from serving import problems
from serving.problems import ProblemError
from serving.store.rows import clean

LARGEST_FORM = 4096


async def form_fields(request: Request) -> dict[str, str]:
    """The fields of a small form, the last of each name, in text that every store can hold.

    Raises:
        ProblemError: it is larger than any that this service shows.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            detail = f"A form may have {LARGEST_FORM} bytes."
            raise ProblemError(problems.HTTP_ERROR, detail, status=413)
    pairs = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: clean(values[-1]) for name, values in pairs.items()}
