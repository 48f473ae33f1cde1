"""One route for each question; its schema is made from the question's signature."""

import inspect
import typing
from collections.abc import Callable
from functools import partial
from typing import Any

import anyio
import pydantic
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ConfigDict, Field

from badak.inspect.explore import QUESTIONS, Answer
from badak.page import pack
from badak.web import limits
from badak.web.answers import ANSWERS
from badak.web.edits import Edit
from badak.web.networks import about
from badak.web.session import Session

PACKET = "application/octet-stream"
# Threads of each question: one that takes long keeps no other question waiting.
AT_ONCE = 2
EDITS = 10_000
STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class WeightEdit(pydantic.BaseModel):
    """A change of one weight, which holds for this question alone."""

    model_config = STRICT

    parameter: str
    index: list[int] = Field(max_length=8)
    value: float


class Looking(pydantic.BaseModel):
    """What a question about a network may carry besides its arguments."""

    model_config = STRICT

    network: str = Field("", description="the id of an open network; empty: the first")
    input: str | None = Field(None, description="an image (C, H, W): base64 of float32")
    edits: list[WeightEdit] = Field([], max_length=EDITS)

    def asked(self) -> dict[str, Any]:
        """The arguments of the question itself."""
        return {name: getattr(self, name) for name in type(self).model_fields if name not in OWN}


OWN = frozenset(Looking.model_fields)


class Asking(pydantic.BaseModel):
    """The arguments of a question about the session."""

    model_config = STRICT

    def asked(self) -> dict[str, Any]:
        """The arguments of the question."""
        return {name: getattr(self, name) for name in type(self).model_fields}


# Every refusal is told in words.
_PROBLEM = {
    "type": "object",
    "properties": {"error": {"type": "string"}},
    "required": ["error"],
    "additionalProperties": False,
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    code: {"content": {"application/json": {"schema": _PROBLEM}}}
    for code in (400, 403, 404, 408, 413, 415, 422, 503)
}


def routes(session: Session) -> APIRouter:
    """Return the routes of all questions, and of model files that are sent."""
    router = APIRouter(prefix="/api", responses=REFUSALS)
    for name, question in QUESTIONS.items():
        model = schema(name, question, Looking)
        _add(router, name, question, model, partial(_look, session, question))
    for name, answer in ANSWERS.items():
        model = schema(name, answer, Asking)
        _add(router, name, answer, model, partial(_answer, session, answer))
    _add_open(router, session)
    return router


def schema(
    name: str, question: Callable[..., Answer], base: type[pydantic.BaseModel]
) -> type[pydantic.BaseModel]:
    """Return a model of a question's keyword-only arguments.

    Arguments of a TypedDict, ``**choices: Unpack[Choices]``, may each be left out.

    Example:
        >>> def layers(subject, *, kind: str, most: int = 3): ...
        >>> model = schema("layers", layers, Asking)
        >>> model(kind="Conv2d").asked()
        {'kind': 'Conv2d', 'most': 3}
    """
    hints = typing.get_type_hints(question, include_extras=True)
    fields: dict[str, Any] = {
        parameter.name: (
            hints[parameter.name],
            ... if parameter.default is inspect.Parameter.empty else parameter.default,
        )
        for parameter in inspect.signature(question).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    for parameter in inspect.signature(question).parameters.values():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            (choices,) = typing.get_args(hints[parameter.name])
            hints = typing.get_type_hints(choices)
            fields |= {option: (hint | None, None) for option, hint in hints.items()}
    return pydantic.create_model(f"ask_{name}", __base__=base, **fields)


def _look(session: Session, question: Callable[..., Answer], asked: Looking) -> Answer:
    image = None if asked.input is None else limits.image(asked.input)
    edits = tuple(Edit(edit.parameter, tuple(edit.index), edit.value) for edit in asked.edits)
    return question(session.subject(asked.network, image, edits), **asked.asked())


def _answer(session: Session, answer: Callable[..., Answer], asked: Asking) -> Answer:
    return answer(session, **asked.asked())


def _add(
    router: APIRouter,
    name: str,
    question: Callable[..., Answer],
    model: type[pydantic.BaseModel],
    work: Callable[[Any], Answer],
) -> None:
    """Add the route of one question."""
    threads = anyio.CapacityLimiter(AT_ONCE)

    async def endpoint(request: Request, asked: Any) -> Response:
        async with threads:
            if await request.is_disconnected():  # it has gone while others were answered
                return Response(status_code=499)
            answer = await anyio.to_thread.run_sync(_packed, work, asked)
        return Response(answer, media_type=PACKET)

    endpoint.__annotations__["asked"] = model
    first_line = (question.__doc__ or name).strip().partition("\n")[0].rstrip(".")
    router.post(
        f"/ask/{name}",
        name=name,
        summary=first_line,
        description=question.__doc__,
        response_class=Response,
        responses={200: {"description": "a packet", "content": {PACKET: {}}}},
    )(endpoint)


def _packed(work: Callable[[Any], Answer], asked: Any) -> bytes:
    answer = work(asked)
    return pack(answer.facts, answer.arrays)


def _add_open(router: APIRouter, session: Session) -> None:
    """Add the route that takes a model file."""
    threads = anyio.CapacityLimiter(1)

    async def open_file(request: Request, name: str, like: str = "") -> Response:
        """Open the network in the bytes of a model file; a .pth file needs another one like it."""
        content = await request.body()
        async with threads:
            network = await anyio.to_thread.run_sync(session.send, name, content, like)
        return JSONResponse(about(network))

    body = {"content": {PACKET: {"schema": {"type": "string", "format": "binary"}}}}
    router.post("/open", openapi_extra={"requestBody": {**body, "required": True}})(open_file)
