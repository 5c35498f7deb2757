"""The defence deck: slides made from a run in MLflow and its bundle."""

from pathlib import Path

# Each has a file that says the deck's words.
LANGUAGES = sorted(
    path.stem.removeprefix("deck.") for path in Path(__file__).parent.glob("deck.*.md")
)
