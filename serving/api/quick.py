"""Questions read in few steps, where nothing is wrong with them.

FastAPI reads a question in general: each of 25 parameters is looked for, and each rule solved,
anew for each request, which takes as long as a small answer does. What a route declares is the
same each time. Here it is worked out once; a question that is not as declared goes the usual way,
so that what is said of it, and the description of the API, remain FastAPI's own.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, get_origin

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from serving.auth.gate import Rule

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Route = TypeVar("Route", bound=Callable[..., Any])
IF_NONE_MATCH, LONGEST_TAGS = "if-none-match", 1000
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
    """A route that answers quickly where it can."""

    def get_route_handler(self) -> Handler:
        """What answers a request."""
        usual = super().get_route_handler()
        declared = declared_by(self.dependant)
        return usual if declared is None else _quick(declared, usual)


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

    def read(self, request: Request) -> dict[str, Any] | None:
        """The route's arguments but for who asks; None where something is not as declared."""
        if len(request.headers.get(IF_NONE_MATCH, "")) > LONGEST_TAGS:
            return None
        found: dict[str, Any] = {name: request.path_params[name] for name in self.path}
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


def declared_by(route: Dependant) -> Declared | None:
    """What a route declares; None where that is more than can be read quickly."""
    rules = {each.call: each for each in route.dependencies if hasattr(each.call, "action")}
    taggers = [each.call for each in route.dependencies if hasattr(each.call, TAGGER)]
    model, query = _model_of(route)
    plain = all(field.field_info.annotation is str for field in route.path_params)
    others = (*route.body_params, *route.header_params, *route.cookie_params)
    simple = plain and not others and len(route.query_params) == (model is not None)
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
    own = of.name or ""
    return Declared(route.call, route.request_param_name, rule, own, tag, model, query, many, path)


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


def _quick(declared: Declared, usual: Handler) -> Handler:
    few = CapacityLimiter(THREADS_OF_FEW) if hasattr(declared.answer, FEW) else None

    async def handle(request: Request) -> Response:
        asked = declared.read(request)
        if asked is None:
            return await usual(request)
        who = await declared.rule(request)
        if declared.principal:
            asked[declared.principal] = who
        if declared.tag is not None:
            declared.tag(request, who, request.headers.get(IF_NONE_MATCH))
        return await to_thread.run_sync(partial(declared.answer, **asked), limiter=few)

    return handle
