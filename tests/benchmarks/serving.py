"""How fast the API decides, as ratios to what cannot be avoided and to MLflow's server.

python -m tests.benchmarks.serving [FOLDER]
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import lightgbm
import numpy as np

from api.store.sqlite_library import choose
from tests.benchmarks.load import (
    Answer,
    Client,
    Load,
    Server,
    best_medians,
    house_folder,
    known_client,
    load,
    prepared,
    say,
    served,
    some_clients,
)
from tests.conftest import ROOT, START_SECONDS, House, free_port
from tests.contract.small import small_house
from training.files import literal
from training.synthesize.application import PRICES

MANY = 400
CURVE = (1, 2, 4, 8, 16, 32, 64)
SECONDS = 5.0
BATCH = 1000
# Amounts by numbers of instalments.
GRID, TERMS = (10, 12), ("amount", "instalments")
PREDICTIONS = "/v1/predictions"
# The model that the figures are about: as large as LightGBM makes its own trees,
# however few clients there are to fill them.
FEATURES = 300
SIZE = {"n_estimators": 500, "num_leaves": 31, "min_child_samples": 10}


def reference(data: Path, folder: Path) -> House:
    """The house of that model, which is its champion whatever it is worth."""
    house = small_house(data, folder, few=FEATURES, size=SIZE)
    house.run("training", "promote", "--override=of a given size, not chosen")
    return house


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


class Parts:
    """The work behind one explained decision, bare."""

    def __init__(self, house: House) -> None:
        self._model = lightgbm.Booster(model_file=str(house.bundle / "model.txt"))
        query = f"SELECT features FROM {literal(house.clients)} LIMIT 1"
        ((features,),) = duckdb.execute(query).fetchall()
        self.names = self._model.feature_name()
        self.row = np.array([features], dtype=np.float32)
        self._database = choose().module.connect(
            house.folder / "bench.sqlite", isolation_level=None
        )
        self._database.execute(f"PRAGMA journal_mode={choose().journal}")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("CREATE TABLE IF NOT EXISTS kept (answer BLOB)")

    def score(self) -> None:
        self._model.predict(self.row, raw_score=True, num_threads=1)

    def score_and_explain(self) -> None:
        self.score()
        self._model.predict(self.row, pred_contrib=True, num_threads=1)

    def commit(self, answer: bytes) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute("INSERT INTO kept VALUES (?)", [answer])
        self._database.execute("COMMIT")


def latency(house: House, server: Server, parts: Parts, ids: list[int]) -> None:
    """One client, one request at a time."""
    client = Client(server.port, server.key)
    turn = iter(range(10**9))
    changes = {"changes": {"AMT_CREDIT": 450_000, "AMT_ANNUITY": 22_500}}

    def decide(**more: Any) -> Answer:
        body = {"client_id": ids[next(turn) % len(ids)], **more}
        answer = client.post(PREDICTIONS, body)
        assert answer.status == 201, answer.content
        return answer

    answered = {explain: decide(explain=explain).content for explain in (True, False)}
    explained, empty, why, score, commit, commit_bare, bare, what_if = best_medians(
        lambda: decide().milliseconds,
        lambda: client.get("/health/live").milliseconds,
        lambda: timed(parts.score_and_explain),
        lambda: timed(parts.score),
        lambda: timed(lambda: parts.commit(answered[True])),
        lambda: timed(lambda: parts.commit(answered[False])),
        lambda: decide(explain=False).milliseconds,
        lambda: decide(**changes).milliseconds,
    )
    say(
        f"known client, explained, stored {explained:.2f} ms = "
        f"{explained / (empty + why + commit):.2f}x of its parts (wanted <= 2.5): "
        f"empty route {empty:.2f}, score and SHAP {why:.2f}, commit of "
        f"{len(answered[True])} bytes {commit:.2f}"
    )
    say(
        f"known client, not explained, stored {bare:.2f} ms = "
        f"{bare / (empty + score + commit_bare):.2f}x of its parts (wanted <= 2): "
        f"score {score:.2f}, commit of {len(answered[False])} bytes {commit_bare:.2f}"
    )
    say(f"what-if, explained, stored {what_if:.1f} ms (wanted <= 15)")
    costs(house, server, len(parts.names), decide)


def costs(
    house: House, server: Server, features: int, decide: Callable[..., Answer]
) -> None:
    """CPU of the server, and bytes of its database, per decision on a known client."""
    path = house.folder / "scoring.sqlite"
    forms = {True: " (wanted <= 8 at 793, <= 2 at 100)", "reasons": "", False: ""}
    for explain, wanted in forms.items():
        size, cpu = database_bytes(path), server.cpu_seconds()
        for _ in range(MANY):
            decide(explain=explain)
        spent = (server.cpu_seconds() - cpu) / MANY * 1000
        kept = (database_bytes(path) - size) / MANY / 1000
        say(
            f"explain {explain}: {spent:.2f} CPU ms (wanted <= 3 where false), "
            f"{kept:.2f} kB stored with {features} features{wanted}"
        )


def database_bytes(path: Path) -> int:
    """What it holds, also what is not yet in its file."""
    query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    with closing(choose().module.connect(path)) as connection:
        return int(connection.execute(query).fetchone()[0])


def batch(server: Server) -> None:
    client = Client(server.port, server.key)
    ids: list[int] = []
    cursor = ""
    while len(ids) < BATCH:
        page = client.get(f"/v1/clients?limit=100{cursor}").json()
        ids += [one["client_id"] for one in page["clients"]]
        cursor = f"&cursor={page['next_cursor']}"
    body: dict[str, Any] = {"predictions": [{"client_id": one} for one in ids[:BATCH]]}
    answers = [client.post(f"{PREDICTIONS}/batch", body) for _ in range(3)]
    assert all(one.status == 200 for one in answers), answers[0].content[:300]
    seconds = min(one.milliseconds for one in answers) / 1000
    size = len(answers[0].content) / 1e6
    say(f"batch of 1,000, explained {seconds:.2f} s, {size:.0f} MB (wanted <= 2.6 s)")
    body["explain"] = False

    def ask(_: int) -> Callable[[], Answer]:
        one = Client(server.port, server.key)
        return lambda: one.post(f"{PREDICTIONS}/batch", body)

    found = load(2, SECONDS, ask)
    events, failures = found.per_second * BATCH, len(found.failures)
    say(f"durable events {events:.0f}/s (wanted >= 2,000), {failures} failures")


def offers(server: Server, ids: list[int]) -> None:
    """A grid, beside a batch of simulations of the same terms; and a client's records.

    Of loans around what a client asked for, at the lender's prices.
    """
    client = Client(server.port, server.key)
    turn = iter(range(10**9))

    def place() -> str:
        return f"/v1/clients/{ids[next(turn) % len(ids)]}"

    def terms(at: str) -> list[dict[str, Any]]:
        asked = client.get(f"{at}/offers").json()["asked"]["amount"]
        parts = (asked * (40 + 6 * n) / 100 for n in range(GRID[0]))
        amounts = [round(amount, 2) for amount in parts]
        return [
            {"amount": amount, "instalments": 6 + 4 * n}
            for amount in amounts
            for n in range(GRID[1])
        ]

    def grid() -> float:
        at = place()
        names = {name: [one[name] for one in terms(at)] for name in TERMS}
        asked = "&".join(
            f"{name}={','.join(map(str, dict.fromkeys(values)))}"
            for name, values in names.items()
        ).replace("amount=", "amounts=")
        answer = client.get(f"{at}/offers?{asked}")
        cells = answer.json()["cells"]
        assert len(cells) == GRID[0] * GRID[1], answer.content
        assert any(one["offer"] for one in cells), "none has a price"
        return answer.milliseconds

    def simulations() -> float:
        at = place()
        one = int(at.rsplit("/", 1)[1])
        asked = [{"client_id": one, "terms": each} for each in terms(at)]
        body = {"predictions": asked, "explain": False}
        answer = client.post(f"{PREDICTIONS}/batch", body)
        assert answer.status == 200, answer.content
        return answer.milliseconds

    cells, simulated, told = best_medians(
        grid, simulations, lambda: client.get(f"{place()}/records").milliseconds
    )
    say(
        f"{GRID[0] * GRID[1]} offers {cells:.1f} ms = {cells / simulated:.2f}x of a "
        f"batch of as many simulations (wanted <= 1.5); records {told:.2f} ms"
    )


def curve(server: Server, ids: list[int]) -> None:
    """Many clients, explained; from where more clients get no more, it is full."""
    loads: dict[int, Load] = {}
    for clients in CURVE:
        found = load(clients, SECONDS, known_client(server, ids, explain=True))
        say(f"{clients:3} clients {found}  p99 {found.tail:.1f}x median")
        loads[clients] = found
    full = max(loads, key=lambda clients: loads[clients].per_second)
    failures = sum(len(found.failures) for found in loads.values())
    tail = max(found.tail for clients, found in loads.items() if clients >= full)
    say(
        f"{CURVE[0]} to {CURVE[-1]} clients, explained: {loads[full].per_second:.0f}/s "
        f"at {full}, from there on p99 {tail:.1f}x median (wanted <= 5); "
        f"{failures} failures (wanted 0)"
    )


@contextmanager
def mlflow_served(house: House) -> Iterator[int]:
    """MLflow's own server of the same model; its port."""
    port = free_port()
    uri = house.environment["TRAINING_TRACKING_URI"]
    command = ["mlflow", "models", "serve", "-m", "models:/credit-scoring@champion"]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--env-manager", "local", "-p", str(port)],
        cwd=ROOT,
        env={**os.environ, "MLFLOW_TRACKING_URI": uri, "PATH": _path()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("mlflow models serve: did not start")
            time.sleep(0.2)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _path() -> str:
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def _answers(port: int) -> bool:
    try:
        return Client(port, "").get("/ping").status == 200
    except OSError:
        return False


def against_mlflow(house: House, server: Server, parts: Parts, ids: list[int]) -> None:
    """Score only, without an explanation, for 1 and for 4 clients.

    MLflow's JSON has no missing number: 0 stands for it, as only time counts here.
    """
    values = np.nan_to_num(parts.row[0]).tolist()
    question = {"dataframe_split": {"columns": parts.names, "data": [values]}}

    def ask(port: int) -> Callable[[int], Callable[[], Answer]]:
        def one(number: int) -> Callable[[], Answer]:
            client = Client(port, "")
            body = json.dumps(question)
            return lambda: client.send("POST", "/invocations", body)

        return one

    ours: Any = known_client(server, ids, explain=False)
    with mlflow_served(house) as port:
        pairs: list[tuple[Load, Load]] = []
        for clients in (1, 4):
            load(clients, 1.0, ask(port))
            theirs = load(clients, SECONDS, ask(port))
            assert theirs.milliseconds, theirs.failures[:1]
            pairs.append((load(clients, SECONDS, ours), theirs))
    for clients, (mine, theirs) in zip((1, 4), pairs, strict=True):
        say(f"{clients} clients: API    {mine}")
        say(f"{clients} clients: MLflow {theirs}")
        say(
            f"latency {theirs.median / mine.median:.1f}x lower (wanted >= 5), "
            f"throughput {mine.per_second / theirs.per_second:.1f}x (wanted >= 10)"
        )


def main(arguments: list[str]) -> None:
    house, key = prepared(house_folder(arguments, "bench-reference"), reference)
    parts = Parts(house)
    with served(house, key, SCORING_PRICES=str(PRICES)) as server:
        ids = some_clients(server)
        load(4, 3.0, known_client(server, ids, explain=True))
        latency(house, server, parts, ids)
        batch(server)
        offers(server, ids)
        against_mlflow(house, server, parts, ids)
        curve(server, ids)


if __name__ == "__main__":
    main(sys.argv[1:])
