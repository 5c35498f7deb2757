"""What the commands import, where it is installed."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import warnings

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "true"
with warnings.catch_warnings(), contextlib.suppress(ImportError):
    warnings.simplefilter("ignore")
    for name in (
        "mlflow.store.tracking.sqlalchemy_store",
        "training.registry.export",
        "training.campaign",
        "training.monitoring.train_test_drift.drift",
        "training.registry.promote",
        "training.evaluation.pictures.shap_plots",
    ):
        importlib.import_module(name)
# A fork's garbage collector need not look at all that, and copy it.
gc.freeze()
