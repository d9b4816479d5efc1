# The README's two commands are `make demo` and `make test`. Needed: Python 3.11 or newer; for browser tests a Chromium.
PYTHON ?= python3
BIN := .venv/bin
CODE := tallyhub tests benchmarks

.PHONY: help demo test check format bench soak contract messages requirements clean
help:  ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/installed: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit("Tallyhub needs Python 3.11 or newer." if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	echo '$(CURDIR)' > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/tallyhub.pth"
	printf '#!%s\nfrom tallyhub.site.cli import main\n\nmain()\n' '$(CURDIR)/$(BIN)/python' > $(BIN)/tallyhub
	chmod +x $(BIN)/tallyhub
	touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

.PHONY: built
built:  # what is made from sources: static files and message catalogs; quick when nothing changed
	@$(BIN)/python -m tallyhub.site.assets
	@$(BIN)/python -m tallyhub.site.messages compile

demo: .venv/installed built  ## Set everything up, fill it with demo data and serve it
	@$(BIN)/tallyhub demo

test: .venv/installed-dev built  ## Set everything up and run every test
	$(BIN)/python -m pytest -n auto

check: .venv/installed-dev built  ## Format, lint, types, layering, translations, migrations
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tallyhub.site.messages check
	$(BIN)/python -m pytest -q -n 0 tests/house

format: .venv/installed-dev  ## Format the code and mend what the linter can
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

bench: .venv/installed-dev built  ## Measure; a table and JSON lines, ratios in one run
	$(BIN)/python -m benchmarks

soak: .venv/installed-dev  ## Long random runs against the ledger and who sees what, and kills of the serving process
	TALLYHUB_SOAK_OPERATIONS=1000000 TALLYHUB_SOAK_KILLS=200 $(BIN)/python -m pytest -n 0 tests/soak
	TALLYHUB_SIGHT_SEEDS=50 $(BIN)/python -m pytest -n auto tests/support/test_sight.py

contract: .venv/installed-dev  ## Write down the API's contract anew
	$(BIN)/python -m tallyhub api-contract > docs/openapi.json

messages: .venv/installed-dev  ## Bring the message catalogs to what the code says
	$(BIN)/python -m tallyhub.site.messages update

requirements: .venv/installed-dev  ## Pin the dependencies anew, with hashes
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header pyproject.toml --group dev -o requirements-dev.txt

clean:  ## Remove what was installed and made, the demo's data included
	-$(BIN)/python -c 'from pathlib import Path; from tallyhub.site import postgres; postgres.remove(Path("var"))'
	rm -rf .venv var node_modules tallyhub/site/static/vendor
