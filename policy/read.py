"""A JDM file in, a policy out; what is wrong with it is told by line and rule."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import zen

from policy.facts import FactName
from policy.faults import Faults, Place
from policy.graph import document, graph
from policy.nodes import Reader
from policy.rules import Policy

LARGEST_FILE = 10 * 1024 * 1024


def read_policy(content: bytes, known: Mapping[str, FactName]) -> Policy:
    """A policy whose rules read no other than the `known` facts; raises PolicyError."""
    text, held = document(content, LARGEST_FILE)
    faults = Faults(text)
    reader = Reader(known, faults)
    reader.read(graph(held, faults))
    version = reader.version()
    faults.end()
    _whole(text, faults)
    faults.end()
    rules, program = reader.program()
    return Policy(
        version=version,
        sha256=hashlib.sha256(content).hexdigest(),
        rules=rules,
        facts=frozenset(program.facts),
        document=held,
        content=content,
        program=program,
    )


def _whole(text: str, faults: Faults) -> None:
    """What the engine itself, and so an editor, would not take."""
    try:
        zen.ZenEngine().create_decision(text).validate()
    except Exception as error:
        told = str(error).partition("\n\nStack")[0].replace("\n", " ")
        detail = f"expected what zen-engine takes: {told[:200]}"
        faults.add(Place(1, "file"), detail)
