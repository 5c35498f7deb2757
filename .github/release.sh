#!/usr/bin/env bash
# release.sh STAGING_URL PRODUCTION_URL MIGRATE SWAP: the release that VERSION and COMMIT
# name takes over only when it gives a real decision, and goes back when it no longer
# does once it has taken over.
# MIGRATE is a command that brings the database to the new release's schema. It only
# expands it: the release in production serves on meanwhile, and after a roll-back.
# SWAP is a command that exchanges the two, run once to release and once to roll back.
set -euo pipefail
staging=$1 production=$2 migrate=$3 swap=$4
: "${VERSION:?is not set: the version that is released}"
: "${COMMIT:?is not set: the commit that is released}"
new=("--version=$VERSION" "--commit=$COMMIT")
smoke=$(dirname "$0")/smoke.py

# Of releases before 0.4, and of a production that does not answer, nothing is told.
read -ra before < <(python3 "$smoke" "$production" --tell || echo)
echo "release: production serves ${before[*]:-what it does not tell}"
if ! bash -c "$migrate"; then
    echo "release: the migration failed; nothing was swapped" >&2
    exit 1
fi
python3 "$smoke" "$staging" "${new[@]}"
if ! bash -c "$swap"; then
    echo "release: the swap failed; see which release serves at $production" >&2
    exit 1
fi
if python3 "$smoke" "$production" "${new[@]}"; then
    echo "released: $production"
    exit 0
fi
bash -c "$swap"
echo "rolled back: $production" >&2
python3 "$smoke" "$production" ${before[@]+"${before[@]}"}
exit 1
