"""What stands for `az`: storage, a key vault and a web app as folders of $FAKE_AZURE.

Knows the options that the workflows' scripts use, and refuses any other. Where there is
a file `torn`, an upload to the file share is cut short without a word.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import shutil
import sys
from pathlib import Path

AZURE = Path(os.environ["FAKE_AZURE"])
LOGIN = ("--auth-mode", "--account-name", "--output")
FILES = (*LOGIN, "--share-name", "--path", "--query")
BLOBS = (*LOGIN, "--container-name", "--name", "--query")
# Options by command; of those without a value, the name ends with a bang.
OPTIONS = {
    "storage blob upload-batch": (
        *(*LOGIN, "--source", "--destination", "--destination-path", "--overwrite!"),
    ),
    "storage blob upload": (*BLOBS, "--file", "--overwrite!"),
    "storage blob download-batch": (*LOGIN, "--source", "--destination", "--pattern"),
    "storage blob download": (*BLOBS, "--file"),
    "storage blob exists": BLOBS,
    "storage file upload-batch": (
        *(*LOGIN, "--source", "--destination", "--destination-path"),
    ),
    "storage file upload": (*FILES, "--source"),
    "storage file download": (*FILES, "--dest"),
    "storage file exists": FILES,
    "keyvault secret list": ("--vault-name", "--query", "--output"),
    "keyvault secret show": ("--vault-name", "--name", "--query", "--output"),
    "keyvault secret set": ("--vault-name", "--name", "--file", "--output"),
    "webapp config show": ("--name", "--resource-group", "--query", "--output"),
    "acr login": ("--name",),
}


def main() -> None:
    words = sys.argv[1:]
    command = next(c for c in OPTIONS if words[: len(c.split())] == c.split())
    parser = argparse.ArgumentParser(prog=f"az {command}", allow_abbrev=False)
    for option in OPTIONS[command]:
        flag = option.endswith("!")
        parser.add_argument(
            option.rstrip("!"), action="store_true" if flag else "store"
        )
    if command.startswith("storage file"):
        parser.add_argument(
            "--enable-file-backup-request-intent", action="store_true", required=True
        )
    given = parser.parse_args(words[len(command.split()) :])
    kind, *_, verb = command.split()
    if kind == "storage":
        assert given.auth_mode == "login", "no key of the account"
        storage(command.split()[1], verb, given)
    elif kind == "keyvault":
        vault(verb, given)
    elif kind == "webapp":
        write("DOCKER|registry.azurecr.io/scoring-api@sha256:0")


def storage(kind: str, verb: str, given: argparse.Namespace) -> None:
    root = AZURE / kind
    if verb == "upload-batch":
        target = root / given.destination / given.destination_path
        # What is there already stays beside it, as in a container.
        shutil.copytree(given.source, target, dirs_exist_ok=True)
        if kind == "file" and (AZURE / "torn").exists():
            os.truncate(target / "model.txt", 1000)
        return
    if verb == "download-batch":
        container = root / given.source
        for path in container.rglob("*"):
            name = path.relative_to(container).as_posix()
            if path.is_file() and fnmatch.fnmatch(name, given.pattern or "*"):
                copy(path, Path(given.destination, name))
        return
    if kind == "blob":
        stored = root / given.container_name / given.name
        here = getattr(given, "file", None)
    else:
        stored = root / given.share_name / given.path
        here = getattr(given, "source", None) or getattr(given, "dest", None)
    if verb == "exists":
        write(str(stored.exists()).lower())
    elif verb == "upload":
        assert kind == "file" or given.overwrite or not stored.exists()
        copy(Path(str(here)), stored)
    else:
        copy(stored, Path(str(here)))


def write(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def vault(verb: str, given: argparse.Namespace) -> None:
    secrets = AZURE / "vault"
    if verb == "list":
        write("\n".join(path.name for path in secrets.iterdir()))
    elif verb == "show":
        write((secrets / given.name).read_text())
    else:
        copy(Path(given.file), secrets / given.name)


if __name__ == "__main__":
    main()
