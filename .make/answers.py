"""Write the types of the API's answers, from the API's own document.

`python .make/answers.py` rewrites dashboard/api_client/answers.py and the end of
docs/scoring_client.py; with --check nothing is written, and types that are not those of
the document end it with status 1.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
ANSWERS = ROOT / "dashboard" / "api_client" / "answers.py"
CLIENT = ROOT / "docs" / "scoring_client.py"
MADE = "# Made of the API's document by .make/answers.py: not to be edited."
MEANING = "api_client.meaning"
GENERATOR = (
    *(sys.executable, "-m", "datamodel_code_generator", "--input-file-type=openapi"),
    *("--target-python-version=3.11", "--disable-timestamp"),
    *(f"--custom-file-header={MADE}", "--use-generic-container-types"),
    *("--use-schema-description", "--use-single-line-docstring"),
    *("--formatters", "ruff-check", "ruff-format"),
)
MODELS = (
    *("--output-model-type=pydantic_v2.BaseModel", f"--base-class={MEANING}.Answer"),
    *("--use-annotated", "--strict-nullable", "--use-type-alias"),
    "--use-tuple-for-fixed-length-arrays",
)
DICTIONARIES = ("--output-model-type=typing.TypedDict",)
# What the client in docs/ asks and is answered.
ASKED = ("Activation", "Contest", "Counterfactual", "CounterOffer", "Declaration")
ASKED += ("DraftAnswer", "Evidence", "Note", "Outcome")
ASKED += ("OffersAnswer", "OutcomesAnswer", "PastPrediction", "Prediction")
ASKED += ("ProblemAnswer", "Review", "SimilarClients", "Standing")
# What a later API may say otherwise, as it adds codes and members; and what is to read.
LEFT_OUT = {"additionalProperties", "const", "enum", "examples", "pattern", "title"}
REFERENCE = "#/components/schemas/"
LABELS = {"$ref": f"{REFERENCE}Labels"}


def parts(whole: dict[str, Any], asked: Iterable[str]) -> dict[str, Any]:
    """The schemas asked for and what they are made of, as a later API may fill them."""
    schemas, found = whole["components"]["schemas"], set[str]()
    new = set(asked)
    while new:
        found |= new
        new = referred([schemas[name] for name in new]) - found
    kept = {name: schemas[name] for name in sorted(found)}
    return dict(json.loads(json.dumps(kept), object_hook=opened))


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
    """The dashboard asks for each explanation, by groups alone in a what-if or a batch.

    Without a label it tells the name.
    """
    for schema in schemas.values():
        for name, member in schema["properties"].items():
            if member == LABELS:
                schema["properties"][name] = {"anyOf": [LABELS, {"type": "null"}]}
                schema["required"].remove(name)
    for rule in ("additionalProperties", "required"):
        del schemas["Labels"][rule]
    prediction = schemas["Prediction"]
    schemas["Simulation"] = explained(prediction, "by_group", "explanation")
    schemas["Prediction"] = explained(prediction, "explanation", "by_group")
    slot = schemas["BatchAnswer"]["properties"]["predictions"]["items"]
    slot["anyOf"][0] = {"$ref": f"{REFERENCE}Simulation"}
    return schemas


def explained(schema: dict[str, Any], way: str, other: str) -> dict[str, Any]:
    """The schema of a prediction whose reasons are told in one of two ways."""
    members = {name: m for name, m in schema["properties"].items() if name != other}
    asked = {name: members[name]["anyOf"][0] for name in (way, "reasons")}
    required = [*schema["required"], *asked]
    return {**schema, "properties": {**members, **asked}, "required": required}


def bases() -> str:
    """The base of each class that has a hand-written one."""
    text = ANSWERS.with_name("meaning.py").read_text(encoding="utf-8")
    names = re.findall(r"^class (\w+)Meaning\b", text, re.MULTILINE)
    return json.dumps({name: f"{MEANING}.{name}Meaning" for name in names})


def generate(schemas: dict[str, Any], *options: str) -> str:
    info = {"title": "answers", "version": "1"}
    given = {"openapi": "3.1.0", "info": info, "components": {"schemas": schemas}}
    made = subprocess.run(
        [*GENERATOR, *options],
        input=json.dumps(given),
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.defpath}"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return made.stdout


def dashboard(whole: dict[str, Any]) -> str:
    operations = [one for path in whole["paths"].values() for one in path.values()]
    answers = referred([operation["responses"] for operation in operations])
    schemas = as_asked(parts(whole, answers))
    return generate(schemas, *MODELS, f"--base-class-map={bases()}")


def client(whole: dict[str, Any]) -> str:
    """The client as it is written, with its types after it."""
    written, made, _ = CLIENT.read_text(encoding="utf-8").partition(MADE)
    schemas = parts(whole, ASKED)
    # Of a dictionary's type only Python 3.15 can say that it has other members, too.
    del schemas["Labels"]["additionalProperties"]
    types = generate(schemas, *DICTIONARIES)
    return written + made + types[types.index("\n\n\nclass ") :]


def main() -> None:
    from api import create_app
    from api.config import Config
    from api.http import openapi

    app = create_app(Config())
    with app.app_context():
        whole = openapi.document(app)
    for path, text in ((ANSWERS, dashboard(whole)), (CLIENT, client(whole))):
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            sys.exit(f"{path.relative_to(ROOT)} is stale: run make types")


if __name__ == "__main__":
    main()
