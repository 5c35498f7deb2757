# `make demo` and `make test` need Python 3.11 or later and make, nothing else.

DATA =
BUDGET = quick
CLIENTS = 10000
API_PORT = 5000
DASHBOARD_PORT = 8501

PYTHON = .venv/bin/python
LOCK = requirements-dev.txt
READY = .venv/.ready

.PHONY: help demo test check prove examples lock audit sbom bench soak clean

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
	@.venv/bin/mypy --strict docs/scoring_client.py
	@.venv/bin/lint-imports
	@.venv/bin/hadolint */Dockerfile
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@.venv/bin/zizmor --quiet --offline --min-severity medium .github/workflows
	@$(PYTHON) .make/lock.py --check

# Spark is larger than all the rest: its layer is put in for its tests and taken out.
prove: $(READY) ## Spark on a cluster of two workers, and the Dockerfiles replayed
	@python3 -m pip --python $(PYTHON) install --quiet --disable-pip-version-check \
		--require-hashes -r requirements-spark.txt
	@$(PYTHON) -m pytest -q tests/contract/test_spark.py; status=$$?; \
		python3 -m pip --python $(PYTHON) uninstall --quiet --yes pyspark py4j; exit $$status
	@$(PYTHON) .ci/images.py

bench: $(READY) ## speed and memory, as ratios to bare baselines
	@$(PYTHON) -m tests.benchmarks.features
	@$(PYTHON) -m tests.benchmarks.serving
	@$(PYTHON) -m tests.benchmarks.reloading
	@$(PYTHON) -m tests.benchmarks.slow_clients
	@$(PYTHON) -m tests.benchmarks.cold_starts
	@$(PYTHON) -m tests.benchmarks.validation
	@$(PYTHON) -m tests.benchmarks.search
	@$(PYTHON) -m tests.benchmarks.dashboard
	@$(PYTHON) -m tests.benchmarks.monitor

soak: $(READY) ## what takes long to go wrong: races, kills, a hundred thousand predictions
	@$(PYTHON) -m tests.benchmarks.races
	@$(PYTHON) -m tests.benchmarks.durability
	@$(PYTHON) -m tests.benchmarks.soak

examples: $(READY) ## record anew what the API's documents show as its answers
	@$(PYTHON) -m pytest -q tests/contract/test_examples.py --record-examples

lock: $(READY) ## compile pyproject.toml into the requirements files
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PYTHON) .make/lock.py

audit: $(READY) ## known weaknesses of what the locks pin (asks the package index)
	@for part in api dashboard training; do \
		.venv/bin/pip-audit --require-hashes --disable-pip --strict \
			--progress-spinner off -r requirements-$$part.txt || exit 1; \
	done

sbom: $(READY) ## a CycloneDX bill per part in var/sbom, and docs/licences.md
	@$(PYTHON) .make/sbom.py

clean: ## remove everything that demo and test made
	rm -rf var .venv

$(READY): $(LOCK)
	@sh .make/environment.sh $(LOCK)
	@touch $(READY)
