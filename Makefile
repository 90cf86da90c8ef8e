# Every target is idempotent; a step runs again only when what it depends on has changed.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --root-user-action=ignore
PATHS := server rules tests tools bench

export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.PHONY: help setup setup-editors setup-vscode demo test check format lint layers types wheel bench proof new-rule pages clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 17

setup: .venv/.dev tests/node/node_modules/.package-lock.json ## virtual environment, development tools, npm packages of the tests

.venv/.run: pyproject.toml
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@$(PIP) -e .
	@touch $@

.venv/.dev: .venv/.run
	@$(PIP) -e '.[dev]'
	@touch $@

tests/node/node_modules/.package-lock.json: tests/node/package-lock.json
	@if command -v npm >/dev/null; then \
	  cd tests/node && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null && touch node_modules/.package-lock.json; \
	else echo "npm is not installed: the tests that need TypeScript will be skipped"; fi

setup-editors: editors/vscode/node_modules/.package-lock.json .tools/nvim/bin/nvim ## what the editors' tests need; they are skipped without

editors/vscode/node_modules/.package-lock.json: editors/vscode/package-lock.json
	@if command -v npm >/dev/null; then \
	  cd editors/vscode && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null && touch node_modules/.package-lock.json; \
	else echo "npm is not installed: the VS Code extension cannot be built"; fi

.tools/nvim/bin/nvim:
	@if nvim --clean --headless -c 'if !has("nvim-0.11") | cquit | endif' +qall >/dev/null 2>&1; then :; \
	elif command -v apt-get >/dev/null && timeout 180 tools/install_nvim.sh forky .tools/nvim >/dev/null 2>&1; then :; \
	else rm -rf .tools/nvim; echo "Neovim 0.11 or newer could not be installed: its tests will be skipped"; fi

setup-vscode: setup-editors .tools/vscode/server.sh ## a whole VS Code for its tests (400 MB); Chromium must be there

.tools/vscode/server.sh:
	@tools/install_vscode.sh .tools/vscode

demo: .venv/.run ## check the sample monorepo
	@$(BIN)/fourlayer check --root examples/monorepo || [ $$? -eq 1 ]

test: setup ## run the tests; ARGS are handed to pytest
	@$(BIN)/pytest $(ARGS)

check: setup format lint layers types wheel ## everything that CI runs, the tests last
	@$(BIN)/pytest -q -ra

format: .venv/.dev ## check the formatting
	@$(BIN)/ruff format --check --quiet $(PATHS) || { echo "not formatted: run $(BIN)/ruff format $(PATHS)"; exit 1; }

lint: .venv/.dev ## ruff
	@$(BIN)/ruff check --quiet $(PATHS)

layers: .venv/.dev ## import-linter: the directions between the rooms
	@$(BIN)/lint-imports >.venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }

types: .venv/.dev ## mypy and pyright
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/pyright >.venv/pyright.log || { cat .venv/pyright.log; exit 1; }

wheel: .venv/.dev ## build the wheel, look into it, install it alone and run it
	@tools/wheel.sh $(BIN)/python build/wheel

bench: .venv/.dev ## ratios to bare Python and, with PEERS=, to other tools; REPO= measures a checkout
	@$(BIN)/python -m bench.run $(if $(REPO),--repo '$(REPO)') $(if $(PEERS),--peers '$(PEERS)') $(ARGS)

proof: .venv/.dev ## findings per rule on the checkout REPO= and, with ORACLES=, agreement with other judges
	@[ -n '$(REPO)' ] || { echo "usage: make proof REPO=<checkout> [ORACLES=<folder>]"; exit 2; }
	@$(BIN)/python -m tools.proof.agree --repo '$(REPO)' $(if $(ORACLES),--oracles '$(ORACLES)') $(ARGS)

new-rule: .venv/.dev ## RULE=id CATEGORY=name: a folder with a rule that works and its page
	@$(BIN)/python -m tools.new_rule '$(RULE)' '$(CATEGORY)'

pages: .venv/.dev ## regenerate what pages and README take from the registry, and the README's sample output
	@$(BIN)/python -m tools.pages

clean: ## remove everything that was built or installed
	@rm -rf .venv .tools build dist tests/node/node_modules editors/vscode/node_modules editors/vscode/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
