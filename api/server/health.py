"""Ask the API that listens here whether it is ready: python -m api.server.health

Ends with 0 if it is, else with 1 and a line that says why not.
"""

from __future__ import annotations

import os
import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from api import address

SECONDS = 4


def main() -> None:
    try:
        connection = HTTPConnection(*address.own(os.environ), timeout=SECONDS)
        connection.request("GET", "/health/ready")
        response = connection.getresponse()
        told = response.read().decode()
    except (OSError, HTTPException, ValueError) as error:
        sys.exit(f"not ready: {error}")
    if response.status != HTTPStatus.OK:
        sys.exit(f"not ready: {told}")


if __name__ == "__main__":
    main()
