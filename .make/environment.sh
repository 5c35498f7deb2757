#!/bin/sh
# Make the virtual environment .venv of what the arguments name, as uv's: -r requirements-api.txt
set -eu
for python in python3.11 python3.12 python3.13 python3.14 python3 none; do
    "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' \
        2>/dev/null && break
done
if [ "$python" = none ]; then
    echo "environment: Python 3.11 to 3.14 is needed; found: $(python3 --version 2>&1)" >&2
    exit 1
fi
echo "environment: .venv with $("$python" --version)" >&2
rm -rf .venv
"$python" -m venv .venv
# uv itself by its hash in the lock, then everything else in parallel.
awk '/^[^ ]/ { uv = /^uv==/ } uv' requirements-dev.txt > .venv/uv.txt
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --require-hashes -r .venv/uv.txt
# uv does not read what pip is told of where packages are.
[ -z "${PIP_INDEX_URL:-}" ] || export UV_DEFAULT_INDEX="$PIP_INDEX_URL"
.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes "$@"
