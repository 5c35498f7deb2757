"""A million events through the monitor, over HTTP, against merely fetching them.

`python -m tests.benchmarks.monitor [EVENTS]`. The pages are made beforehand: what
takes time is the monitor, not the server.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np

from tests.benchmarks.measure import row, usage
from tests.benchmarks.wide_bundle import make_wide_bundle, write_pages
from training.monitoring.events.ingest import PAGE

FETCH = """
import sys, requests
after = 0
while True:
    page = requests.get(sys.argv[1] + "/v1/events", params={"after": after}).content
    if not page:
        break
    after += int(sys.argv[2])
"""


def serve(pages: Path) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            after = int(parse_qs(urlsplit(self.path).query)["after"][0])
            path = pages / f"{after}.ndjson"
            self._answer(path.read_bytes() if path.exists() else b"")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(b'{"id": "one"}')

        def _answer(self, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main(events: int) -> None:
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        reference = make_wide_bundle(folder / "bundle")
        write_pages(folder, reference, events, PAGE, np.random.default_rng(0))
        server = serve(folder)
        url = f"http://127.0.0.1:{server.server_port}"
        bare = usage(["-c", FETCH, url, str(PAGE)])
        options = [f"--api={url}", f"--bundle={folder / 'bundle'}"]
        run = ["-c", MONITOR, "monitor", *options, f"--state={folder / 'state'}"]
        first, again = usage(run), usage(run)
        server.shutdown()
    for name, one in (
        ("fetching alone", bare),
        (f"monitor, {events:,} events, report drawn", first),
        ("monitor, nothing new", again),
    ):
        sys.stdout.write(row(name, one, bare) + "\n")


MONITOR = """
import os, sys
os.environ["TRAINING_API_KEY"] = "key"
from training.cli import main
sys.exit(main(sys.argv[1:]))
"""

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
