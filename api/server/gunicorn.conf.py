"""gunicorn -c api/server/gunicorn.conf.py "api:create_app()"

The code is imported, and the bundle read and verified, before any worker starts: they
share that memory. Each worker, now or later, loads what was read then, as neither
LightGBM nor a database of DuckDB's survives a fork. SIGHUP to the master
takes up another bundle without stopping anything. Another version of the code needs
another server.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import astuple
from functools import partial
from importlib import import_module
from multiprocessing import RawValue
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gunicorn

from api.bundle.read import Bundle, read_bundle
from api.config import Config
from api.errors import ScoringError
from api.release import release
from api.server import allocators, refusals, slow_clients
from api.server.early_deaths import EarlyDeaths
from api.server.resources import at_once, processors, worker_count

if TYPE_CHECKING:
    from api.services import Services

# How often a worker looks whether there is another bundle to take up, and notes in the
# database which feature set it serves.
LOOK_SECONDS, NOTE_SECONDS = 0.2, 60.0
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

try:
    _config = Config.from_environment()
except ScoringError as error:
    sys.exit(f"Error: {error.message}")

bind = _config.bind
workers = _config.workers or worker_count()
worker_class = "gthread"
threads = _config.threads + slow_clients.WAITING
# Connections of one worker, and those that wait to become one.
worker_connections = 1000
backlog = 512
# Finish what is under way when asked to stop; then stop.
graceful_timeout = int(_config.drain_seconds) + 30
timeout = 60
keepalive = 75
# Nobody's X-Forwarded-… or SCRIPT_NAME is believed: no answer depends on them.
forwarded_allow_ips = ""
# One line per request comes from api.logs.
accesslog = None
control_socket_disable = True
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"generic": {"class": "api.logs.JsonFormatter"}},
    "loggers": {
        "gunicorn.error": {
            "level": "INFO",
            "handlers": ["error_console"],
            "propagate": False,
        }
    },
}


def on_starting(server: Any) -> None:
    """Refuse to start on a bundle that is not what was exported."""
    # Counts the bundles that were taken up, in memory that the workers share.
    server.reloads = RawValue("L", 0)
    server.early_deaths = EarlyDeaths()
    # Before anything imports prometheus_client, which looks for it then.
    os.environ[SHARED_FOLDER] = tempfile.mkdtemp(prefix="scoring-metrics-")
    allocators.bound(processors())
    for name in ("api.factory", "api.scoring.champion"):
        import_module(name)
    try:
        server.bundle = read_bundle(_config.bundle)
    except ScoringError as error:
        server.log.error("refusing to start: %s", error.message)
        sys.exit(1)
    told = (*astuple(release(_config)), server.bundle.sha256)
    server.log.info("release %s, commit %s, bundle %s", *told)
    # What the garbage collector writes to is shared no more.
    gc.collect()
    gc.freeze()


def when_ready(server: Any) -> None:
    """gunicorn's own SIGHUP replaces the workers, and ends all if one cannot start."""
    signal.signal(signal.SIGHUP, lambda *_: _reload_on_sighup(server))


def pre_fork(server: Any, worker: Any) -> None:
    worker.seen = server.reloads.value
    worker.bundle = server.bundle
    worker.reloads = server.reloads
    EarlyDeaths.watch(worker)


def post_worker_init(worker: Any) -> None:
    """Load the model before the first request, not at it."""
    services = worker.wsgi.extensions["scoring"]
    refusals.register(worker.wsgi)
    services.at_once = at_once(workers, _config.threads)
    try:
        services.serve(worker.bundle)
    except ScoringError as error:
        worker.log.error("refusing to start: %s", error.message)
        sys.exit(3)  # what gunicorn takes as "failed to boot": it stops
    if _config.metrics_port:
        _serve_metrics(worker)
    services.announce = partial(os.kill, os.getppid(), signal.SIGHUP)
    # It is the master's: a closed terminal sends it to all.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _drain_at_sigterm(worker, services)
    slow_clients.bound(worker, _config.threads)
    threading.Thread(
        target=_follow_reloads, args=(worker, services), daemon=True
    ).start()


