"""`make bench`: a quick training against the bare fits of its cross-validation.

python -m tests.benchmarks.training [CLIENTS]
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.load import say
from tests.benchmarks.measure import usage

# LightGBM's five fits alone, on inputs that are there: CPU seconds.
_BARE = """
import sys, time
from pathlib import Path
import numpy as np
from training.evaluation.cross_validation import folds
from training.features.build import FeatureStore
from training.features.sql import compile_features
from training.models import candidates
from training.models.dataset import load_labelled
store = FeatureStore(Path(sys.argv[1]))
made = compile_features(store.layout, store.present(), kept=store.statements)
data = load_labelled(store, made)
fold, model = folds(data.target), candidates.lightgbm()
started = time.process_time()
for number in np.unique(fold):
    train = np.flatnonzero(fold != number)
    inputs = data.inputs.iloc[train]
    model.fit(inputs, data.target[train], list(data.categories))
print(time.process_time() - started)
"""


def main(arguments: list[str]) -> None:
    clients = arguments[0] if arguments else "10000"
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        data, store = folder / "data", folder / "features"
        os.environ["TRAINING_TRACKING_URI"] = f"sqlite:///{folder}/mlflow.db"
        run = ["-m", "training"]
        usage([*run, "synthesize", f"--clients={clients}", f"--out={data}"])
        whole = usage(
            [*run, "train", f"--data={data}", f"--features={store}", "--budget=quick"]
        )
        # Behind what DuckDB says of a query that takes long.
        bare = float(usage(["-c", _BARE, str(store)]).printed.split()[-1])
        nothing = usage([*run, "features", f"--data={data}", f"--out={store}"])
        imports = usage(["-c", "import training.campaign"])
    say(
        f"quick training, {clients} clients: {whole.cpu:.0f} CPU s,"
        f" {whole.cpu / bare:.1f}x the {bare:.0f} of its cross-validation's bare fits"
        f" (wanted <= 2.5); importing it {imports.cpu:.1f} CPU s,"
        f" features as before {nothing.cpu:.1f}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
