"""Reloads, other clients and stops under load: nothing dropped, no two versions mixed.

python -m tests.benchmarks.reloading [FOLDER] [RELOADS] [DRAINS] [FEATURE SETS]
"""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from tests.benchmarks.load import (
    Answer,
    Client,
    Load,
    Server,
    house_folder,
    load,
    prepared,
    say,
    served,
    some_clients,
)
from tests.conftest import House

CLIENTS = 8
DRAIN_SECONDS = "1"


def variant(bundle: Path, number: int, **different: str) -> str:
    """Give the bundle another threshold and version; its new SHA-256."""
    manifest = json.loads((bundle / "manifest.json").read_text()) | different
    manifest["model"]["version"] = str(number)
    manifest["threshold"] = round(0.05 + number / 10_000, 6)
    content = json.dumps(manifest).encode()
    digest = hashlib.sha256(content).hexdigest()
    (bundle / "manifest.json").write_bytes(content)
    (bundle / "manifest.json.sha256").write_text(f"{digest}\n")
    return digest


def is_mixed(answer: Answer, versions: dict[str, int]) -> bool:
    """Version, SHA-256, threshold and decision of one answer must belong together."""
    said = answer.json()
    number = versions[said["model"]["bundle_sha256"]]
    threshold = round(0.05 + number / 10_000, 6)
    granted = said["probability"] < threshold
    return (
        said["model"]["version"] != str(number)
        or said["threshold"] != threshold
        or said["decision"] != ("granted" if granted else "refused")
    )


def reloads(house: House, key: str, count: int) -> None:
    """Half by the route, half by SIGHUP."""
    bundle = house.folder / "reloaded"
    shutil.rmtree(bundle, ignore_errors=True)
    shutil.copytree(house.bundle, bundle)
    versions = {variant(bundle, 0): 0}
    answers: list[Answer] = []
    with served(house, key, SCORING_BUNDLE=str(bundle)) as server:
        ids = some_clients(server)
        done = threading.Event()
        got: list[Load] = []

        def ask(number: int) -> Callable[[], Answer]:
            client = Client(server.port, server.key)

            def once() -> Answer:
                body = {"client_id": ids[number], "explain": False}
                answer = client.post("/v1/predictions", body)
                answers.append(answer)
                return answer

            return once

        thread = threading.Thread(target=lambda: got.append(_until(done, ask)))
        thread.start()
        admin = Client(server.port, server.key)
        before = server.mebibytes()
        slowest = 0.0
        for number in range(1, count + 1):
            digest = variant(bundle, number)
            versions[digest] = number
            started = time.perf_counter()
            if number % 2:
                answer = admin.post("/v1/model/reload", {})
                assert answer.status == 200, answer.content
            else:
                server.process.send_signal(signal.SIGHUP)
            _wait_for(answers, digest)
            slowest = max(slowest, time.perf_counter() - started)
        after = server.mebibytes()
        done.set()
        thread.join()
    mixed = sum(is_mixed(one, versions) for one in answers if one.status == 201)
    say(
        f"{count} reloads, {CLIENTS} clients: {len(answers)} answers, dropped or "
        f"failed {len(got[0].failures)}, mixed {mixed}; all processes changed within "
        f"{slowest:.1f} s; memory {before:.0f} -> {after:.0f} MiB {got[0].failures[:2]}"
    )


