"""nginx before an API of this machine, as compose.yaml has it."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.conftest import ROOT, free_port


@contextmanager
def buffered(api: int) -> Iterator[int]:
    """The port of an nginx that passes on to the port `api`."""
    port = free_port()
    text = (ROOT / "api" / "server" / "nginx.conf").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="nginx-") as folder:
        # Where root starts it, nginx works as nobody.
        Path(folder).chmod(0o755)
        for there, here in {
            " /tmp/": f" {folder}/",
            "set $api api:5050": f"set $api 127.0.0.1:{api}",
            "listen 5050": f"listen 127.0.0.1:{port}",
        }.items():
            assert there in text
            text = text.replace(there, here)
        path = Path(folder, "nginx.conf")
        path.write_text(text, encoding="utf-8")
        running = subprocess.Popen(
            ["nginx", "-p", folder, "-c", path], stderr=subprocess.DEVNULL
        )
        try:
            _wait(port, running)
            yield port
        finally:
            running.terminate()
            running.wait(timeout=10)


def _wait(port: int, running: subprocess.Popen[bytes]) -> None:
    while running.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nginx ended with status {running.returncode}")
