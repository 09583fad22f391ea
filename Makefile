# Everything runs in a virtual environment of its own, with pinned versions.
VENV := .venv
PYTHON := $(VENV)/bin/python

.PHONY: bundles test lint judges wheel clean

# The editable install writes nothing into the checkout; it is renewed when pyproject.toml changes.
$(VENV)/oxconf.installed: pyproject.toml .ci/requirements.txt .ci/venv
	@.ci/venv $(VENV) .ci/requirements.txt
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.installed: $(VENV)/oxconf.installed .ci/requirements-test.txt
	@.ci/venv $(VENV) .ci/requirements-test.txt
	@touch $@

bundles: $(VENV)/oxconf.installed
	$(VENV)/bin/oxconf render --tier 1m --output build/bundles

lint: $(VENV)/test.installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

test: lint
	$(PYTHON) -m pytest

judges:
	.ci/judges

wheel: $(VENV)/oxconf.installed
	$(PYTHON) -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir build/wheel .

clean:
	rm -rf build $(VENV)
