"""Answers packed for whoever can unpack, as Starlette's own middleware packs all others."""

import zlib

from fastapi import Response

WORTH_PACKING = 1000
"""Bytes from which an answer is sent packed to whoever can unpack it."""
PACKING = 3
"""How hard answers are packed: 4 takes over half as long again to save a twenty-fifth more."""
GZIP = 16 + zlib.MAX_WBITS
ENCODING, ACCEPTED = "content-encoding", "Accept-Encoding"


def packed(answer: Response) -> Response:
    """An answer packed, where that is worth it and it is not yet; its own length is lost."""
    if ENCODING in answer.headers or len(answer.body) < WORTH_PACKING:
        return answer
    packs = zlib.compressobj(PACKING, zlib.DEFLATED, GZIP)
    answer.body = packs.compress(bytes(answer.body)) + packs.flush()
    answer.headers["content-length"] = str(len(answer.body))
    answer.headers[ENCODING] = "gzip"
    return varying(answer)


def plain(answer: Response) -> Response:
    """An answer as it is, which others get packed."""
    worth = ENCODING not in answer.headers and len(answer.body) >= WORTH_PACKING
    return varying(answer) if worth else answer


def varying(answer: Response) -> Response:
    """An answer that says that it differs by what whoever asks can unpack."""
    answer.headers.add_vary_header(ACCEPTED)
    return answer
