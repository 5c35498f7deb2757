"""Which layout a folder of raw tables has: its `lender.yaml`'s, else Home Credit's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po

from training.errors import ConfigurationError
from training.files import remove, replacing
from training.language import LANGUAGES
from training.tables.home_credit import HOME_CREDIT
from training.tables.layout import Layout
from training.tables.lender_layout import declared
from training.tables.lender_read import read_lender_file

LENDER = "lender.yaml"
# Of a catalogue beside the file.
LONGEST = 1_000_000


def layout_of(folder: Path) -> Layout:
    """The layout of a folder's tables.

    Raises:
        ConfigurationError: all faults of its `lender.yaml`.
    """
    path = folder / LENDER
    if not path.exists():
        return HOME_CREDIT
    lender, _document = read_lender_file(path)
    return declared(lender, _catalogues(folder))


def keep_layout(data: Path, out: Path) -> None:
    """Put beside what is made of a folder's tables how they are laid out.

    Raises:
        ConfigurationError: as `layout_of`; nothing was put there then.
    """
    layout_of(data)
    for name in _names():
        source, target = data / name, out / name
        if not source.exists():
            remove(target)
        elif not (target.exists() and target.samefile(source)):
            with replacing(target) as beside:
                beside.write_bytes(source.read_bytes())


def _names() -> Iterator[str]:
    """The file and its catalogues."""
    yield LENDER
    for language in LANGUAGES:
        yield f"lender.{language}.po"


def _catalogues(folder: Path) -> dict[str, Mapping[str, str]]:
    """The translations beside the file, by language."""
    paths = {language: folder / f"lender.{language}.po" for language in LANGUAGES}
    return {one: _catalogue(path, one) for one, path in paths.items() if path.exists()}


def _catalogue(path: Path, language: str) -> Mapping[str, str]:
    if not path.is_file() or path.stat().st_size > LONGEST:
        raise ConfigurationError(f"{path.name}: expected a file of at most 1 MB")
    try:
        with path.open("rb") as file:
            entries = list(read_po(file, locale=language, abort_invalid=True))
    except (PoFileError, ValueError, LookupError) as error:
        raise ConfigurationError(
            f"{path.name}: no gettext catalogue: {error}"
        ) from None
    return {str(entry.id): str(entry.string) for entry in entries if entry.string}
