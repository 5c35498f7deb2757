#!/usr/bin/env bash
# flask.sh ARGUMENT…: a command of the API, on the database SCORING_DATABASE_URL, by the image
# $IMAGE or, without one, that of the web app $APP. Where $IN is set, the bundle and clients
# in that folder are /in.
set -euo pipefail
if [ -z "${IMAGE:-}" ]; then
    IMAGE=$(az webapp config show --name "$APP" --resource-group "$GROUP" \
        --query linuxFxVersion --output tsv)
fi
mounted=()
if [ -n "${IN:-}" ]; then
    mounted=(--volume "$(realpath "$IN"):/in:ro" --env SCORING_BUNDLE=/in/bundle)
fi
# Where the chain ends is noted by the API, on its own disk.
exec docker run --rm --env SCORING_DATABASE_URL --env SCORING_CHAIN_END=/tmp/end \
    "${mounted[@]}" "${IMAGE#DOCKER|}" python -m flask --app api "$@"
