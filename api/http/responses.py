"""Responses of the routes, and the query parameters they are asked with."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import Response, request
from pydantic import BaseModel, ValidationError

from api.errors import FieldError, detail, invalid
from api.http.operations import JSON
from api.json_encoding import encode
from api.schemas.client_keys import KeyType

Query = TypeVar("Query", bound=BaseModel)


def answer(document: Any, status: int = 200) -> Response:
    return Response(encode(document), status, content_type=JSON)


def query(kind: type[Query], keys: KeyType = "integer") -> Query:
    """The query parameters; raises Problem 422 naming each bad one.

    `keys`: what the lender's are, for parameters that name clients.
    """
    params = {
        name: values[0] if len(values) == 1 else values
        for name, values in request.args.to_dict(flat=False).items()
    }
    try:
        return kind.model_validate(params, context=keys)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        raise invalid(
            [FieldError(str(item["loc"][0]), detail(item)) for item in errors]
        ) from error
