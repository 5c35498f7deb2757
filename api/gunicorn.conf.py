"""gunicorn -c api/gunicorn.conf.py "api:create_app()"

The bundle is verified before any worker starts; each worker loads it after the fork.
"""

from __future__ import annotations

import sys
from typing import Any

from api.config import Config
from api.errors import ScoringError

try:
    _config = Config.from_environment()
except ScoringError as error:
    sys.exit(f"Error: {error.message}")

bind = _config.bind
workers = _config.worker_count()
worker_class = "gthread"
threads = _config.threads
# Finish what is under way when asked to stop; then stop.
graceful_timeout = 30
timeout = 60
keepalive = 75
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
    from api.bundle import read

    try:
        read(_config.bundle)
    except ScoringError as error:
        server.log.error("refusing to start: %s", error.message)
        sys.exit(1)


def post_worker_init(worker: Any) -> None:
    """Load the model before the first request, not at it."""
    try:
        worker.wsgi.extensions["scoring"].champion()
    except ScoringError as error:
        worker.log.error("refusing to start: %s", error.message)
        sys.exit(3)  # what gunicorn takes as "failed to boot": it stops
