# Everything runs in a virtual environment of its own, with pinned versions.
VENV := .venv
PYTHON := $(VENV)/bin/python

# Where the site will be, for canonical links; unknown on a machine of one's own.
SITE_URL :=
SITE_BUILD := build
PORT := 8000

# Where `make releases` keeps the file systems of other releases, 9 gigabytes.
RELEASES := /var/tmp/oxconf-releases

.PHONY: bundles bundles-update schemas test lint judges releases lab pythons site serve browser benchmarks wheel clean

# The editable install writes nothing into the checkout; it is renewed when pyproject.toml changes.
$(VENV)/oxconf.installed: pyproject.toml .ci/requirements.txt .ci/venv
	@.ci/venv $(VENV) .ci/requirements.txt
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.installed: $(VENV)/oxconf.installed .ci/requirements-test.txt
	@.ci/venv $(VENV) .ci/requirements-test.txt
	@touch $@

$(VENV)/site.installed: $(VENV)/oxconf.installed .ci/requirements-site.txt
	@.ci/venv $(VENV) .ci/requirements-site.txt
	@touch $@

bundles: $(VENV)/oxconf.installed
	$(VENV)/bin/oxconf render --tier 1m --output build/bundles

# The reference deployments as they are rendered now; `git diff bundles` shows what a change of the code does to them.
# The environment is empty, so that no password of this machine gets in.
bundles-update: $(VENV)/oxconf.installed
	@for cluster in bundles/*/cluster.toml; do \
	    hosts=$$(dirname "$$cluster")/hosts; new=build/$$hosts; \
	    rm -rf "$$new"; \
	    said=$$(env -i $(VENV)/bin/oxconf render "$$cluster" --tree --output "$$new" 2>&1) \
	        || { echo "$$said" >&2; exit 1; }; \
	    rm -rf "$$hosts"; mv "$$new" "$$hosts"; \
	    echo "$$hosts"; \
	done

# What `oxconf schema` prints, kept where it can be read and linked to.
schemas: $(VENV)/oxconf.installed
	@mkdir -p build
	@for name in cluster host-manifest manifest runbook findings diff; do \
	    $(VENV)/bin/oxconf schema $$name > build/schema.json || exit 1; \
	    mv build/schema.json schemas/oxconf-$$name.schema.json; \
	done

lint: $(VENV)/test.installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

test: lint $(VENV)/site.installed
	$(PYTHON) -m pytest

judges:
	.ci/judges

# The runbooks on the database servers of other releases of Debian and Ubuntu, from their mirrors: an hour.
releases:
	OXCONF_RELEASES="$(RELEASES)" .ci/judges -k "test_releases or test_live_semi_sync"

# The cluster of CLUSTER, or those of the scenarios, alive on this machine: SCENARIO names one or a group, RUNS says how
# often, KEEP=1 leaves the cluster up until Ctrl-C, INSTALL=1 installs what is missing.
CLUSTER :=
SCENARIO :=
RUNS :=
KEEP :=
lab:
	@.ci/lab $(if $(CLUSTER),--cluster "$(CLUSTER)") $(foreach name,$(SCENARIO),--scenario "$(name)") \
	    $(if $(RUNS),--runs "$(RUNS)") $(if $(KEEP),--keep)

# The same archives under Python 3.11 to 3.14, as far as this machine has them or Node for the last one.
pythons: $(VENV)/oxconf.installed
	PYTHONPATH=tests $(PYTHON) -m pythons build/pythons

# Source maps are for those who work on the theme; a sitemap without addresses is for nobody.
site: $(VENV)/site.installed
	PYTHONPATH=site:tests $(PYTHON) -m generate --build $(SITE_BUILD) --site-url "$(SITE_URL)"
	NO_MKDOCS_2_WARNING=1 SOURCE_DATE_EPOCH=315532800 \
	    $(VENV)/bin/mkdocs build --quiet --strict --config-file $(SITE_BUILD)/mkdocs.yml
	find $(SITE_BUILD)/public -name '*.map' -delete
	$(if $(SITE_URL),,rm -f $(SITE_BUILD)/public/sitemap.xml $(SITE_BUILD)/public/sitemap.xml.gz)

serve: site
	@PYTHONPATH=site $(PYTHON) -m generate.serve $(SITE_BUILD)/public "$(PORT)"

# Chromium looks at the site as GitHub Pages has it, below a path. INSTALL=1 installs Chromium and Node where they lack.
browser:
	$(MAKE) --no-print-directory site SITE_BUILD=build/browser SITE_URL=http://127.0.0.1/oxconf/
	tests/browser/run

# Times and ratios of this machine, for reading; no test depends on them.
benchmarks: $(VENV)/oxconf.installed
	@$(PYTHON) -m benchmarks

wheel: $(VENV)/oxconf.installed
	$(PYTHON) -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir build/wheel .

clean:
	rm -rf build $(VENV)
