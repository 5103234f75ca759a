# `make` lists the targets. Each one makes what it needs: .venv from the locked requirements, the database by itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help
XML ?=
ALVO ?=
ARQUIVO ?=
FALSOS ?=

VENV := .venv
PY := $(VENV)/bin/python
# The marker's name holds the hash of the locked requirements: another lock is another marker, and installs again.
HASH := $(shell cat requirements.txt requirements-dev.txt | sha256sum | cut -c1-16)
PRONTO := $(VENV)/.pronto-$(HASH)

.PHONY: help demo serve test provas bench lint backup restore venv

help: ## esta lista
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

venv: $(PRONTO) ## instala as dependências em .venv

$(PRONTO): requirements.txt requirements-dev.txt
	@python=$$(bash .ci/python) && bash .ci/venv "$$python" $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@rm -f $(VENV)/.pronto-* && touch $@

demo: $(PRONTO) ## do PDV ao razão, com quedas e erros de propósito (XML=pasta com notas, opcional)
	$(PY) -m bench.demo $(if $(XML),--xml $(XML))

serve: $(PRONTO) ## retaguarda no ar em 127.0.0.1:8000 (PORTA=outra; FALSOS=1: com provedores falsos); Ctrl-C para tudo
	@exec $(PY) manage.py servir $(if $(FALSOS),--falsos)

test: $(PRONTO) ## testes
	$(PY) -m pytest -n 3 --dist loadfile --no-loadscope-reorder -q

provas: $(PRONTO) ## as provas demoradas (centenas de quedas, fuzzing)
	$(PY) -m pytest -m prova -q

bench: $(PRONTO) ## medidas de velocidade e memória (ALVO=processar mede só uma área)
	$(PY) -m bench.medir $(if $(ALVO),--alvo $(ALVO))

lint: $(PRONTO) ## ruff, mypy --strict e as camadas (import-linter)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

backup: $(PRONTO) ## cópia do banco em ARQUIVO (padrão: copias/retaguarda-DATA.dump)
	$(PY) manage.py banco copiar $(or $(ARQUIVO),copias/retaguarda-$(shell date +%Y%m%d-%H%M%S).dump)

restore: $(PRONTO) ## restaura ARQUIVO em um banco vazio (SUBSTITUIR=1 apaga o que houver)
	@test -n "$(ARQUIVO)" || { echo "Diga qual cópia: make restore ARQUIVO=copias/retaguarda-....dump" >&2; exit 2; }
	$(PY) manage.py banco restaurar $(ARQUIVO) $(if $(SUBSTITUIR),--substituir)
