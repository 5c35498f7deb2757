#!/usr/bin/env bash
# promote.sh: put the model version whose bundle is in the container `challenger` to its gates,
# make it the champion, and keep its bundle, with the gates' words, and its clients in the
# container `bundle`. Leaves both in var/champion. $OVERRIDE: why gates shall not count.
set -euo pipefail
here=$(dirname "$0")
"$here/bundle.sh" get challenger var/challenger
version=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["model"]["version"])' \
    <var/challenger/bundle/manifest.json)
.venv/bin/python -m training promote --version "$version" ${OVERRIDE:+--override "$OVERRIDE"}
test ! -e var/challenger/bundle/drift || drift=var/challenger/bundle/drift
rm -rf var/champion
.venv/bin/python -m training export --version "$version" --out var/champion/bundle \
    ${drift:+--drift "$drift"}
mv var/challenger/clients.parquet var/challenger/clients.parquet.sha256 var/champion/
"$here/bundle.sh" put bundle var/champion
