#!/usr/bin/env bash
# with_secrets.sh VARIABLE=SECRET… -- COMMAND…: run the command with secrets of the key vault
# $VAULT in its environment. VARIABLE=SECRET? stays unset where the vault has no such secret.
set -euo pipefail
names=$(az keyvault secret list --vault-name "$VAULT" --query "[].name" --output tsv)
while [ "$1" != -- ]; do
    variable=${1%%=*} secret=${1#*=}
    if [ "${secret%\?}" = "$secret" ] || grep -qx "${secret%\?}" <<<"$names"; then
        value=$(az keyvault secret show --vault-name "$VAULT" \
            --name "${secret%\?}" --query value --output tsv)
        echo "::add-mask::$value"
        export "$variable=$value"
    fi
    shift
done
shift
exec "$@"
