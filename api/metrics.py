"""What Prometheus is told: how fast, how often, what was decided, by which bundle.

Nothing about a person: probabilities are counted in buckets.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import InfoMetricFamily
from prometheus_client.exposition import ThreadingWSGIServer, make_wsgi_app
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from api.release import Release
from api.store.events.record import PREDICTIONS, Event

# Where the processes of one server put their numbers; prometheus_client reads it.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_BUNDLES = "scoring_bundle_processes"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
# What alerts watch.
_WATCHED = ("unknown", "revoked", "expired")
_SHARES = (0.01, 0.02, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1)


class ProcessMetrics:
    """The numbers of one process."""

    def __init__(self, threads: int) -> None:
        """`threads`: how many requests it works on at once."""
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "scoring_request_seconds",
            "From the request's start to its answer",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._in_flight = Gauge(
            "scoring_requests_in_flight",
            "Requests that are worked on now",
            multiprocess_mode="livesum",
            registry=self.registry,
        )
        Gauge(
            "scoring_request_threads",
            "Requests that can be worked on at once; others wait",
            multiprocess_mode="livesum",
            registry=self.registry,
        ).set(threads)
        self._denied = Counter(
            "scoring_denied",
            "Requests that no key, role or rate allowed",
            ["reason"],
            registry=self.registry,
        )
        self._events = Counter(
            "scoring_events",
            "Events that were made durable",
            ["kind", "decision"],
            registry=self.registry,
        )
        self._probability = Histogram(
            "scoring_probability",
            "Probability of default that was answered",
            ["kind"],
            buckets=_SHARES,
            registry=self.registry,
        )
        self._commit = Histogram(
            "scoring_commit_seconds",
            "How long an answer waited until its events were durable",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._database_wait = Histogram(
            "scoring_database_wait_seconds",
            "How long a thread waited until it could use the database",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._bundle = Gauge(
            _BUNDLES,
            "Processes that serve this bundle",
            ["name", "version", "bundle_sha256"],
            multiprocess_mode="livesum",
            registry=self.registry,
        )
        # Else the first of each would not be seen as an increase.
        for reason in _WATCHED:
            self._denied.labels(reason)

    def recorded(self, events: Iterable[Event], seconds: float) -> None:
        """Count what was made durable, and what that took."""
        self._commit.observe(seconds)
        for event in events:
            self._events.labels(event.kind, event.facts.get("decision", "")).inc()
            if event.kind in PREDICTIONS:
                labelled = self._probability.labels(event.kind)
                labelled.observe(event.facts["probability"])

    def waited(self, seconds: float) -> None:
        """Count a wait for the database."""
        self._database_wait.observe(seconds)

    def serving(self, name: str, version: str, bundle_sha256: str) -> None:
        """From now on this process serves this bundle and no other."""
        for metric in self._bundle.collect():
            for sample in metric.samples:
                self._bundle.labels(**sample.labels).set(0)
        self._bundle.labels(name, version, bundle_sha256).set(1)

    def began(self) -> None:
        """Count a request as being worked on."""
        g.in_flight = True
        self._in_flight.inc()

    def ended(self, _: BaseException | None) -> None:
        """However it ended."""
        if g.pop("in_flight", False):
            self._in_flight.dec()

    def answered(self, response: Response) -> Response:
        """Count a request by its rule: paths hold client numbers."""
        route = request.url_rule.rule if request.url_rule else ""
        labels = request.method, route, str(response.status_code)
        if route:
            elapsed = time.perf_counter() - g.started
            self._requests.labels(*labels).observe(elapsed)
        if "denied" in g:
            self._denied.labels(g.denied).inc()
        return response


def register(app: Flask, metrics: ProcessMetrics) -> None:
    app.before_request(metrics.began)
    app.after_request(metrics.answered)
    app.teardown_request(metrics.ended)


def serve(port: int, address: str, release: Release, memory: Collector) -> None:
    """Answer on a port of its own with the numbers of every process of the server.

    `release`: which code they run; `memory`: what it takes, looked at when asked.
    `/health/live` answers there, too, however many clients keep the API's threads.
    Each process listens, and whichever is asked answers for all, so that there is an
    answer as long as one lives. Raises OSError when the port is taken.
    """
    registry = CollectorRegistry()
    registry.register(_Processes(release))
    registry.register(memory)
    answer = _with_live(make_wsgi_app(registry))
    server = make_server(address, port, answer, _SharedServer, _SilentHandler)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


class _Processes(Collector):
    """The numbers of every process, and which code and bundles they serve."""

    def __init__(self, release: Release) -> None:
        self._release = release
        folder = os.environ[SHARED_FOLDER]
        self._numbers = MultiProcessCollector(None, folder)  # type: ignore[no-untyped-call]

    def collect(self) -> Iterator[Metric]:
        build = InfoMetricFamily(
            "scoring_build",
            "The code's version and commit, and each bundle that is served",
            labels=("version", "commit", "bundle"),
        )
        for metric in self._numbers.collect():  # type: ignore[no-untyped-call]
            yield metric
            if metric.name == _BUNDLES:
                for sample in metric.samples:
                    if sample.value:
                        served = sample.labels["bundle_sha256"]
                        build.add_metric((*astuple(self._release), served), {})
        yield build


def _with_live(metrics: Callable[..., Any]) -> Callable[..., Any]:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"] != "/health/live":
            return metrics(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"status":"live"}']

    return answer


class _SharedServer(ThreadingWSGIServer):
    allow_reuse_port = True


class _SilentHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Scrapes are no news."""
