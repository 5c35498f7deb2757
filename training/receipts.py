"""Which outputs still stand: a receipt beside each says what it was made from."""

from __future__ import annotations

import hashlib
from pathlib import Path

from training.files import replacing

CHUNK = 1 << 20


def digest(*parts: str | Path) -> str:
    """SHA-256 over texts and over the contents of files and folders."""
    whole = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path) and part.is_dir():
            for path in sorted(file for file in part.rglob("*") if file.is_file()):
                whole.update(_content(path))
        else:
            whole.update(_content(part))
    return whole.hexdigest()


def _content(part: str | Path) -> bytes:
    content = hashlib.sha256()
    if isinstance(part, Path):
        with part.open("rb") as file:
            while chunk := file.read(CHUNK):
                content.update(chunk)
    else:
        content.update(part.encode())
    return content.digest()


def stands(output: Path, made_from: str) -> bool:
    """Whether the output is there and was made from just that."""
    receipt = _receipt(output)
    return output.exists() and receipt.exists() and receipt.read_text() == made_from


def keep(output: Path, made_from: str) -> None:
    """Write the receipt of an output that is whole by now."""
    with replacing(_receipt(output)) as beside:
        beside.write_text(made_from)


def of(output: Path) -> str:
    """What an output was made from."""
    return _receipt(output).read_text()


def _receipt(output: Path) -> Path:
    return output.with_name(f"{output.name}.receipt")
