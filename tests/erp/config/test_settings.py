from __future__ import annotations

import os
import runpy
import stat
import subprocess
import sys
import traceback
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from django.core.exceptions import ImproperlyConfigured

from erp.config.embutido import RAIZ, servidor_padrao


def ler_settings(dados: Path, **ambiente: str) -> SimpleNamespace:
    """The settings of an installation whose environment is this and nothing else, read anew; this process's stay."""
    limpo = {"PATH": os.environ["PATH"], "RETAGUARDA_DADOS": str(dados)}
    with patch.dict(os.environ, {**limpo, **ambiente}, clear=True):
        return SimpleNamespace(**runpy.run_path(str(RAIZ / "erp" / "config" / "settings.py")))


@pytest.mark.parametrize(
    ("nome", "valor", "frase"),
    [
        ("DEBUG", "talvez", "DEBUG: esperado sim ou não (1, 0, true, false), recebido 'talvez'"),
        ("HTTPS", "2", "HTTPS: esperado sim ou não"),
        ("SECRET_KEY", "curta", "SECRET_KEY: esperado ao menos 32 caracteres, recebido '5 caracteres'"),
        ("ALLOWED_HOSTS", " , ", "ALLOWED_HOSTS: esperado ao menos um valor"),
        ("CSRF_TRUSTED_ORIGINS", "retaguarda.exemplo.com.br", "CSRF_TRUSTED_ORIGINS: esperado endereços como https://"),
        ("DATABASE_URL", "mysql://a:segredo@b/c", "DATABASE_URL: esperado uma URL começando por postgresql://"),
        ("DATABASE_URL", "postgresql://a:segredo@b:porta/c", "DATABASE_URL: esperado uma URL como"),
        ("DATABASE_URL", "postgresql://a:segredo@b/", "DATABASE_URL: esperado uma URL com o nome do banco"),
        ("TERMINAL_DATABASE_URL", "oracle://a/b", "TERMINAL_DATABASE_URL: esperado uma URL começando por sqlite://"),
        ("CELERY_BROKER_URL", "kafka://a:segredo@b", "CELERY_BROKER_URL: esperado uma URL começando por redis://"),
        ("CELERY_BROKER_URL", "10.0.0.6:6379", "CELERY_BROKER_URL: esperado uma URL"),
        ("PDV_LOTE", "0", "PDV_LOTE: esperado um número de 1 a 5000, recebido '0'"),
        ("PDV_OPERACOES_MAXIMO", "mil", "PDV_OPERACOES_MAXIMO: esperado um número inteiro, recebido 'mil'"),
        ("EMAIL_URL", "http://a:segredo@b", "EMAIL_URL: esperado smtp://usuario:senha@servidor:porta"),
        ("EMAIL_URL", "smtp+tls://a:segredo@b:porta", "EMAIL_URL: esperado smtp://usuario:senha@servidor:porta"),
        ("CONFERENCIA_EMAILS", "ana", "CONFERENCIA_EMAILS: esperado endereços de e-mail separados por vírgula"),
        ("FILAS_NOTIFICAR_PARA", "ti@", "FILAS_NOTIFICAR_PARA: esperado endereços de e-mail separados por vírgula"),
        ("ILLI_URL", "illi.exemplo/setIlli", "ILLI_URL: esperado um endereço como https://"),
        ("ILLI_URL", "https://ana:segredo@illi.exemplo/setIlli", "sem usuário nem senha"),
        ("ILLI_URL", "https://illi.exemplo:porta/segredo", "ILLI_URL: esperado um endereço como https://"),
        ("ILLI_TOKEN", "um segredo", "ILLI_TOKEN: esperado letras, números e sinais sem acento nem espaço"),
        ("AUDITORIA_CHAVES_ANTERIORES", "ab12", "AUDITORIA_CHAVES_ANTERIORES: esperado impressões de 64 dígitos"),
        ("ILLI_TEMPO_LIMITE", "0", "ILLI_TEMPO_LIMITE: esperado um número de 1 a 600"),
        ("CONFERENCIA_TOLERANCIA", "-1", "CONFERENCIA_TOLERANCIA: esperado um número de 0 a 720"),
        ("LOG_NIVEL", "alto", "LOG_NIVEL: esperado uma destas opções: DEBUG, INFO, WARNING, ERROR"),
    ],
)
def test_um_valor_ruim_impede_o_inicio_e_diz_qual(tmp_path: Path, nome: str, valor: str, frase: str) -> None:
    with pytest.raises(ImproperlyConfigured) as erro:
        ler_settings(tmp_path, **{nome: valor})
    assert frase in str(erro.value)
    assert "segredo" not in "".join(traceback.format_exception(erro.value))


