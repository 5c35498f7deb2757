"""The scoring API. `create_app` is its only entry; importing this makes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from api.config import Config


def create_app(config: Config | None = None) -> Flask:
    """Build the application; without `config`, from the SCORING_* environment."""
    from api.config import Config
    from api.factory import build

    return build(config or Config.from_environment())
