# release.sh STAGING_URL PRODUCTION_URL SWAP: the new release takes over only when it
# gives a real decision, and goes back when it no longer does once it has taken over.
# SWAP is a command that exchanges the two, run once to release and once to roll back.
set -euo pipefail
staging=$1 production=$2 swap=$3
smoke=$(dirname "$0")/smoke.py

python3 "$smoke" "$staging"
$swap
if python3 "$smoke" "$production"; then
    echo "released: $production"
    exit 0
fi
$swap
echo "rolled back: $production" >&2
python3 "$smoke" "$production"
exit 1
