"""The worked nginx example, as it stands in the documents, on this machine."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.conftest import ROOT, free_port

API = "api.example.com"
# A name that browsers look for on this machine.
DASHBOARD = "scoring.localhost"


@contextmanager
def documented(folder: Path, api: str, dashboard: str = "") -> Iterator[int]:
    """Its port, with a certificate of its own: fullchain.pem in `folder`.

    `api`, `dashboard`: where those listen.
    """
    _certify(folder)
    port = free_port()
    text = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
    for there, here in {
        "/etc/nginx/tls": str(folder),
        "scoring.example.com": DASHBOARD,
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "server 127.0.0.1:5050": f"server {api}",
        "server 127.0.0.1:8501": f"server {dashboard or '127.0.0.1:8501'}",
    }.items():
        assert there in text
        text = text.replace(there, here)
    main = folder / "nginx.conf"
    # Its workers, too, may have to write into the folder (ignored unless it is root).
    main.write_text(
        f"user root; daemon off; pid {folder}/pid; error_log {folder}/error.log;"
        " events { worker_connections 4096; } http { access_log off;"
        f" client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"{text}\n}}",
        encoding="utf-8",
    )
    running = subprocess.Popen(["nginx", "-p", folder, "-c", main])
    try:
        _wait(port, running)
        yield port
    finally:
        running.terminate()
        running.wait(timeout=10)


def _certify(folder: Path) -> None:
    names = f"subjectAltName=DNS:{API},DNS:{DASHBOARD},IP:127.0.0.1"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
        + ["-keyout", f"{folder}/privkey.pem", "-out", f"{folder}/fullchain.pem"]
        + ["-subj", f"/CN={API}", "-addext", names],
        check=True,
        capture_output=True,
    )


def _wait(port: int, running: subprocess.Popen[bytes]) -> None:
    while running.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nginx ended with status {running.returncode}")
