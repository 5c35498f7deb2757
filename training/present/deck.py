"""The deck that the slides are added to, in one language, from one run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pptx.presentation import Presentation as File
from pptx.slide import Slide

from training.present import page
from training.present.facts import Facts
from training.present.words import Words


@dataclass(frozen=True)
class Deck:
    file: File
    words: Words
    facts: Facts

    def page(self, title: str, source: str, /, **values: Any) -> Slide:
        """A new slide with the title of that name."""
        return page.page(self.file, self.words(title, **values), source)

    def from_bundle(self, file: str) -> str:
        version = self.facts.model["version"]
        return self.words("source_bundle", version=version, file=file)

    def from_mlflow(self) -> str:
        return self.words("source_mlflow", run=self.facts.run.info.run_id)
