# `make demo` and `make test` need Python 3.11 or later and make, nothing else.

DATA =
BUDGET = quick
CLIENTS = 10000
# Why a model that its gates refuse shall be served nevertheless.
OVERRIDE =
API_PORT = 5050
DASHBOARD_PORT = 8501
ATTACK_SECONDS = 600
# Who hands over, when (MMYYYY), and where the API is deployed if it is.
NAME =
DATE =
URL =

PYTHON = .venv/bin/python
FLASK = $(PYTHON) -m flask --app api
HAND_OVER = $(PYTHON) .make/deliverables.py --name="$$NAME" --date="$$DATE" --url="$$URL"
# The report of their last run.
TESTS = var/tests.xml
UV = VIRTUAL_ENV=.venv .venv/bin/uv pip
# One environment, in two steps: what the demo runs, and the rest.
LOCK = requirements-dev.txt
DEMO = .venv/.demo
READY = .venv/.ready
# What lints the API's document; its package holds all that it needs.
LINTER = .venv/linter/package-lock.json

# Where it is set, each of a dozen processes would compile anew all that it imports. What
# they import takes 9 s of CPU to compile, the whole environment (uv's
# --compile-bytecode) 43.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo ports deliverables named test check prove containers examples types lock audit sbom bench soak clean FORCE

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/'

demo: $(DEMO) ports var/demo.env ## train on DATA (or invented clients) and start API and dashboard
	@. ./var/demo.env && export DASHBOARD_API_KEY SCORING_KEY && \
		$(PYTHON) .make/serve.py $(API_PORT) $(DASHBOARD_PORT) $(DAY)

deliverables: $(READY) named var/demo.env ## the six things to hand over: NAME=Dupont_Jean DATE=012026, URL= of a deployed API
	@. ./var/demo.env && export SCORING_KEY && \
		$(HAND_OVER) --data="$(TABLES)" --tests=$(TESTS) $(if $(DATA),,--invented)

test: $(READY) ## run every test
	@$(PYTHON) -m pytest -n 2 --dist loadgroup --junitxml=$(TESTS)

check: $(READY) $(LINTER) ## lint, types, import rules, the API's document, locks, generated types
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy --strict api policy
	@MYPYPATH=dashboard .venv/bin/mypy --strict --explicit-package-bases dashboard/*.py dashboard/*/*.py dashboard/*/*/*.py
	@.venv/bin/mypy --strict training
	@MYPYPATH=docs .venv/bin/mypy --strict docs/*.py
	@MYPYPATH=dashboard:tests/dashboard .venv/bin/mypy --explicit-package-bases --check-untyped-defs tests
	@.venv/bin/lint-imports
	@cd dashboard && ../.venv/bin/lint-imports --config ../.make/dashboard.importlinter
	@.venv/bin/hadolint */Dockerfile
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@.venv/bin/zizmor --quiet --offline --min-severity medium .github/workflows
	@$(PYTHON) .make/lint.py
	@$(PYTHON) .make/lock.py --check
	@$(PYTHON) .make/answers.py --check

# Spark is larger than all the rest: its layer is put in for its tests and taken out.
prove: $(READY) ## Spark on a cluster of two workers, a policy on real applications, pages of a scorecard
	@$(UV) install --quiet --require-hashes -r requirements-spark.txt
	@$(PYTHON) -m pytest -q tests/contract/test_spark.py; status=$$?; \
		$(UV) uninstall --quiet pyspark py4j; exit $$status
	@$(PYTHON) -m pytest -q tests/contract/test_policy.py -k real --whole
	@$(PYTHON) -m pytest -q tests/browser --serve scorecard

containers: $(READY) ## the images built and run by an engine as the documents say, killed and replaced under load
	@PYTHONPATH=. $(PYTHON) .ci/containers.py

bench: $(READY) ## speed and memory, as ratios to bare baselines
	@rm -rf var/bench
	@$(PYTHON) -m tests.benchmarks.features
	@$(PYTHON) -m tests.benchmarks.training
	@$(PYTHON) -m tests.benchmarks.serving
	@$(PYTHON) -m tests.benchmarks.explanations
	@$(PYTHON) -m tests.benchmarks.online
	@$(PYTHON) -m tests.benchmarks.policy
	@$(PYTHON) -m tests.benchmarks.drafts
	@$(PYTHON) -m tests.benchmarks.reloading
	@$(PYTHON) -m tests.benchmarks.slow_clients
	@$(PYTHON) -m tests.benchmarks.cold_starts
	@$(PYTHON) -m tests.benchmarks.validation
	@$(PYTHON) -m tests.benchmarks.search
	@$(PYTHON) -m tests.benchmarks.databases
	@$(PYTHON) -m tests.benchmarks.dashboard
	@$(PYTHON) -m tests.benchmarks.monitor

soak: $(READY) ## what takes long to go wrong: races, kills, 100,000 predictions, false alarms, absent columns
	@$(PYTHON) -m tests.benchmarks.races
	@$(PYTHON) -m tests.benchmarks.durability
	@$(PYTHON) -m tests.benchmarks.soak
	@$(PYTHON) -m tests.benchmarks.fuzz
	@DAMAGED_FILES=300 $(PYTHON) -m pytest -q tests/api/bundle/test_damaged.py tests/contract/test_shap_lookup.py
	@$(PYTHON) -m tests.benchmarks.attacks var/bench $(ATTACK_SECONDS)
	@$(PYTHON) -m tests.benchmarks.alerts $(DATA)
	@$(PYTHON) -m tests.benchmarks.absent_columns
	@$(PYTHON) -m tests.benchmarks.terms $(DATA)

