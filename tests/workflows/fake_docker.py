"""What stands for `docker run`: the image's command, run here."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile


def main() -> None:
    parser = argparse.ArgumentParser(prog="docker", allow_abbrev=False)
    parser.add_argument("run", choices=["run"])
    parser.add_argument("--rm", action="store_true", required=True)
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--volume", action="append", default=[])
    parser.add_argument("image")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    assert given.image == "registry.azurecr.io/scoring-api@sha256:0", given.image
    mounted = {"/tmp": tempfile.mkdtemp(dir=os.environ["FAKE_AZURE"])}
    for volume in given.volume:
        outside, inside, mode = volume.rsplit(":", 2)
        assert mode == "ro"
        mounted[inside] = outside

    def moved(text: str) -> str:
        for inside, outside in mounted.items():
            if text.startswith(f"{inside}/"):
                return outside + text.removeprefix(inside)
        return text

    # A container has its own environment: what it is given, and no more.
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ["CODE"]}
    for setting in given.env:
        name, equals, value = setting.partition("=")
        environment[name] = moved(value) if equals else os.environ[name]
    assert given.command[0] == "python"
    command = [sys.executable, *map(moved, given.command[1:])]
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    main()
