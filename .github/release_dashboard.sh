#!/usr/bin/env bash
# release_dashboard.sh STAGING_URL PRODUCTION_URL SWAP: the dashboard at STAGING_URL takes over
# once it is healthy, and goes back when it no longer is once it has taken over. SWAP is a
# command that exchanges the two.
set -euo pipefail
staging=$1 production=$2 swap=$3

healthy() {
    curl --fail --silent --show-error --retry "${HEALTH_TRIES:-30}" --retry-delay 5 \
        --retry-all-errors --max-time 10 "$1/_stcore/health" >/dev/null
}

healthy "$staging"
$swap
if healthy "$production"; then
    echo "released: $production"
    exit 0
fi
$swap
echo "rolled back: $production" >&2
healthy "$production"
exit 1