examples: $(READY) ## record anew what the API's documents and the notebooks show
	@$(PYTHON) .make/notebooks.py docs/walkthrough.ipynb
	@$(PYTHON) -m pytest -q tests/contract/test_examples.py tests/test_deliverables.py --record-examples

types: $(READY) ## make the types of the API's answers anew, from its document
	@$(PYTHON) .make/answers.py

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

$(DEMO): $(LOCK) pyproject.toml
	@sh .make/environment.sh -c $(LOCK) -r pyproject.toml --extra api --extra dashboard --extra training --extra report
	@touch $@

$(READY): $(DEMO)
	@$(UV) install --quiet --require-hashes -r $(LOCK)
	@touch $@

$(LINTER): .make/linter/package-lock.json $(READY)
	@mkdir -p .venv/linter
	@cp .make/linter/package.json .venv/linter/
	@cp $< $@
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm ci --prefix .venv/linter --silent --ignore-scripts || { rm $@; exit 1; }

# The demo's stages, each done again when what it is made from changes or its result is
# gone. Whatever is set outside, they keep to var/.
demo deliverables: export TRAINING_TRACKING_URI = sqlite:///var/mlflow.db
demo deliverables: export SCORING_COMMIT = $(shell git rev-parse HEAD 2>/dev/null)
demo deliverables: export DASHBOARD_COMMIT = $(SCORING_COMMIT)
demo deliverables: export SCORING_BUNDLE = var/bundle
demo deliverables: export SCORING_DATABASE_URL = sqlite:///var/scoring.sqlite
# Of the invented lender; nobody knows those of real data.
demo deliverables: export SCORING_PRICES = $(if $(DATA),,var/data/prices.json)

# What to do about a model that its gates refuse.
REFUSED = "make demo: serve it nevertheless by adding OVERRIDE='your reason', or" \
	$(if $(DATA),"train on more clients whose numbers do not follow their outcomes",\
	"invent more clients by CLIENTS=10000 or above")

# What was done before it opens: of invented clients alone.
DAY = $(if $(DATA),,docs/a_day.py)
TABLES = $(or $(patsubst ~/%,$(HOME)/%,$(DATA)),var/data)
code = $(shell find $(1) -type f ! -path '*/__pycache__/*')
gone = $(if $(wildcard $(1)),,FORCE)
# Evidently, which draws the report, has no release for Python 3.14.
DRIFT = $(shell $(PYTHON) -c "import importlib.util as i; exit(not i.find_spec('evidently'))" && echo yes)

ports: $(DEMO)
	@$(PYTHON) .make/serve.py --check $(API_PORT) $(DASHBOARD_PORT)

named: $(READY)
	@$(HAND_OVER) --check

# Written when the options or the given tables change.
var/asked: FORCE | $(if $(filter deliverables,$(MAKECMDGOALS)),named,ports)
	@mkdir -p var
	@{ echo "$(BUDGET) $(CLIENTS) $(DATA)"; $(if $(DATA),ls -ln "$(TABLES)",:); } >$@.new 2>&1 || :
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

var/data/application_train.csv: var/asked $(call code,training/synthesize training/tables)
	$(PYTHON) -m training synthesize --clients=$(CLIENTS) --out=var/data

var/trained: var/asked $(call code,training) $(if $(DATA),,var/data/application_train.csv) $(call gone,var/mlflow.db)
	$(PYTHON) -m training train --data="$(TABLES)" --budget=$(BUDGET)
	@touch $@

# It ends with 3 where gates are not passed.
var/promoted: var/trained
	@$(PYTHON) -m training promote $(if $(OVERRIDE),--override="$$OVERRIDE") || { \
		status=$$?; test $$status -ne 3 || echo $(REFUSED) >&2; exit $$status; }
	@touch $@

var/bundle/manifest.json: var/promoted $(call gone,var/clients.parquet)
	$(if $(DRIFT),$(PYTHON) -m training drift --data="$(TABLES)" --version=champion)
	$(PYTHON) -m training export --clients=var/clients.parquet $(if $(DRIFT),$$(test ! -e var/drift || echo --drift=var/drift))

var/imported: var/bundle/manifest.json $(call code,api policy) $(call gone,var/scoring.sqlite)
	@test -e var/scoring.sqlite || rm -f var/demo.env
	$(FLASK) db upgrade
	$(FLASK) clients import var/clients.parquet $(if $(DATA),,--references var/data/references.csv)
	@touch $@

# The dashboard's key, and one for programs and commands.
var/demo.env: var/imported
	@test -e $@ || { umask 077; add="$(FLASK) keys add --role officer --role senior --role scoring --role analyst --role admin"; \
		asking=$$($$add --role delegate demo-dashboard-$$$$) && own=$$($$add demo-$$$$) && \
		printf '%s\n' "DASHBOARD_API_KEY=$$asking" "SCORING_KEY=$$own" >$@; }
