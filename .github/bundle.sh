#!/usr/bin/env bash
# Bundles in the storage account $ACCOUNT, each with its clients under the bundle's SHA-256:
#   bundle.sh put CONTAINER FOLDER          upload bundle/, clients.parquet and its .sha256
#   bundle.sh point CONTAINER SHA256        `current` names it: what get fetches
#   bundle.sh get CONTAINER FOLDER [SHA256 [PATTERN]]
# put prints the SHA-256, which it finds; get replaces FOLDER once all is there and whole.
set -euo pipefail
command=$1 container=$2 folder=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

blob() {
    az storage blob "$@" --auth-mode login --account-name "$ACCOUNT" --output none
}

# The SHA-256 of the bundle in a folder, once its clients are as they were exported.
sha256_of() {
    if [ -e "$1/clients.parquet" ]; then
        (cd "$1" && sha256sum --check --quiet clients.parquet.sha256) >&2
    fi
    sha256sum "$1/bundle/manifest.json" | cut -d' ' -f1
}

require_sha256() {
    [[ $1 =~ ^[0-9a-f]{64}$ ]] && return
    echo "bundle: $container: expected a bundle's SHA-256, found '$1'" >&2
    exit 1
}

case $command in
    put)
        sha256=$(sha256_of "$folder")
        blob upload-batch --source "$folder" --destination "$container" \
            --destination-path "$sha256" --overwrite
        echo "$sha256"
        ;;
    point)
        require_sha256 "$3"
        echo "$3" >"$work/current"
        blob upload --file "$work/current" --container-name "$container" --name current --overwrite
        ;;
    get)
        sha256=${4:-current} pattern=${5:-*}
        if [ "$sha256" = current ]; then
            blob download --container-name "$container" --name current --file "$work/current"
            sha256=$(cat "$work/current")
        fi
        require_sha256 "$sha256"
        rm -rf "$folder.new"
        mkdir -p "$folder.new"
        blob download-batch --source "$container" --pattern "$sha256/$pattern" \
            --destination "$folder.new"
        found=$(sha256_of "$folder.new/$sha256")
        if [ "$found" != "$sha256" ]; then
            echo "bundle: $container/$sha256: expected that bundle, found $found" >&2
            exit 1
        fi
        rm -rf "$folder"
        mv "$folder.new/$sha256" "$folder"
        rmdir "$folder.new"
        ;;
    *)
        echo "bundle: expected put, point or get, found '$command'" >&2
        exit 2
        ;;
esac
