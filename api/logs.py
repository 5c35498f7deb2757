"""Structured logs: one JSON object a line, of people only the pseudonym of who asks."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import uuid
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Flask, Response, g, has_request_context, request

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# What gunicorn says before it quotes a request that it cannot read or failed at.
_QUOTING = re.compile(
    r"(Invalid request from ip=\S+(?=: )|Error handling request)[: ].*", re.DOTALL
)


class JsonFormatter(logging.Formatter):
    """Writes a record, and the `fields` given with it, as one JSON line."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _without_request(record.getMessage()),
        }
        if has_request_context():
            line["request_id"] = g.get("request_id")
        return json.dumps(line | getattr(record, "fields", {}))


def _without_request(message: str) -> str:
    """A line or header of a request may hold a key: only its fault is told."""
    quoting = _QUOTING.fullmatch(message)
    if quoting is None:
        return message
    fault = sys.exc_info()[0]
    return f"{quoting[1]}: {fault.__name__ if fault else 'unknown'}"


class _StderrHandler(logging.StreamHandler[Any]):
    """Writes to whatever sys.stderr is at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def register(app: Flask, commit: str) -> None:
    """Log every request of `app`, built from `commit`; give it an X-Request-ID."""
    logger = logging.getLogger("api")
    if not logger.handlers:
        handler = _StderrHandler()
        handler.setFormatter(JsonFormatter())
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    app.before_request(_begin)
    app.after_request(partial(_end, commit))


def _begin() -> None:
    header = request.headers.get("X-Request-ID", "")
    g.request_id = header if _REQUEST_ID.fullmatch(header) else uuid.uuid4().hex
    g.started = time.perf_counter()


def _end(commit: str, response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    elapsed = (time.perf_counter() - g.started) * 1000
    fields = {
        "method": request.method,
        # The rule, not the path: paths hold client numbers.
        "route": request.url_rule.rule if request.url_rule else None,
        "status": response.status_code,
        "milliseconds": round(elapsed, 2),
        "key": g.key.name if "key" in g else None,
        # The provider's word for who asked; never a name.
        "on_behalf_of": g.person.sub if "person" in g else None,
        "commit": commit,
    }
    if "denied" in g:
        fields |= {"denied": g.denied, "address": request.remote_addr}
    logging.getLogger("api").info("request", extra={"fields": fields})
    return response