def switches(house: House, key: str, count: int) -> None:
    """Import clients of another feature set, then load their bundle, by turns."""
    bundle, clients = house.folder / "switched", house.folder / "switched.parquet"
    shutil.rmtree(bundle, ignore_errors=True)
    shutil.copytree(house.bundle, bundle)
    versions = {variant(bundle, 0): 0}
    answers: list[Answer] = []
    done = threading.Event()
    got: list[Load] = []
    with served(house, key, SCORING_BUNDLE=str(bundle)) as server:
        ids = some_clients(server)

        def ask(number: int) -> Callable[[], Answer]:
            client = Client(server.port, server.key)
            turn = itertools.count()

            def once() -> Answer:
                path = f"/v1/clients/{ids[number]}"
                if next(turn) % 2:
                    return client.get(path)
                body = {"client_id": ids[number], "explain": False}
                answers.append(client.post("/v1/predictions", body))
                return answers[-1]

            return once

        thread = threading.Thread(target=lambda: got.append(_until(done, ask)))
        thread.start()
        for number in range(1, count + 1):
            feature_set = f"set-{number}"
            coming = house.folder / "coming"
            shutil.rmtree(coming, ignore_errors=True)
            shutil.copytree(bundle, coming)
            digest = variant(coming, number, feature_set=feature_set)
            versions[digest] = number
            relabel(house.clients, clients, feature_set)
            flask = ("flask", "--app", "api", "clients", "import")
            house.run(*flask, str(clients), f"--bundle={coming}")
            for name in ("manifest.json", "manifest.json.sha256"):
                shutil.copy(coming / name, bundle / name)
            server.process.send_signal(signal.SIGHUP)
            _wait_for(answers, digest)
        done.set()
        thread.join()
    mixed = sum(is_mixed(one, versions) for one in answers if one.status == 201)
    good, failed = len(got[0].milliseconds), got[0].failures
    say(
        f"{count} other feature sets, {CLIENTS} clients: {good} answers, not served "
        f"{len(failed)}, mixed {mixed} {failed[:2]}"
    )


def relabel(source: Path, target: Path, feature_set: str) -> None:
    """The same clients, as if their features were others."""
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (FROM '{source}') TO '{target}' (FORMAT parquet, "
            f"KV_METADATA {{feature_set: '{feature_set}'}})"
        )
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    seal = target.with_name(f"{target.name}.sha256")
    seal.write_text(f"{digest}  {target.name}\n")


def _until(done: threading.Event, ask: Callable[[int], Callable[[], Answer]]) -> Load:
    found = Load()
    while not done.is_set():
        part = load(CLIENTS, 2.0, ask)
        found.milliseconds += part.milliseconds
        found.failures += part.failures
    return found


def _wait_for(answers: list[Answer], digest: str) -> None:
    """Until the last answers all come from the new bundle."""
    while any(digest.encode() not in one.content for one in answers[-5 * CLIENTS :]):
        time.sleep(0.02)


class _Drained:
    """Clients that, as behind a load balancer, open connections only while ready."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._ids = some_clients(server)
        self._ready = True
        self.answered = 0
        self.dropped: list[str] = []

    def ask(self, number: int) -> None:
        client = Client(self._server.port, self._server.key)
        body = {"client_id": self._ids[number], "explain": False}
        while True:
            try:
                answer = client.post("/v1/predictions", body)
            except OSError as error:
                self.dropped.append(repr(error))
                return
            self.answered += 1
            if answer.status != 201:
                self.dropped.append(str(answer.status))
            if answer.closing and not self._ready:
                return

    def watch(self) -> None:
        while Client(self._server.port, "").get("/health/ready").status == 200:
            time.sleep(0.1)
        self._ready = False


def drains(house: House, key: str, count: int) -> None:
    dropped: list[str] = []
    answered, longest = 0, 0.0
    for _ in range(count):
        with served(house, key, SCORING_DRAIN_SECONDS=DRAIN_SECONDS) as server:
            clients = _Drained(server)
            threads = [threading.Thread(target=clients.watch)]
            for number in range(CLIENTS):
                threads.append(threading.Thread(target=clients.ask, args=(number,)))
            for thread in threads:
                thread.start()
            time.sleep(0.5)
            started = time.perf_counter()
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(60)
            longest = max(longest, time.perf_counter() - started)
            for thread in threads:
                thread.join()
            answered += clients.answered
            dropped += clients.dropped
    say(
        f"{count} drains, {CLIENTS} clients: {answered} answers, dropped "
        f"{len(dropped)} {dropped[:2]}; stopped within {longest:.1f} s"
    )


def main(arguments: list[str]) -> None:
    house, key = prepared(house_folder(arguments))
    numbers = [int(one) for one in arguments[1:]] or [100, 50, 5]
    reloads(house, key, numbers[0])
    drains(house, key, numbers[1])
    switches(house, key, numbers[2])


if __name__ == "__main__":
    main(sys.argv[1:])
