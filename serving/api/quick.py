"""Questions read in few steps, where nothing is wrong with them.

FastAPI reads a question in general: each of 25 parameters is looked for, and each rule solved,
anew for each request, which takes as long as a small answer does. What a route declares is the
same each time. Here it is worked out once; a question that is not as declared goes the usual way,
so that what is said of it, and the description of the API, remain FastAPI's own.
"""

import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, get_origin

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from serving.auth.gate import Rule

Asked = dict[str, Any]
"""A route's arguments."""
Then = Callable[[Response], Response]
"""What is done with an answer by the thread that made it."""
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Route = TypeVar("Route", bound=Callable[..., Any])
IF_NONE_MATCH, LONGEST_TAGS = "if-none-match", 1000
JSON = "application/json"
TAGGER = "forewarn_tagger"
"""What a dependency that tags answers is known by; see `conditional`."""

FEW, THREADS_OF_FEW = "forewarn_few", 4
"""What a route is known by that takes long, and how many threads all requests to it may have."""


def few_at_once(route: Route) -> Route:
    """Lets no more than a few threads wait for one another in a route that takes long.

    The others are for what is quick. Whoever comes later waits without a thread.
    """
    setattr(route, FEW, True)
    return route


class QuickRoute(APIRoute):
    """A route that answers quickly where it can.

    Attributes:
        quick: how; None where it declares more than can be read quickly.
    """

    quick: "Quick | None" = None

    def get_route_handler(self) -> Handler:
        """What answers a request."""
        usual = super().get_route_handler()
        declared = declared_by(self.dependant)
        if declared is None:
            return usual
        self.quick = quick = Quick.of(declared)

        async def handle(request: Request) -> Response:
            asked = await quick.read(request)
            return await (usual(request) if asked is None else quick.answer(request, asked))

        return handle


@dataclass(frozen=True)
class Declared:
    """What a route declares.

    Attributes:
        answer: the route itself.
        itself: the parameter that the request is given as.
        rule: says who asks, if they may; the same for the route and its tag.
        principal: the parameter that who asks is given as; empty for none.
        tag: has the answer tagged; None for a route that has no tag.
        model: what the query is read as, and `query` the parameter; None and empty for none.
        many: the query's parameters that may come several times.
        path: the parameters within the address.
        body: what the body is read as, and `sent` the parameter; None and empty for none.
    """

    answer: Callable[..., Response]
    itself: str
    rule: Rule
    principal: str
    tag: Callable[..., None] | None
    model: type[BaseModel] | None
    query: str
    many: frozenset[str]
    path: tuple[str, ...]
    body: type[BaseModel] | None
    sent: str

    def read(self, request: Request) -> Asked | None:
        """The route's arguments but for who asks and the body; None where not as declared."""
        if len(request.headers.get(IF_NONE_MATCH, "")) > LONGEST_TAGS:
            return None
        found: Asked = {name: request.path_params[name] for name in self.path}
        found[self.itself] = request
        if self.model is not None:
            asked = self._asked(request)
            if asked is None:
                return None
            found[self.query] = asked
        return found

    def _asked(self, request: Request) -> BaseModel | None:
        assert self.model is not None
        known, asked = self.model.model_fields, dict[str, Any]()
        for name, value in request.query_params.multi_items():
            if name not in known:
                return None
            if name in self.many:
                asked.setdefault(name, []).append(value)
            else:
                asked[name] = value
        try:
            return self.model.model_validate(asked)
        except ValidationError:
            return None

    def read_body(self, sent: bytes) -> BaseModel | None:
        """What was sent, as declared; None where it is not."""
        assert self.body is not None
        try:
            return self.body.model_validate(json.loads(sent))
        except (ValidationError, ValueError, RecursionError):
            return None


@dataclass(frozen=True)
class Quick:
    """Answers requests to one route.

    Attributes:
        declared: what the route declares.
        few: its threads, where it has only a few; None for those of all.
    """

    declared: Declared
    few: CapacityLimiter | None

    @classmethod
    def of(cls, declared: Declared) -> "Quick":
        """The same for what a route declares."""
        few = CapacityLimiter(THREADS_OF_FEW) if hasattr(declared.answer, FEW) else None
        return cls(declared, few)

    async def read(self, request: Request) -> Asked | None:
        """The route's arguments but for who asks; None where something is not as declared."""
        declared = self.declared
        asked = declared.read(request)
        if asked is None or declared.body is None:
            return asked
        if request.headers.get("content-type", "") != JSON:
            return None
        try:
            sent = declared.read_body(await request.body())
        except ClientDisconnect:
            return None
        return None if sent is None else {**asked, declared.sent: sent}

    async def answer(self, request: Request, asked: Asked, then: Then | None = None) -> Response:
        """The answer.

        Args:
            request: it.
            asked: what `read` gave for it.
            then: what else the thread is to do that makes the answer.

        Raises:
            ProblemError: as the route, or its rule, says.
        """
        declared = self.declared
        who = await declared.rule(request)
        if declared.principal:
            asked[declared.principal] = who
        if declared.tag is not None:
            declared.tag(request, who, request.headers.get(IF_NONE_MATCH))
        make = partial(declared.answer, **asked)
        return await to_thread.run_sync(_both, make, then, limiter=self.few)


def _both(make: Callable[[], Response], then: Then | None) -> Response:
    return make() if then is None else then(make())


def declared_by(route: Dependant) -> Declared | None:
    """What a route declares; None where that is more than can be read quickly."""
    rules = {each.call: each for each in route.dependencies if hasattr(each.call, "action")}
    taggers = [each.call for each in route.dependencies if hasattr(each.call, TAGGER)]
    model, query = _model_of(route)
    plain = all(field.field_info.annotation is str for field in route.path_params)
    body, sent = _body_of(route)
    others = (*route.header_params, *route.cookie_params)
    simple = plain and not others and len(route.query_params) == (model is not None)
    simple = simple and len(route.body_params) == (body is not None)
    if not simple or len(rules) != 1 or len(rules) + len(taggers) < len(route.dependencies):
        return None
    if route.request_param_name is None or route.call is None:
        return None
    ((rule, of),) = rules.items()
    assert rule is not None
    tag = getattr(taggers[0], TAGGER) if taggers else None
    fields: Mapping[str, Any] = model.model_fields if model else {}
    many = frozenset(name for name, each in fields.items() if get_origin(each.annotation) is list)
    path = tuple(field.name for field in route.path_params)
    own, itself = of.name or "", route.request_param_name
    return Declared(route.call, itself, rule, own, tag, model, query, many, path, body, sent)


def _model_of(route: Dependant) -> tuple[type[BaseModel] | None, str]:
    """What the query is read as, and under which name; None where it is no one model."""
    if len(route.query_params) != 1:
        return None, ""
    found = route.query_params[0]
    kind = found.field_info.annotation
    if not isinstance(kind, type) or not issubclass(kind, BaseModel):
        return None, ""
    named_otherwise = any(field.validation_alias for field in kind.model_fields.values())
    return (None, "") if named_otherwise else (kind, found.name)


def _body_of(route: Dependant) -> tuple[type[BaseModel] | None, str]:
    """What a body is read as that is one model in JSON, and under which name; or None."""
    if len(route.body_params) != 1:
        return None, ""
    found = route.body_params[0]
    info, kind = found.field_info, found.field_info.annotation
    if not isinstance(kind, type) or not issubclass(kind, BaseModel):
        return None, ""
    own = type(info) is params.Body and not info.embed and info.media_type == JSON
    return (kind, found.name) if own else (None, "")
