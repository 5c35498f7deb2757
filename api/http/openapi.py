"""The OpenAPI 3.1 document, made from the routes' declarations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import (
    GenerateJsonSchema,
    JsonSchemaValue,
    models_json_schema,
)
from pydantic_core import core_schema
from werkzeug.routing import Rule

from api.errors import PROBLEM_TYPE
from api.http import openapi_examples
from api.http.auth import COUNTED, ON_BEHALF_OF
from api.http.idempotency import KEY_PATTERN
from api.http.operations import JSON, Operation
from api.schemas.answers import ProblemAnswer
from api.schemas.client_keys import CLIENT_KEY
from api.schemas.requests import KnownClient, NewApplicant, WhatIf

_REFERENCE = "#/components/schemas/{model}"
_PROBLEM = "Problem{code}"
_CONVERTERS: Mapping[str, Any] = {
    "uuid": {"type": "string", "format": "uuid"},
    "default": {"type": "string"},
}
_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A retry with the same key and body gets the first answer, byte "
    "for byte, with the header Idempotency-Replayed: true.",
    "schema": {"type": "string", "pattern": KEY_PATTERN},
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an earlier answer: 304 when it has not changed.",
    "schema": {"type": "string"},
}
_RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait before asking again.",
        "schema": {"type": "integer", "minimum": 0},
    }
}
_DESCRIPTION = (
    "Decides on consumer loans and explains each decision. Every error is "
    "application/problem+json (RFC 9457). Every answer has an X-Request-ID. "
    "A client who was forgotten is 404, as one who never was; a prediction or an offer "
    "of theirs, and an answer asked for again, is 410, as is what retention erased. "
    "Example answers are about invented clients, and their long lists are shortened. "
    "What is no request of HTTP is answered with 400, header fields beyond the limits "
    "with 431, another method than those told here with 405."
)
_TAGS = {
    "health": "Whether the process is up, and can decide.",
    "model": "The model that serves: what it is made of, how good it is, what weighs.",
    "clients": "Known clients: what is on file, what was consulted, noted and offered.",
    "applications": "Applications that are entered here: drafts until decided.",
    "work": "What waits for a person, and what came to stand.",
    "predictions": "Decisions, simulations, letters and reviews.",
    "outcomes": "How loans turned out.",
    "policies": "The lender's rules above the model.",
    "events": "What happened, for monitoring.",
    "monitoring": "Reports and alerts.",
    "logins": "Of people for whom a delegate asks.",
    "documentation": "This API about itself.",
}
# In an answer that is no JSON: as bytes, or as a text of that kind.
_BINARY = {"application/pdf"}

_KEY = (
    "A key with a role that the route needs. One with the role delegate asks for "
    f"people: each request names its person in the header {ON_BEHALF_OF}, JSON in "
    'ASCII such as `{"name": "Ada", "sub": "248289", "roles": ["officer"]}`, and has '
    "those of their roles that the key has too. The answer names these in the header "
    f"{COUNTED}. `login` beside them, 64 hexadecimal digits, tells one login until "
    "`POST /v1/login/end` ends it. Without the header it has no role; another key that "
    "sends it is refused."
)


class _Schemas(GenerateJsonSchema):
    """Without const, of which generated clients make nothing among other kinds."""

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        told = super().literal_schema(schema)
        if "const" in told:
            told["enum"] = [told.pop("const")]
        return told


def document(app: Flask) -> dict[str, Any]:
    """Every documented route of `app`, with every status it answers."""
    paths: dict[str, dict[str, Any]] = {}
    for rule, operation in operations(app):
        if not operation.documented:
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        answers = openapi_examples.answers(f"{method} {path}")
        described = _operation(rule, operation, answers)
        paths.setdefault(path, {})[method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Prêt à dépenser: scoring API",
            "version": "1",
            "description": _DESCRIPTION,
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "Where this document is."}],
        "tags": [{"name": n, "description": d} for n, d in _TAGS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": _KEY}
            },
            "schemas": _schemas(app),
            "examples": {
                _PROBLEM.format(code=code): {"value": problem}
                for code, problem in openapi_examples.problems().items()
            },
        },
    }


def operations(app: Flask) -> Iterator[tuple[Rule, Operation]]:
    """Each route with its declaration."""
    for rule in app.url_map.iter_rules():
        yield rule, app.view_functions[rule.endpoint].__dict__["operation"]


def _operation(
    rule: Rule, operation: Operation, answers: Mapping[str, Any]
) -> dict[str, Any]:
    described: dict[str, Any] = {
        # A verb and a thing: what the view is called.
        "operationId": rule.endpoint.partition(".")[2],
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": _description(operation),
        "parameters": [
            *_path_parameters(rule, operation),
            *_query_parameters(operation),
            *([_IDEMPOTENCY] if operation.replayable else []),
            *([_IF_NONE_MATCH] if operation.validated else []),
        ],
        "responses": _responses(operation, answers),
    }
    described["security"] = [] if operation.roles is None else [{"key": []}]
    if operation.roles is not None:
        described["x-roles"] = sorted(operation.roles)
    if operation.body:
        described["requestBody"] = _body(operation)
    return described


def _responses(operation: Operation, answers: Mapping[str, Any]) -> dict[str, Any]:
    good = {
        str(code): _success(kind, answers.get(str(code)))
        for code, kind in operation.answers.items()
    }
    unchanged = {"304": {"description": "It has not changed."}}
    same = unchanged if operation.validated else {}
    bad = {str(code): _problem(code) for code in operation.statuses()}
    return {**good, **same, **bad}


def _description(operation: Operation) -> str:
    if operation.roles is None:
        needs = "Needs no key."
    elif operation.roles:
        needs = f"Needs the role {' or '.join(sorted(operation.roles))}."
    else:
        needs = "Needs a key of any role."
    return f"{operation.description} {needs}".strip()


def _path_parameters(rule: Rule, operation: Operation) -> Iterator[dict[str, Any]]:
    for converter, name in re.findall(r"<(?:(\w+):)?(\w+)>", rule.rule):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "schema": CLIENT_KEY
            if name == "client_id"
            else _CONVERTERS[converter or "default"],
            "example": operation.path_examples[name],
        }


def _query_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.query is None:
        return
    whole = operation.query.model_json_schema(schema_generator=_Schemas)
    for name, schema in whole["properties"].items():
        required = name in whole.get("required", ())
        parameter = {"name": name, "in": "query", "required": required}
        description = schema.pop("description", "")
        schema = _given(schema)
        if schema.get("type") == "array":
            # Between commas.
            parameter |= {"style": "form", "explode": False}
        yield {**parameter, "description": description, "schema": schema}


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """What a parameter is where it is there: null is nothing that an address has."""
    kinds = [one for one in schema.pop("anyOf", []) if one != {"type": "null"}]
    if schema.get("default", True) is None:
        del schema["default"]
    if not kinds:
        return schema
    return {**schema, **kinds[0]} if len(kinds) == 1 else {**schema, "anyOf": kinds}


def _success(kind: type[BaseModel] | str, example: Any) -> dict[str, Any]:
    shown = {} if example is None else {"example": example}
    if isinstance(kind, str):
        schema: dict[str, Any] = {"type": "object", "additionalProperties": True}
        if kind != JSON:
            schema = {"type": "string", "contentMediaType": kind}
        if kind in _BINARY:
            schema["format"] = "binary"
        return {"description": "Done.", "content": {kind: {"schema": schema, **shown}}}
    schema = {"$ref": _REFERENCE.format(model=kind.__name__)}
    text = (kind.__doc__ or "").strip()
    return {"description": text, "content": {JSON: {"schema": schema, **shown}}}


def _problem(code: int) -> dict[str, Any]:
    schema = {"$ref": _REFERENCE.format(model=ProblemAnswer.__name__)}
    name = _PROBLEM.format(code=code)
    example = {name: {"$ref": f"#/components/examples/{name}"}}
    return {
        "description": HTTPStatus(code).phrase,
        "content": {PROBLEM_TYPE: {"schema": schema, "examples": example}},
        **({"headers": _RETRY_AFTER} if code in (429, 503) else {}),
    }


def _body(operation: Operation) -> dict[str, Any]:
    kinds = [
        {"$ref": _REFERENCE.format(model=kind.__name__)} for kind in operation.body
    ]
    openapi_examples = {
        name: {"value": value} for name, value in operation.body_examples.items()
    }
    schema = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return {
        "required": True,
        "content": {JSON: {"schema": schema, "examples": openapi_examples}},
    }


def _schemas(app: Flask) -> dict[str, Any]:
    kinds: list[type[BaseModel]] = [ProblemAnswer, KnownClient, WhatIf, NewApplicant]
    for _, operation in operations(app):
        kinds += [k for k in operation.answers.values() if not isinstance(k, str)]
        kinds += operation.body
    _, schema = models_json_schema(
        [(kind, "validation") for kind in dict.fromkeys(kinds)],
        ref_template=_REFERENCE,
        schema_generator=_Schemas,
    )
    definitions: dict[str, Any] = schema["$defs"]
    return definitions
