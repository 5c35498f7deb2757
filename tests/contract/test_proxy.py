"""The worked nginx example, as it stands in the documents, in front of the real API."""

from __future__ import annotations

import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
import requests

from tests.conftest import Served
from tests.contract.proxy import API, documented

pytestmark = [
    pytest.mark.xdist_group("house"),
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed"),
]


@dataclass(frozen=True)
class Proxy:
    """Where nginx listens, and the certificate it must show."""

    port: int
    authority: str

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(
            f"{self.url}{path}",
            headers={"Host": API, **headers},
            verify=self.authority,
            timeout=20,
        )

    def connect(self, sent: str, source: str = "127.0.0.1") -> socket.socket:
        """A client at `source` that has sent so much, and reads when it is told to."""
        trusted = ssl.create_default_context(cafile=self.authority)
        bare = socket.socket()
        bare.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        bare.bind((source, 0))
        bare.connect(("127.0.0.1", self.port))
        client = trusted.wrap_socket(bare, server_hostname=API)
        client.sendall(sent.encode())
        return client


@pytest.fixture(scope="module")
def proxy(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    with documented(folder, urlsplit(served.url).netloc) as port:
        yield Proxy(port, str(folder / "fullchain.pem"))


def test_a_decision_over_tls(proxy: Proxy, served: Served) -> None:
    clients = proxy.get("/v1/clients", Authorization=f"Bearer {served.key}")
    answer = requests.post(
        f"{proxy.url}/v1/predictions",
        json={"client_id": clients.json()["clients"][0]["client_id"]},
        headers={"Host": API, "Authorization": f"Bearer {served.key}"},
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


def test_slow_clients_hold_only_connections_of_the_proxy(
    proxy: Proxy, served: Served
) -> None:
    """More of each kind than the API has threads, and than one address may have."""
    head = f"Host: {API}\r\nAuthorization: Bearer {served.key}\r\n"
    body = (
        f"POST /v1/predictions HTTP/1.1\r\n{head}Content-Type: application/json\r\n"
        f"Content-Length: 900000\r\n\r\n{' ' * 17_000}"
    )
    read = f"GET /v1/model HTTP/1.1\r\n{head}Connection: close\r\n\r\n"
    live = f"GET /health/live HTTP/1.1\r\nHost: {API}\r\nConnection: close\r\n\r\n"
    with ExitStack() as open_ones:
        for sent in [body] * 64 + [read] * 16:
            slow = proxy.connect(sent, "127.0.0.2" if sent == body else "127.0.0.3")
            open_ones.enter_context(slow)
        for _ in range(15):
            started = time.monotonic()
            assert proxy.get("/health/live").status_code == 200
            assert time.monotonic() - started < 2
        with proxy.connect(live, "127.0.0.2") as one_more:
            assert one_more.recv(12) == b"HTTP/1.1 429"
