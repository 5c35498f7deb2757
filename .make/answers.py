"""Write the dashboard's types of the API's answers, from the API's own document.

`python .make/answers.py` rewrites dashboard/api_client/answers.py; with --check nothing
is written, and types that are not those of the document end it with status 1.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
ANSWERS = ROOT / "dashboard" / "api_client" / "answers.py"
HEAD = "# Made of the API's document by .make/answers.py: not to be edited."
MEANING = "api_client.meaning"
GENERATOR = (sys.executable, "-m", "datamodel_code_generator")
OPTIONS = (
    *("--input-file-type=openapi", "--output-model-type=pydantic_v2.BaseModel"),
    *("--target-python-version=3.11", "--disable-timestamp"),
    *(f"--custom-file-header={HEAD}", f"--base-class={MEANING}.Answer"),
    *("--use-annotated", "--strict-nullable", "--use-generic-container-types"),
    *("--use-type-alias", "--use-tuple-for-fixed-length-arrays"),
    *("--use-schema-description", "--use-single-line-docstring"),
    *("--formatters", "ruff-check", "ruff-format"),
)
# What a later API may say otherwise, as it adds codes and members; and what is to read.
LEFT_OUT = {"additionalProperties", "const", "enum", "examples", "pattern", "title"}
REFERENCE = "#/components/schemas/"
LABELS = {"$ref": f"{REFERENCE}Labels"}


def answered(whole: dict[str, Any]) -> dict[str, Any]:
    """The schemas that any answer is made of."""
    schemas, found = whole["components"]["schemas"], set[str]()
    operations = [one for path in whole["paths"].values() for one in path.values()]
    asked = referred([operation["responses"] for operation in operations])
    while asked:
        found |= asked
        asked = referred([schemas[name] for name in asked]) - found
    return {name: schemas[name] for name in sorted(found)}


def referred(schema: Any) -> set[str]:
    return set(re.findall(rf"{REFERENCE}(\w+)", json.dumps(schema)))


def opened(schema: dict[str, Any]) -> dict[str, Any]:
    """Without what is left out: a schema among these is a member of that name."""
    return {
        name: value
        for name, value in schema.items()
        if name not in LEFT_OUT or isinstance(value, dict)
    }


def as_asked(schemas: dict[str, Any]) -> dict[str, Any]:
    """The dashboard asks for each explanation; without a label it tells the name."""
    for schema in schemas.values():
        for name, member in schema["properties"].items():
            if member == LABELS:
                schema["properties"][name] = {"anyOf": [LABELS, {"type": "null"}]}
                schema["required"].remove(name)
    del schemas["Labels"]["required"]
    prediction = schemas["Prediction"]
    for name in ("explanation", "reasons"):
        prediction["properties"][name] = prediction["properties"][name]["anyOf"][0]
        prediction["required"].append(name)
    return schemas


def bases() -> str:
    """The base of each class that has a hand-written one."""
    text = ANSWERS.with_name("meaning.py").read_text(encoding="utf-8")
    names = re.findall(r"^class (\w+)Meaning\b", text, re.MULTILINE)
    return json.dumps({name: f"{MEANING}.{name}Meaning" for name in names})


def generate(whole: dict[str, Any]) -> str:
    schemas = json.loads(json.dumps(answered(whole)), object_hook=opened)
    given = {**whole, "paths": {}, "components": {"schemas": as_asked(schemas)}}
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.defpath}"}
    made = subprocess.run(
        [*GENERATOR, *OPTIONS, f"--base-class-map={bases()}"],
        input=json.dumps(given),
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return made.stdout


def main() -> None:
    from api import create_app, openapi
    from api.config import Config

    app = create_app(Config())
    with app.app_context():
        made = generate(openapi.document(app))
    if "--check" not in sys.argv:
        ANSWERS.write_text(made, encoding="utf-8")
    elif ANSWERS.read_text(encoding="utf-8") != made:
        sys.exit("dashboard/api_client/answers.py is stale: run make types")


if __name__ == "__main__":
    main()
