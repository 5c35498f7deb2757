"""The worked nginx example, as it stands in the documents, in front of the real API."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.conftest import ROOT, Served, free_port

pytestmark = [
    pytest.mark.xdist_group("house"),
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed"),
]
HOST = "api.example.com"


@dataclass(frozen=True)
class Proxy:
    """Where nginx listens, and the certificate it must show."""

    url: str
    authority: str

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(
            f"{self.url}{path}",
            headers={"Host": HOST, **headers},
            verify=self.authority,
            timeout=20,
        )


@pytest.fixture(scope="module")
def proxy(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """nginx with a certificate of its own, on a free port of this machine."""
    folder = tmp_path_factory.mktemp("nginx")
    certificate(folder)
    proxy = Proxy(f"https://127.0.0.1:{free_port()}", str(folder / "fullchain.pem"))
    text = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
    for documented, here in {
        "/etc/nginx/tls": str(folder),
        "listen 443 ssl": f"listen {urlsplit(proxy.url).netloc} ssl",
        "server 127.0.0.1:5050": f"server {urlsplit(served.url).netloc}",
    }.items():
        assert documented in text
        text = text.replace(documented, here)
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;"
        " events {} http { access_log off;"
        f" client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"{text}\n}}",
        encoding="utf-8",
    )
    running = subprocess.Popen(["nginx", "-p", folder, "-c", main])
    try:
        wait(proxy)
        yield proxy
    finally:
        running.terminate()
        running.wait(timeout=10)


def certificate(folder: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
        + ["-keyout", f"{folder}/privkey.pem", "-out", f"{folder}/fullchain.pem"]
        + [
            "-subj",
            f"/CN={HOST}",
            "-addext",
            f"subjectAltName=DNS:{HOST},IP:127.0.0.1",
        ],
        check=True,
        capture_output=True,
    )


def wait(proxy: Proxy) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            proxy.get("/health/live")
            return
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_a_decision_over_tls(proxy: Proxy, served: Served) -> None:
    clients = proxy.get("/v1/clients", Authorization=f"Bearer {served.key}")
    answer = requests.post(
        f"{proxy.url}/v1/predictions",
        json={"client_id": clients.json()["clients"][0]["client_id"]},
        headers={"Host": HOST, "Authorization": f"Bearer {served.key}"},
        verify=proxy.authority,
        timeout=20,
    )
    assert answer.status_code == 201
    assert answer.json()["decision"] in {"granted", "refused"}
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Server" not in answer.headers or "/" not in answer.headers["Server"]


def test_behind_nginx_a_request_without_a_key_is_refused(proxy: Proxy) -> None:
    assert proxy.get("/v1/model").status_code == 401


def test_metrics_are_not_on_the_public_address(proxy: Proxy) -> None:
    assert proxy.get("/metrics").status_code == 404
