# The commands live in run.py, so that they work without make too. The environment is looked at by
# each of them and redone only when requirements.lock has changed.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
	done)
SETTINGS = $(foreach name,AS_OF DATA,$(if $(filter command,$(origin $(name))),"$(name)=$($(name))"))
RUN = @$(or $(PYTHON),$(error Python 3.11 or newer is needed and none was found. Install one, or name it: make PYTHON=/path/to/python3)) run.py $@

# a misspelt setting would be passed over, and another review than the wanted one be made
UNKNOWN = $(filter-out AS_OF=% DATA=% PYTHON=%,$(subst \ ,_,$(MAKEOVERRIDES)))
$(if $(UNKNOWN),$(error There is no setting $(UNKNOWN): use AS_OF=, DATA= or PYTHON=))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: review test proof test-browser test-pythons fuzz lint lab docs env bundle lock clean help

review: ## run the whole review: notebooks, figures, tables, verdicts (AS_OF=date DATA=folder)
	$(RUN) $(SETTINGS)

test: ## run every test, the notebooks' stored results included
	$(RUN)

proof: ## replay the past and renew the tables of the proof (after a change of model or data)
	$(RUN)

fuzz: ## feed the import thousands of mutated sheets, odd texts and kills (some minutes)
	$(RUN)

test-browser: ## try JupyterLab, every notebook and the pages in a browser
	$(RUN)

test-pythons: ## run the tests on every supported Python that the machine has
	$(RUN)

lint: ## check style, format, layers and types
	$(RUN)

lab: ## open JupyterLab at the start page
	$(RUN)

docs: ## build the pages to read, in docs/_build/html
	$(RUN)

env: ## make or renew the environment in .venv (the others do it when needed)
	$(RUN)

bundle: ## put the locked packages into dist/wheels, for machines without a network
	$(RUN)

lock: ## solve requirements.lock again from pyproject.toml, keeping pins that still fit
	$(RUN)

clean: ## remove .venv and caches, nothing else
	$(RUN)

help: ## list these commands
	@sed -n 's/^\([a-z-]*\): ## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  %-17s %s\n", $$1, $$2}'
