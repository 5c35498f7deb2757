"""A client that openapi-python-client generates of the API's document, and its use."""

from __future__ import annotations

import importlib
import json
import keyword
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from flask import Flask

PACKAGE = "generated_scoring_client"
# Kinds of content that it does not know, as what it takes them for.
CONFIGURATION = {
    "package_name_override": PACKAGE,
    "content_type_overrides": {
        "application/problem+json": "application/json",
        "application/pdf": "application/octet-stream",
        "application/x-ndjson": "text/plain",
    },
    "post_hooks": [],
}


@dataclass(frozen=True)
class Answered:
    """What came, and what the client made of it."""

    status_code: int
    mimetype: str
    text: str
    parsed: Any

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def generate(document: Mapping[str, Any], folder: Path) -> None:
    """Write the package into a folder; whatever the generator warns of is an error."""
    (folder / "openapi.json").write_text(json.dumps(document))
    (folder / "configuration.json").write_text(json.dumps(CONFIGURATION))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta=none"]
    command += ["--path=openapi.json", "--config=configuration.json"]
    command += [f"--output-path={PACKAGE}", "--fail-on-warning"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def asker(app: Flask, document: Mapping[str, Any], key: str) -> Callable[..., Answered]:
    """Ask with a method, an address and a body, by the function of that operation.

    The generated package must be one that can be imported.
    """
    clients = importlib.import_module(f"{PACKAGE}.client")
    client = clients.AuthenticatedClient(
        "http://api", key, httpx_args={"transport": httpx.WSGITransport(app)}
    )
    addresses = app.url_map.bind("api")

    def ask(method: str, address: str, body: Any = None) -> Answered:
        path = urlsplit(address)
        endpoint, named = addresses.match(path.path, method)
        operation = described(document, endpoint.partition(".")[2])
        name, tag = operation["operationId"], operation["tags"][0]
        given = {**named, **dict(parse_qsl(path.query))}
        arguments = {python(one): value for one, value in given.items()}
        if body is not None:
            arguments["body"] = model_of(document, operation, body)
        module = importlib.import_module(f"{PACKAGE}.api.{tag}.{name}")
        answer = module.sync_detailed(client=client, **arguments)
        kind = answer.headers["content-type"].partition(";")[0]
        text = answer.content.decode("utf-8", "replace")
        if hasattr(answer.parsed, "to_dict"):
            assert moments(answer.parsed.to_dict()) == moments(json.loads(text)), path
        return Answered(int(answer.status_code), kind, text, answer.parsed)

    return ask


def moments(answer: Any) -> str:
    """With times written in one of the ways there are."""
    return re.sub(r'(\.000000)?(Z|\+00:00)"', '"', json.dumps(answer, sort_keys=True))


def described(document: Mapping[str, Any], name: str) -> Any:
    (found,) = (
        operation
        for methods in document["paths"].values()
        for operation in methods.values()
        if operation["operationId"] == name
    )
    return found


def python(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def model_of(document: Mapping[str, Any], operation: Any, body: Any) -> Any:
    """The body as the generated model that it is one of."""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    for reference in schema.get("anyOf", [schema]):
        name = reference["$ref"].rpartition("/")[2]
        told = document["components"]["schemas"][name]
        known = told.get("additionalProperties", True) or {*body} <= {
            *told["properties"]
        }
        if known and {*told.get("required", ())} <= {*body}:
            models = importlib.import_module(f"{PACKAGE}.models")
            return getattr(models, name).from_dict(body)
    raise AssertionError(f"{operation['operationId']}: no model is like {body}")
