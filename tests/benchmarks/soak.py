"""Does the API's memory stay what it was after very many predictions?

python -m tests.benchmarks.soak [FOLDER] [PREDICTIONS]
"""

from __future__ import annotations

import sys

from tests.benchmarks.load import (
    house_folder,
    known_client,
    load,
    prepared,
    say,
    served,
    some_clients,
)

PREDICTIONS = 100_000
CLIENTS, ROUND_SECONDS = 8, 10.0
# Pools and caches fill first.
WARM = 0.1
MOST_GROWTH = 1.05


def main(arguments: list[str]) -> None:
    wanted = int(arguments[1]) if len(arguments) > 1 else PREDICTIONS
    house, key = prepared(house_folder(arguments))
    with served(house, key) as server:
        ids = some_clients(server)
        done, failures, warm, shown = 0, 0, 0.0, 0.0
        explain = True
        while done < wanted:
            found = load(CLIENTS, ROUND_SECONDS, known_client(server, ids, explain))
            done += len(found.milliseconds)
            failures += len(found.failures)
            explain = not explain
            if not warm and done >= WARM * wanted:
                warm = server.mebibytes()
            if done >= shown * wanted:
                say(f"{done:9,} predictions: {server.mebibytes():6.1f} MiB")
                shown += 0.1
        growth = server.mebibytes() / warm
        say(
            f"{done:,} predictions, {failures} failures: memory {growth:.3f}x of that "
            f"after {WARM:.0%} of them (wanted: flat, <= {MOST_GROWTH})"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
