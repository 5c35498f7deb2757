"""Pictures of pages by the Chromium that is installed."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from training.present import pages

PNG = b"\x89PNG\r\n\x1a\n"


def test_pages_that_can_be_reached_become_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if pages.program() is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("chromium is not installed")
    monkeypatch.setattr(pages, "SETTLE", 0)
    tmp_path.joinpath("page.html").write_text("<body style='background: #2E7EB8'>hello")
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    said: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        urls = {
            "page": f"{url}/page.html",
            "missing": f"{url}/other.html",
            "closed": "http://127.0.0.1:9/",
        }
        # Playwright allows one browser a thread, and other tests keep one in this.
        with ThreadPoolExecutor() as aside:
            awaited = {"page": "hello"}
            taken = aside.submit(pages.photographs, urls, awaited, said.append).result()
        server.shutdown()
    assert list(taken) == ["page"]
    assert taken["page"].startswith(PNG)
    assert "no picture: status 404" in said
    assert any("ERR_" in one for one in said)


def test_without_a_browser_there_is_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert pages.program() is None
