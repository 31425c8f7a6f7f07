PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
SPARK := .venv/.spark

.DEFAULT_GOAL := help
.PHONY: help setup demo test bench test-docker lock schema release-schema

help: ## Show what there is.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

$(SPARK): $(READY) requirements-spark.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	touch $(SPARK)

setup: $(READY) ## Install everything: virtual environment, embedded Neo4j and its Java.
	$(BIN)/python -m graph.embedded.installation

demo: setup ## Make, load, resolve and serve the sample company (ONCE=1 ends by itself).
	$(BIN)/cdp demo $(if $(ONCE),--once)

test: setup $(SPARK) ## Run lint, types, floors, all tests and the package build.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadfile
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .
	$(BIN)/check-wheel-contents dist

bench: setup ## Measure quality, speed, online latency, growth and unlinking; also as bench.json in the data folder.
	$(BIN)/python -m tests.benchmarks

test-docker: setup ## Run the integration tests on the Neo4j image CDP_NEO4J_IMAGE.
	CDP_TEST_SERVER=docker TESTCONTAINERS_RYUK_DISABLED=true $(BIN)/pytest -m "integration and not embedded" tests/integration

lock: ## Renew requirements.lock, and those of Spark and of the container (needs uv).
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --group dev pyproject.toml \
	  --custom-compile-command "make lock" -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --group spark \
	  --custom-compile-command "make lock" -o requirements-spark.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --group build --extra otel \
	  pyproject.toml -c requirements.lock --custom-compile-command "make lock" -o requirements-api.lock

schema: setup ## Write api/contract/schema.graphql from the code.
	$(BIN)/python -m api.contract.schema_export

release-schema: setup ## Keep the schema of VERSION=x.y.z, or without one tell what changed since the last.
	$(BIN)/python -m api.contract.releases $(VERSION)
