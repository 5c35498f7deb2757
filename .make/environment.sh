#!/bin/sh
# Make the virtual environment .venv from a lock: by uv when it is there, else by pip.
set -eu
lock=${1:-requirements-dev.txt}
python=""
for name in python3.11 python3.12 python3.13 python3; do
    if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "environment: Python 3.11, 3.12 or 3.13 is needed; found: $(python3 --version 2>&1 || echo none)" >&2
    exit 1
fi
echo "environment: .venv with $("$python" --version) from $lock" >&2
rm -rf .venv
if command -v uv >/dev/null 2>&1; then
    uv venv --quiet --python "$python" .venv
    uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock"
else
    "$python" -m venv .venv
    # A lock names every package: nothing is left to resolve.
    .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r "$lock"
fi
