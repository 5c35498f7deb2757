"""The addresses of the dashboard's own pages."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from session.language import PARAMETER, code

# The page of the bare address.
CLIENT_PAGE = ""


def address(page: str, **parameters: object) -> str:
    """A page by the last part of its path, in the language of this session."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    query = urlencode({PARAMETER: code(), **parameters})
    return "/".join(["", *([base] if base else []), page]) + f"?{query}"
