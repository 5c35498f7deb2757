#!/usr/bin/env python3
"""Ask a deployed API for a real decision; a non-zero status when it gives none.

`SMOKE_API_KEY=… python .github/smoke.py URL`; the key needs the roles officer and
scoring. With `--version`, `--commit` and `--bundle SHA256` it waits until that release
answers, by that bundle. `--tell` asks for no decision: it prints the options that stand
for the release which answers now.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import urllib.request
from typing import Any

# How often to ask whether the release is there and ready, two seconds apart.
TRIES = int(os.environ.get("SMOKE_TRIES", "30"))
RELEASE = ("version", "commit")
BUNDLE = "bundle_sha256"


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


def served(url: str) -> Any:
    """Release and bundle, told once it is ready; by no API before 0.4."""
    with urllib.request.urlopen(f"{url}/health/ready", timeout=10) as response:
        return json.load(response)


def fault(url: str, expected: dict[str, str]) -> str | None:
    """What is not as expected of who answers."""
    try:
        told = served(url)
    except (OSError, ValueError) as error:
        return f"is not ready: {error}"
    for name, value in expected.items():
        if told.get(name) != value:
            return f"answers: expected {name} {value}, found {told.get(name)}"
    return None


def wait_for(url: str, expected: dict[str, str]) -> None:
    for attempt in range(TRIES):
        found = fault(url, expected)
        if found is None:
            return
        if attempt < TRIES - 1:
            time.sleep(2)
    sys.exit(f"smoke: {url} {found}")


def check(url: str, bundle: str | None) -> None:
    (client,) = ask(f"{url}/v1/clients?limit=1")["clients"]
    answer = ask(f"{url}/v1/predictions", {"client_id": client["client_id"]})
    stored = ask(f"{url}/v1/predictions/{answer['prediction_id']}")
    contributions = answer["explanation"]["contributions"]
    margin = answer["explanation"]["base_value"] + sum(
        one["contribution"] for one in contributions
    )
    refused = answer["probability"] >= answer["threshold"]
    decided_by = answer["model"][BUNDLE]
    wrong = {
        "it is not what was stored": stored != answer,
        "it is not the threshold's decision": (answer["decision"] == "refused")
        != refused,
        "its contributions do not sum to its margin": abs(
            margin - answer["explanation"]["margin"]
        )
        > 1e-9,
        f"it comes from another bundle: expected {bundle}, found {decided_by}": bundle
        not in {None, decided_by},
    }
    for what, is_wrong in wrong.items():
        if is_wrong:
            sys.exit(f"smoke: {url} answered, but {what}")
    print(f"smoke: {url} {answer['decision']} a client, explained and stored")


def tell(url: str) -> None:
    told = served(url)
    print(*(f"--{name}={told[name]}" for name in RELEASE if name in told))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--bundle", dest=BUNDLE)
    parser.add_argument("--version")
    parser.add_argument("--commit")
    parser.add_argument("--tell", action="store_true")
    options = parser.parse_args()
    given = {name: getattr(options, name) for name in (*RELEASE, BUNDLE)}
    expected = {name: value for name, value in given.items() if value}
    try:
        if options.tell:
            return tell(options.url)
        wait_for(options.url, expected)
        check(options.url, expected.get(BUNDLE))
        # Another release may have answered meanwhile.
        wait_for(options.url, expected)
    except (OSError, KeyError, ValueError) as error:
        sys.exit(f"smoke: {options.url}: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
