"""Serve the dashboard where the host wants it: python dashboard/serve.py

At every address, on the port that hosts name in PORT; without it, and for what
Streamlit's own settings say, as `streamlit run dashboard/app.py`. With `--check` it
asks the one that is served here whether it is up.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

STREAMLIT_ADDRESS = "STREAMLIT_SERVER_ADDRESS"
STREAMLIT_PORT = "STREAMLIT_SERVER_PORT"
DEFAULT_PORT = 8501
PORTS = range(1, 2**16)
CHECK_SECONDS = 4


def settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Streamlit's, of what the host says; raises ValueError."""
    given = environ.get("PORT") or ""
    if not given:
        return {}
    if not (given.isascii() and given.isdigit() and int(given) in PORTS):
        raise ValueError(f"PORT: expected a port from 1 to 65535, found {given!r}")
    wanted = {STREAMLIT_ADDRESS: "0.0.0.0", STREAMLIT_PORT: given}
    return {name: environ.get(name) or value for name, value in wanted.items()}


def check(port: int) -> None:
    """Ends with a line that says why it is not up, if it is not."""
    try:
        connection = HTTPConnection("127.0.0.1", port, timeout=CHECK_SECONDS)
        connection.request("GET", "/_stcore/health")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        sys.exit(f"not up: {error}")
    if status != HTTPStatus.OK:
        sys.exit(f"not up: it answers {status}")


def main(arguments: list[str]) -> None:
    try:
        environ = {**os.environ, **settings(os.environ)}
    except ValueError as error:
        sys.exit(f"dashboard: {error}")
    if arguments == ["--check"]:
        return check(int(environ.get(STREAMLIT_PORT) or DEFAULT_PORT))
    app = str(Path(__file__).with_name("app.py"))
    command = [sys.executable, "-m", "streamlit", "run", app, *arguments]
    os.execve(sys.executable, command, environ)


if __name__ == "__main__":
    main(sys.argv[1:])