def test_um_programa_com_um_valor_ruim_nao_comeca_e_a_ultima_linha_diz_por_que(tmp_path: Path) -> None:
    feito = subprocess.run(
        [sys.executable, "-c", "from erp.config import settings"], cwd=RAIZ, text=True, capture_output=True,
        env={"PATH": os.environ["PATH"], "RETAGUARDA_DADOS": str(tmp_path), "EMAIL_URL": "http://a:segredo@b"},
        timeout=180, check=False,
    )  # fmt: skip
    ultima = feito.stderr.strip().splitlines()[-1]
    assert feito.returncode != 0
    assert "ImproperlyConfigured" in ultima and "EMAIL_URL: esperado smtp://usuario:senha@servidor:porta" in ultima
    assert "segredo" not in feito.stderr


def test_ler_os_settings_nao_inicia_o_banco(tmp_path: Path) -> None:
    lidos = ler_settings(tmp_path / "dados")
    assert lidos.DATABASES["default"]["ENGINE"] == "erp.config.banco"
    assert lidos.CELERY_BROKER_URL.startswith("sqla+postgresql+psycopg2://postgres@/retaguarda?")
    assert not servidor_padrao(tmp_path / "dados").dados.exists()


def correio(dados: Path, **ambiente: str) -> tuple[object, ...]:
    s = ler_settings(dados, **ambiente)
    return s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_HOST_USER, s.EMAIL_USE_TLS, s.EMAIL_USE_SSL, s.CONFERENCIA_EMAILS


def test_o_correio_e_lido_de_uma_url(tmp_path: Path) -> None:
    url = "smtp+tls://loja%40x.br:a%2Fb@correio.exemplo"
    lido = correio(tmp_path, EMAIL_URL=url, CONFERENCIA_EMAILS="a@x.br, b@y.br")
    assert lido == ("correio.exemplo", 587, "loja@x.br", True, False, ["a@x.br", "b@y.br"])
    assert correio(tmp_path) == ("localhost", 25, "", False, False, [])


def test_a_chave_secreta_e_criada_uma_vez_e_so_o_dono_a_le(tmp_path: Path) -> None:
    primeira, segunda = (ler_settings(tmp_path).SECRET_KEY for _ in range(2))
    arquivo = tmp_path / "chave_secreta"
    assert len(primeira) > 60 and primeira == segunda == arquivo.read_text()
    assert stat.S_IMODE(arquivo.stat().st_mode) == 0o600
    assert [a.name for a in tmp_path.iterdir()] == ["chave_secreta"]


def test_oito_processos_de_uma_vez_usam_a_mesma_chave(tmp_path: Path) -> None:
    ambiente = {"PATH": os.environ["PATH"], "RETAGUARDA_DADOS": str(tmp_path)}
    codigo = "from pathlib import Path; from erp.config import ambiente as a; import sys;" + (
        "sys.stdin.readline(); print(a.chave_secreta('SECRET_KEY', Path(sys.argv[1])))"
    )
    processos = [
        subprocess.Popen(
            [sys.executable, "-c", codigo, str(tmp_path)],
            cwd=RAIZ, env=ambiente, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(8)
    ]  # fmt: skip
    chaves = set()
    for processo in processos:
        assert processo.stdin
        processo.stdin.write("\n")
        processo.stdin.flush()
    for processo in processos:
        chaves.add(processo.communicate(timeout=180)[0].strip())
    assert len(chaves) == 1 and len(chaves.pop()) > 60


def test_um_arquivo_de_chave_truncado_e_recusado(tmp_path: Path) -> None:
    (tmp_path / "chave_secreta").write_text("")
    with pytest.raises(ImproperlyConfigured, match="está truncado"):
        ler_settings(tmp_path)


@pytest.mark.parametrize(("ambiente", "seguro"), [({"HTTPS": "1"}, True), ({}, False)])
def test_atras_de_https_os_cookies_sao_seguros(tmp_path: Path, ambiente: dict[str, str], seguro: bool) -> None:
    s = ler_settings(tmp_path, **ambiente)
    ditos = [s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.SECURE_SSL_REDIRECT]
    assert ditos == [seguro] * 4


def test_o_banco_do_terminal_e_um_arquivo_com_espera_e_transacao_imediata(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/loja.sqlite3"
    for lidos, arquivo in (
        (ler_settings(tmp_path), "terminal.sqlite3"),
        (ler_settings(tmp_path, TERMINAL_DATABASE_URL=url), "loja.sqlite3"),
    ):
        terminal = lidos.DATABASES["terminal"]
        assert terminal["NAME"] == str(tmp_path / arquivo)
        assert (terminal["OPTIONS"]["transaction_mode"], terminal["OPTIONS"]["timeout"]) == ("IMMEDIATE", 30)
