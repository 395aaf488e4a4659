# The commands a person types; `make` lists them. Needs Python 3.11 or later and git, nothing else.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
HANDLERS := $(filter-out lambdas/shared/,$(wildcard lambdas/*/))
# Without byte code every import of aws_cdk and sagemaker takes several times as long.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: help demo up synth test soak iam-report aws-dry-run lint format docs bench clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

demo: .venv/ready ## a push becomes a production endpoint, on this machine [DATA=path/to/abalone.csv] [CHECKS=native|open] [PORT=4510]
	@$(BIN)/python -m demo run $(if $(DATA),--data "$(DATA)") $(if $(CHECKS),--checks "$(CHECKS)") $(if $(PORT),--port $(PORT))

up: .venv/ready ## start the local cloud, deploy the stacks to it, and stay [CHECKS=native|open] [PORT=4510]
	@$(BIN)/python -m demo up $(if $(CHECKS),--checks "$(CHECKS)") $(if $(PORT),--port $(PORT))

synth: .venv/ready ## synthesize the CloudFormation templates into cdk.out
	@cdk synth --quiet && ls cdk.out/*.template.json

test: .venv/ready ## run every test (about the time that docs/benchmarks.md says)
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

soak: .venv/ready ## put every fault into the loop (docs/faults.md), take every permission away across accounts (about an hour)
	@rm -rf .slipway/faults && mkdir -p .slipway/faults
	@FAULTS_COUNTS=$(CURDIR)/.slipway/faults $(BIN)/python -m pytest -m "soak or not soak" tests/faults tests/e2e/accounts $(ARGS)
	@$(BIN)/python -m tools.faults_page .slipway/faults

iam-report: .venv/ready ## run the end-to-end tests and write what each role may do and does (docs/iam.md)
	@rm -rf .slipway/iam-report && mkdir -p .slipway/iam-report
	@IAM_CALLS_DIR=$(CURDIR)/.slipway/iam-report $(BIN)/python -m pytest -n auto --dist loadfile tests/e2e
	@$(BIN)/python -m tools.iam_report .slipway/iam-report

aws-dry-run: .venv/ready ## what `TARGET=aws pytest tests/e2e` would create in your account, and about what it costs
	@cdk synth --quiet && $(BIN)/python -m tools.aws_dry_run cdk.out .slipway/iam-report

lint: .venv/ready ## ruff (format and rules) and mypy
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy infra localcloud demo bench tools app.py
	@# The model repository is a project of its own.
	@cd pipeline_code && ../$(BIN)/mypy --config-file ../pyproject.toml --cache-dir ../.mypy_cache/model pipelines
	@# Each handler's folder is the root of an asset of its own, beside the shared package.
	@for handler in $(HANDLERS); do MYPYPATH=lambdas/shared:$$handler $(BIN)/mypy $$handler lambdas/shared || exit 1; done

format: .venv/ready ## rewrite the code in ruff's format
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

docs: .venv/ready ## rewrite the generated tables of docs/fidelity.md
	@$(BIN)/python -m tools.coverage_table

bench: .venv/ready ## measure for half an hour, and write docs/benchmarks.md [DATA=path/to/abalone.csv] [TESTS=1]
	@$(BIN)/python -m bench $(if $(DATA),--data "$(DATA)") $(if $(TESTS),--tests)

clean: ## remove what the local cloud and the builds left (not the environment)
	@rm -rf .slipway cdk.out

.venv/ready: requirements.txt package.json package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; this is %d.%d (give another with PYTHON=...)" % sys.version_info[:2])'
	@echo "making the environment in .venv (once; about a minute)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep -E '^uv==' requirements.txt)"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --compile-bytecode requirements.txt
	@$(BIN)/npm ci --loglevel=error --no-fund --no-audit
	@touch $@
