"""Which file holds a raw table: its own, packed or not, or an archive of several."""

from __future__ import annotations

import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from training.errors import TableError

SUFFIXES = (".parquet", ".csv", ".csv.gz", ".csv.zip", ".zip")
# A table may also be a folder of that name with its rows in several files.
PARTS = (".parquet", ".csv")
# What the packers raise; of an encrypted file a RuntimeError.
DAMAGED = (
    *(OSError, EOFError, ValueError, RuntimeError, NotImplementedError),
    *(zlib.error, zipfile.BadZipFile),
)


@dataclass(frozen=True)
class Raw:
    """Where a raw table is; `member`: inside of an archive with others."""

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        return "/".join(filter(None, (self.path.name, self.member)))

    def receipt(self) -> str | Path:
        """What changes when the table does."""
        if not self.member:
            return self.path
        with zipfile.ZipFile(self.path) as archive:
            held = archive.getinfo(self.member)
        return f"{held.CRC} {held.file_size}"


def find(data: Path, name: str) -> Raw | None:
    """What holds a raw table, None when nothing does; its own file goes first.

    Raises:
        TableError: the folder is missing, several files hold the table, or an archive
            that may hold it is damaged.
    """
    if not data.is_dir():
        raise TableError(f"{data}: no such folder")
    paths = sorted(data.iterdir())
    found = [Raw(one) for one in paths if _is(one.name, name) and _holds(one)]
    if not found:
        archives = [one for one in paths if one.suffix.lower() == ".zip"]
        found = [
            Raw(path, member)
            for path in archives
            for member in members(path)
            if _is(member, name)
        ]
    if len(found) > 1:
        names = ", ".join(one.name for one in found)
        raise TableError(f"{name}: expected one file in {data}, found {names}")
    return found[0] if found else None


def suffix_of(name: str) -> str:
    """The ending by which a file is a table's, as it is spelt; empty if there is none.

    >>> suffix_of("bureau.CSV.gz")
    '.CSV.gz'
    """
    endings = [one for one in SUFFIXES if name.lower().endswith(one)]
    return name[-max(map(len, endings)) :] if endings else ""


def stem_of(name: str) -> str:
    """What the table in a file, or a member, of that name is called; empty of others.

    >>> stem_of("inside/bureau.CSV.gz"), stem_of("notes.txt")
    ('bureau', '')
    """
    file = PurePosixPath(name).name
    suffix = suffix_of(file)
    return file.removesuffix(suffix) if suffix else ""


def members(archive: Path) -> list[str]:
    """The tables in an archive, in whatever folders, without what macOS adds."""
    try:
        with zipfile.ZipFile(archive) as opened:
            names = [PurePosixPath(one) for one in opened.namelist()]
    except DAMAGED as error:
        raise TableError(f"{archive.name}: cannot be unpacked: {error}") from None
    return [
        str(one)
        for one in names
        if one.suffix.lower() in PARTS
        if not one.name.startswith(".") and "__MACOSX" not in one.parts
    ]


def member_of(archive: Path, path: Path) -> str:
    """The one table in an archive of its own; of several, that of its name."""
    inside = members(archive)
    named = [one for one in inside if _is(one, stem_of(path.name))]
    chosen = inside if len(inside) == 1 else named
    if len(chosen) != 1:
        told = f": {', '.join(inside[:5])}" if inside else ""
        raise TableError(
            f"{path.name}: expected one CSV file inside, found {len(inside)}{told}"
        )
    return chosen[0]


def parts_of(path: Path) -> list[Path]:
    """The files in which a table is."""
    if not path.is_dir():
        return [path]
    return sorted(one for one in path.iterdir() if one.suffix.lower() in PARTS)


def _is(file: str, table: str) -> bool:
    stem, wanted = (
        unicodedata.normalize("NFC", one).casefold() for one in (stem_of(file), table)
    )
    return stem == wanted != ""


def _holds(path: Path) -> bool:
    if path.is_dir():
        return path.suffix.lower() in PARTS and bool(parts_of(path))
    return path.is_file()
