"""Fifty fresh processes, sixteen threads at their first request: no hang, one answer.

python -m tests.benchmarks.cold_starts [FOLDER] [STARTS]
"""

from __future__ import annotations

import subprocess
import sys

from tests.benchmarks.load import house_folder, prepared, say
from tests.conftest import ROOT

THREADS = 16
SECONDS = 120
_CHILD = f"""
import json, sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from api import create_app
app, key, barrier = create_app(), sys.argv[1], Barrier({THREADS})
headers = {{"Authorization": f"Bearer {{key}}"}}
def ask(_):
    client = app.test_client()
    barrier.wait()
    found = client.get("/v1/clients?limit=1", headers=headers).json["clients"]
    asked = {{"client_id": found[0]["client_id"]}}
    answer = client.post("/v1/predictions", json=asked, headers=headers).json
    told = {{n: answer[n] for n in ("probability", "decision", "explanation")}}
    return json.dumps(told)
with ThreadPoolExecutor({THREADS}) as pool:
    answers = set(pool.map(ask, range({THREADS})))
assert len(answers) == 1
print(answers.pop())
"""


def main(arguments: list[str]) -> None:
    house, key = prepared(house_folder(arguments))
    starts = int(arguments[1]) if len(arguments) > 1 else 50
    answers, failures = set(), []
    for _ in range(starts):
        try:
            done = subprocess.run(
                [sys.executable, "-c", _CHILD, key],
                cwd=ROOT,
                env=house.environment,
                capture_output=True,
                text=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            failures.append("hung")
            continue
        if done.returncode:
            failures.append(done.stderr[-300:])
        else:
            answers.add(done.stdout)
    say(
        f"{starts} cold starts x {THREADS} threads: {len(failures)} failures "
        f"{failures[:1]}, {len(answers)} different answer(s)"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
