"""What each route declares: the same declaration guards it and documents it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from api.store.keys import Role

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
JSON = "application/json"
HTML = "text/html"
MARKDOWN = "text/markdown"
ANY: frozenset[Role] = frozenset()
OFFICER, SCORING = frozenset({Role.OFFICER}), frozenset({Role.SCORING})
SENIOR = frozenset({Role.SENIOR})
ANALYST, ADMIN = frozenset({Role.ANALYST}), frozenset({Role.ADMIN})


@dataclass(frozen=True)
class Operation:
    """A route, served by the view that it decorates.

    `roles`: None is open to all, ANY to every key, else one is needed.
    """

    blueprint: Blueprint
    method: str
    rule: str
    tag: str
    summary: str
    answers: Mapping[int, type[BaseModel] | str]
    roles: frozenset[Role] | None = ANY
    description: str = ""
    query: type[BaseModel] | None = None
    body: tuple[type[BaseModel], ...] = ()
    problems: tuple[int, ...] = ()
    path_examples: Mapping[str, Any] = field(default_factory=dict)
    body_examples: Mapping[str, Any] = field(default_factory=dict)
    body_factor: int = 1
    replayable: bool = False
    # Not about a person: answered with an ETag, and compressed if that is asked for.
    validated: bool = False
    # Whether it is part of the contract: in the OpenAPI document.
    documented: bool = True

    def statuses(self) -> list[int]:
        """Every status of a problem."""
        codes = {*self.problems, 400, HTTPStatus.INTERNAL_SERVER_ERROR.value}
        if self.roles is not None:
            codes |= {401, 429, 503} | ({403} if self.roles else set())
        if self.path_examples:
            codes |= {404}
        if self.query is not None:
            codes |= {422}
        if self.body:
            codes |= {413, 415, 422}
        if self.replayable:
            # Another request under the same key, and a first answer that was erased.
            codes |= {409, 410}
        return sorted(codes)

    def __call__(self, view: View) -> View:
        view.__dict__["operation"] = self
        self.blueprint.add_url_rule(self.rule, view_func=view, methods=[self.method])
        return view


def current() -> Operation | None:
    """The operation of the request; None when no route matches it."""
    if request.endpoint is None:
        return None
    operation: Operation = current_app.view_functions[request.endpoint].__dict__[
        "operation"
    ]
    return operation
