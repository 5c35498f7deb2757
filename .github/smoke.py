"""Ask a deployed API for a real decision; a non-zero status when it gives none.

`SMOKE_API_KEY=… python .github/smoke.py URL`; the key needs the roles officer and
scoring. With `--bundle SHA256`, the answer must come from that bundle.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import Any

# How often to ask whether it is ready, two seconds apart.
TRIES = int(os.environ.get("SMOKE_TRIES", "30"))


def ask(url: str, body: Any = None) -> Any:
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {os.environ['SMOKE_API_KEY']}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def wait_until_ready(url: str) -> None:
    for attempt in range(TRIES):
        try:
            urllib.request.urlopen(f"{url}/health/ready", timeout=10)
            return
        except OSError as error:
            if attempt == TRIES - 1:
                sys.exit(f"smoke: {url} is not ready: {error}")
            time.sleep(2)


def check(url: str, bundle: str | None) -> None:
    (client,) = ask(f"{url}/v1/clients?limit=1")["clients"]
    answer = ask(f"{url}/v1/predictions", {"client_id": client["client_id"]})
    stored = ask(f"{url}/v1/predictions/{answer['prediction_id']}")
    contributions = answer["explanation"]["contributions"]
    margin = answer["explanation"]["base_value"] + sum(
        one["contribution"] for one in contributions
    )
    refused = answer["probability"] >= answer["threshold"]
    wrong = {
        "it is not what was stored": stored != answer,
        "it is not the threshold's decision": (answer["decision"] == "refused")
        != refused,
        "its contributions do not sum to its margin": abs(
            margin - answer["explanation"]["margin"]
        )
        > 1e-9,
        "it comes from another bundle": bundle
        not in {None, answer["model"]["bundle_sha256"]},
    }
    for what, is_wrong in wrong.items():
        if is_wrong:
            sys.exit(f"smoke: {url} answered, but {what}")
    print(f"smoke: {url} {answer['decision']} a client, explained and stored")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--bundle")
    options = parser.parse_args()
    wait_until_ready(options.url)
    try:
        check(options.url, options.bundle)
    except (OSError, KeyError, ValueError) as error:
        sys.exit(f"smoke: {options.url}: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
