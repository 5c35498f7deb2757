#!/usr/bin/env bash
# serve_bundle.sh FOLDER: have the API at $API_URL serve the bundle and the clients in FOLDER,
# or again what it served before. RELOAD=false only puts them there: no API runs yet.
set -euo pipefail
here=$(dirname "$0") folder=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sha256=$(sha256sum "$folder/bundle/manifest.json" | cut -d' ' -f1)

# The share that the API's containers have at /data.
file() {
    az storage file "$@" --auth-mode login --enable-file-backup-request-intent \
        --account-name "$ACCOUNT"
}

reload() {
    curl --fail-with-body --silent --show-error --request POST \
        --header "Authorization: Bearer $RELOAD_API_KEY" "$API_URL/v1/model/reload"
}

serve() {
    echo "$1" >"$work/current"
    file upload --source "$work/current" --share-name "$SHARE" --path bundle/current \
        --output none || return
    [ "${RELOAD:-true}" = true ] || return 0
    # Not every process serves it at once, and a share may show the old `current` for a moment.
    for _ in 1 2 3 4 5; do
        reload || return
        python3 "$here/smoke.py" "$API_URL" --bundle "$1" && return
        sleep 3
    done
    return 1
}

before=""
if [ "$(file exists --share-name "$SHARE" --path bundle/current --query exists --output tsv)" = true ]; then
    file download --share-name "$SHARE" --path bundle/current --dest "$work/before" --output none
    before=$(cat "$work/before")
fi
file upload-batch --source "$folder/bundle" --destination "$SHARE" \
    --destination-path "bundle/$sha256" --output none
# Clients of another feature set wait in the database until their bundle is served.
IN=$folder "$here/flask.sh" clients import /in/clients.parquet
if serve "$sha256"; then
    "$here/bundle.sh" point bundle "$sha256"
    echo "serves: $sha256"
    exit 0
fi
if [ -n "$before" ]; then
    serve "$before"
    echo "rolled back: $before" >&2
fi
exit 1
