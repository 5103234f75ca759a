"""Where the server of these tests cannot be built they are skipped, and say so; in CI, and where Go fails, they fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ferretdb.servidor import exigir_construido


@pytest.fixture(autouse=True)
def _maquina_nua(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)


def test_sem_go_sao_pulados_dizendo_por_que() -> None:
    with pytest.raises(pytest.skip.Exception, match="não tem Go"):
        exigir_construido()


def test_sem_go_em_ci_falham(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"não tem Go.*Em CI estes testes não podem ser pulados"):
        exigir_construido()


def test_go_que_nao_constroi_e_falha_em_qualquer_maquina(tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho sem rede >&2\nexit 1\n")
    go.chmod(0o755)
    with pytest.raises(pytest.fail.Exception, match=r"não pôde ser construído(?s:.*)sem rede"):
        exigir_construido()
