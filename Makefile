# `make demo` and `make test` need Python 3.11 or later and make, nothing else.

DATA =
BUDGET = quick
CLIENTS = 10000
API_PORT = 5000
DASHBOARD_PORT = 8501

PYTHON = .venv/bin/python
LOCK = requirements-dev.txt
READY = .venv/.ready

.PHONY: help demo test check lock bench clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/'

demo: $(READY) ## train on DATA (or invented clients) and start API and dashboard
	@$(PYTHON) .make/demo.py --data "$(DATA)" --budget $(BUDGET) \
		--clients $(CLIENTS) --api-port $(API_PORT) --dashboard-port $(DASHBOARD_PORT)

test: $(READY) ## run every test
	@$(PYTHON) -m pytest -n 2 --dist loadgroup

check: $(READY) ## lint, types, import rules, locks
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy --strict api
	@MYPYPATH=dashboard .venv/bin/mypy --strict --explicit-package-bases dashboard/*.py dashboard/screens/*.py
	@.venv/bin/mypy training
	@.venv/bin/lint-imports
	@$(PYTHON) .make/lock.py --check

bench: $(READY) ## speed and memory, as ratios to bare baselines
	@$(PYTHON) -m tests.benchmarks.features

lock: $(READY) ## compile pyproject.toml into the requirements files
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PYTHON) .make/lock.py

clean: ## remove everything that demo and test made
	rm -rf var .venv

$(READY): $(LOCK)
	@sh .make/environment.sh $(LOCK)
	@touch $(READY)