def _drain_at_sigterm(worker: Any, services: Services) -> None:
    """Not ready from now on; gunicorn stops when nobody sends any more."""

    def stop(number: int, frame: Any) -> None:
        worker.handle_exit(number, frame)
        # gunicorn would wait for whoever is connected and sends nothing.
        for idle in (*worker.keepalived_conns, *worker.pending_conns):
            idle.timeout = 0

    def drain(*_: object) -> None:
        if not services.draining:
            services.draining = True
            # A timer of 0 would never ring.
            signal.setitimer(signal.ITIMER_REAL, _config.drain_seconds or 1e-6)

    for number, handler in ((signal.SIGALRM, stop), (signal.SIGTERM, drain)):
        signal.signal(number, handler)
        signal.siginterrupt(number, False)


def pre_request(worker: Any, request: Any) -> None:
    """Each answer to what is asked during a drain closes its connection.

    So it does where more was sent behind the request: gunicorn before 27, which MLflow
    pins, would never look at that.
    """
    draining = worker.wsgi.extensions["scoring"].draining
    if draining or (gunicorn.version_info < (27,) and _more_follows(request)):
        request.headers.insert(0, ("CONNECTION", "close"))


def _more_follows(request: Any) -> bool:
    headers = dict(request.headers)
    if "TRANSFER-ENCODING" in headers:
        return False  # where it ends is not known yet
    there = len(request.unreader.buf.getvalue())
    return there > int(headers.get("CONTENT-LENGTH", 0))


def _follow_reloads(worker: Any, services: Services) -> None:
    """Load, in a thread of the worker, each bundle that the master has accepted."""
    due = 0.0
    if worker.age == 1:
        services.tell_waiting()
    while True:
        if time.monotonic() >= due:
            due = time.monotonic() + NOTE_SECONDS
            _note_served(worker, services)
        time.sleep(LOOK_SECONDS)
        if worker.reloads.value != worker.seen:
            worker.seen = worker.reloads.value
            try:
                serving = services.reload()
            except ScoringError as error:
                worker.log.error("reload refused: %s", error.message)
            else:
                worker.log.info("serving bundle %s", serving.bundle.sha256)


def _note_served(worker: Any, services: Services) -> None:
    try:
        services.note_served()
    except ScoringError as error:
        worker.log.warning("what is served is not noted: %s", error.message)


def _serve_metrics(worker: Any) -> None:
    from api import metrics
    from api.server.memory import ServerMemory

    address = bind.rpartition(":")[0].strip("[]")
    memory = ServerMemory(os.getppid())
    try:
        metrics.serve(_config.metrics_port, address, release(_config), memory)
    except OSError as error:
        worker.log.error("SCORING_METRICS_PORT %s: %s", _config.metrics_port, error)
        sys.exit(3)


def post_request(worker: Any, request: Any, environ: Any, response: Any) -> None:
    worker.has_answered.value = 1


def worker_exit(server: Any, worker: Any) -> None:
    """In the worker, which a signal would not let come here."""
    worker.has_left.value = 1


def child_exit(server: Any, worker: Any) -> None:
    _forget(worker.pid)
    server.early_deaths.note(server, worker)


def _forget(process: int) -> None:
    """Tell Prometheus that a process is gone and serves no bundle any more."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(process)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    shutil.rmtree(os.environ[SHARED_FOLDER], ignore_errors=True)


def _reload_on_sighup(server: Any) -> None:
    """Reload; a SIGHUP that comes meanwhile waits, as it may mean a later bundle."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
    try:
        _reload(server)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGHUP])


def _reload(server: Any) -> None:
    """Have the workers take up the bundle in the folder, if it can be served."""
    try:
        bundle = read_bundle(_config.bundle)
    except ScoringError as error:
        server.log.error("reload refused: %s", error.message)
        return
    if bundle.sha256 != server.bundle.sha256:
        if not _can_serve(server, bundle):
            return
        server.bundle = bundle
    server.reloads.value += 1


def _can_serve(server: Any, bundle: Bundle) -> bool:
    """Try it in a process of its own, as LightGBM must not start in this one."""
    trial = os.fork()
    if trial:
        _, status = os.waitpid(trial, 0)
        _forget(trial)
        if os.WIFSIGNALED(status):
            server.log.error(
                "reload refused: it ends the process that loads it, or there is too "
                "little memory for that beside those that serve"
            )
        return status == 0
    # Of all processes, this is the one to end where there is too little memory.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    from api.services import Services

    services = Services(_config)
    services.at_once = at_once(workers, _config.threads)
    try:
        services.require_fitting_clients(bundle)
        services.serve(bundle)
    except ScoringError as error:
        server.log.error("reload refused: %s", error.message)
        os._exit(1)
    except BaseException as error:
        server.log.error("reload refused: unexpected %s", type(error).__name__)
        os._exit(1)
    os._exit(0)
