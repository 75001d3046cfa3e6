# Glasshouse: two commands, `make serve` and `make test`. `make` alone lists the others.
# Without make: `python3 serve.py` and `python3 serve.py test` do the same.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
RUN := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: serve test check format bench bench-instructions docs screenshots upgrade audit clean help

serve: .venv/.installed-base ## Install, migrate, load the demo data once, serve (HOST=127.0.0.1 PORT=8000)
	@exec $(RUN) serve.py serve --prepare --host $(HOST) --port $(PORT) $(ARGS)

test: .venv/.installed-dev ## Run the tests (ARGS="-k session" picks some)
	@$(RUN) serve.py test $(ARGS)

check: .venv/.installed-dev ## Lint, formatting and types
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

format: .venv/.installed-dev ## Let ruff mend what it can
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

bench: var/bench-venv/.installed ## Measure side by side with the peers (ARGS="--quick --works a")
	@var/bench-venv/bin/python -m benchmarks $(ARGS)

bench-instructions: var/bench-venv/.installed ## Count instructions under valgrind, compare with the figures in the repository
	@var/bench-venv/bin/python -m benchmarks.instructions $(ARGS)

var/bench-venv/.installed: benchmarks/requirements.txt
	@mkdir -p -m 700 var
	@$(PYTHON) -m venv --clear var/bench-venv
	@var/bench-venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

docs: .venv/.installed-docs ## Build the documentation into docs/_build
	$(RUN) -m sphinx -W --keep-going -b html docs docs/_build/html

screenshots: .venv/.installed-browser ## Take the pictures of README.md and docs/ anew (needs Chromium)
	$(RUN) docs/screenshots.py

# The newest releases that fit setup.cfg, resolved from nothing in an environment of its own.
upgrade: ## Renew constraints.txt; then run make check test and read what changed
	@rm -rf var/upgrade
	@$(PYTHON) -m venv var/upgrade
	@var/upgrade/bin/python -m pip install --quiet --disable-pip-version-check --upgrade ".[dev,browser,docs]"
	@{ echo "# What make and CI install: written by make upgrade, read by make audit."; \
	   var/upgrade/bin/python -m pip freeze --exclude glasshouse; } > constraints.txt
	@rm -rf var/upgrade build
	@git --no-pager diff --stat -- constraints.txt

audit: .venv/.installed-dev ## Look for known weaknesses in what constraints.txt pins
	@$(PYTHON) -m venv var/audit
	@var/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	@var/audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip

clean: ## Remove everything that can be made again, and keep var/ (the database, uploads)
	rm -rf .venv build dist *.egg-info docs/_build htmlcov .coverage .coverage.* var/upgrade var/audit
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:
	@echo "make serve starts the site, make test runs the tests. All of them:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'

.venv/.installed-%: setup.cfg constraints.txt
	@$(PYTHON) serve.py install $*
