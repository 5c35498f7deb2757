#!/usr/bin/env bash
# keys.sh add NAME SECRET ROLE…: make a key of the API and keep it, unseen, as a secret of the
# key vault $VAULT. keys.sh revoke NAME: make it useless.
set -euo pipefail
here=$(dirname "$0") action=$1 name=$2
case $action in
    add)
        secret=$3
        shift 3
        if [ -z "$secret" ] || [ $# -eq 0 ]; then
            echo "keys: $name: expected the secret that it becomes, and its roles" >&2
            exit 2
        fi
        work=$(mktemp -d)
        trap 'rm -rf "$work"' EXIT
        # The first key comes before the first release, which does this.
        "$here/flask.sh" db upgrade
        "$here/flask.sh" keys add "$name" "${@/#/--role=}" | awk 'END { printf "%s", $NF }' >"$work/key"
        az keyvault secret set --vault-name "$VAULT" --name "$secret" --file "$work/key" --output none
        ;;
    revoke) "$here/flask.sh" keys revoke "$name" ;;
    *)
        echo "keys: expected add or revoke, found '$action'" >&2
        exit 2
        ;;
esac
