"""The dashboard's entry: `streamlit run dashboard/app.py` from the repository root.

`main.py` is what each session runs; here the server is given its login, which stays in
the environment and is never written to a file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

import config
from components import report_page
from errors import ConfigError
from session.login import check_address

# Other settings that are missing or wrong are told on the page.
try:
    login = config.login()
    check_address(st.get_option("server.address"), login)
except ConfigError as error:
    sys.exit(f"dashboard: {error}")
app = st.App(
    Path(__file__).with_name("main.py"),
    secrets=login.secrets() if login else {},
    routes=[report_page.route()],
)
