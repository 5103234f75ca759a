"""An installation from nothing to a served, backed up and restored one, as an operator has it."""

from __future__ import annotations

import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest
from django.contrib.auth.hashers import check_password

from tests.erp.config.conftest import Instalacao, Operador

SENHA = re.compile(r"Usuário: admin   Senha: (\S+)")
CRIAR = (
    "INSERT INTO auth_user (username, password, is_superuser, is_staff, is_active, date_joined, first_name, last_name,"
    " email) VALUES ('{}', '!', false, false, true, now(), '', '', '')"
)


def usuarios(instalacao: Instalacao, banco: str = "retaguarda") -> list[str]:
    return [nome for (nome,) in instalacao.sql("SELECT username FROM auth_user ORDER BY 1", banco)]


def criar(instalacao: Instalacao, nome: str) -> None:
    instalacao.sql(CRIAR.format(nome))


@pytest.fixture(scope="module")
def senha(instalacao: Instalacao) -> str:
    """Prepared by two processes at once: what both printed, together, holds the password once.

    One leaves the static files alone: who serves collects them again, below.
    """
    processos = [
        instalacao.abrir(sys.executable, "manage.py", "preparar", *opcoes) for opcoes in ((), ("--sem-estaticos",))
    ]
    saidas = [processo.communicate(timeout=240)[0] for processo in processos]
    assert [processo.returncode for processo in processos] == [0, 0], saidas
    achadas = SENHA.findall("".join(saidas))
    assert len(achadas) == 1, saidas
    return str(achadas[0])


def test_dois_preparos_de_uma_vez_mostram_uma_so_senha_e_ela_entra(instalacao: Instalacao, senha: str) -> None:
    assert len(senha) >= 20
    [(guardada,)] = instalacao.sql("SELECT password FROM auth_user")
    assert check_password(senha, guardada)


def test_o_preparo_de_novo_nao_mostra_senha_nem_cria_ninguem(instalacao: Instalacao, senha: str) -> None:
    instalacao.sql("UPDATE auth_user SET is_superuser = false")
    feito = instalacao.manage("preparar", "--sem-estaticos")
    assert feito.returncode == 0 and "Senha" not in feito.stdout
    assert usuarios(instalacao) == ["admin"]
    instalacao.sql("UPDATE auth_user SET is_superuser = true")


def test_a_criacao_do_administrador_fica_na_auditoria_sem_a_senha(instalacao: Instalacao, senha: str) -> None:
    [(linha,)] = instalacao.sql("SELECT row_to_json(e)::text FROM auditoria_evento e WHERE acao LIKE '%administrador%'")
    assert "acesso.administrador_criado" in linha and senha not in linha


def test_o_terminal_tambem_e_migrado_e_os_grupos_existem(instalacao: Instalacao, senha: str) -> None:
    grupos = [nome for (nome,) in instalacao.sql('SELECT name FROM auth_group ORDER BY name COLLATE "C"')]
    assert grupos == ["Encarregado de dados", "TI", "auditor", "financeiro", "fiscal", "gerente", "operador"]
    with closing(sqlite3.connect(instalacao.dados / "terminal.sqlite3")) as terminal:
        assert terminal.execute("SELECT 1 FROM sqlite_master WHERE name = 'operacao_pdv'").fetchone()


def test_sem_banco_o_preparo_desiste_dizendo_por_que(instalacao: Instalacao) -> None:
    feito = instalacao.manage("preparar", "--espera", "1", DATABASE_URL="postgresql://a:segredo@127.0.0.1:1/b")
    assert feito.returncode == 1 and "o banco de dados não respondeu em 1 s" in feito.stderr
    assert "segredo" not in feito.stderr


@pytest.fixture(scope="module")
def copia(instalacao: Instalacao, operador: Operador, senha: str) -> Path:
    arquivo = instalacao.raiz / "copias" / "a.dump"
    criar(instalacao, "ana")
    feito = operador.manage("banco", "copiar", str(arquivo))
    assert feito.returncode == 0 and "Cópia gravada" in feito.stdout, feito.stderr
    return arquivo


def test_a_copia_e_so_do_dono_e_nada_fica_ao_lado(copia: Path) -> None:
    assert stat.S_IMODE(copia.stat().st_mode) == 0o600
    assert [arquivo.name for arquivo in copia.parent.iterdir()] == ["a.dump"]


def test_uma_copia_so_entra_por_cima_quando_se_pede(instalacao: Instalacao, operador: Operador, copia: Path) -> None:
    criar(instalacao, "bia")
    recusada = operador.manage("banco", "restaurar", str(copia))
    assert recusada.returncode == 1 and "não está vazio" in recusada.stderr
    assert usuarios(instalacao) == ["admin", "ana", "bia"]
    for _ in range(2):  # a restored database restores again: its schema is as a new one's
        feita = operador.manage("banco", "restaurar", str(copia), "--substituir")
        assert feita.returncode == 0, feita.stderr
        assert usuarios(instalacao) == ["admin", "ana"]
    assert operador.manage("preparar", "--sem-estaticos").returncode == 0
    criar(instalacao, "caio")  # the sequences came too: a new row gets a new key
    assert usuarios(instalacao) == ["admin", "ana", "caio"]
    ditos = instalacao.sql(
        "SELECT acao, ator, depois->>'arquivo' FROM auditoria_evento WHERE acao LIKE 'acesso.banco%' ORDER BY em"
    )
    assert ditos == [
        ("acesso.banco_copiado", "manage.py banco", "a.dump"), ("acesso.banco_restaurado", "manage.py banco", "a.dump"),
    ]  # fmt: skip


def test_uma_copia_cortada_deixa_o_banco_como_estava(instalacao: Instalacao, operador: Operador, copia: Path) -> None:
    antes = usuarios(instalacao)
    inteira = copia.read_bytes()
    for parte in (0, 3):
        cortada = copia.with_name("cortada.dump")
        cortada.write_bytes(inteira[: len(inteira) * parte // 4])
        feita = operador.manage("banco", "restaurar", str(cortada), "--substituir")
        cortada.unlink()
        assert feita.returncode == 1 and "pg_restore" in feita.stderr, (parte, feita)
        assert usuarios(instalacao) == antes


def test_uma_copia_para_onde_nao_se_grava_nao_deixa_resto(operador: Operador, copia: Path) -> None:
    feita = operador.manage("banco", "copiar", str(copia / "dentro" / "x.dump"))
    assert feita.returncode != 0
    assert [arquivo.name for arquivo in copia.parent.iterdir()] == ["a.dump"]


def test_a_copia_entra_em_um_banco_externo_vazio(instalacao: Instalacao, copia: Path) -> None:
    """By DATABASE_URL the server is somebody else's: the same programs serve."""
    instalacao.sql("CREATE DATABASE outro")
    url = instalacao.servidor.url("outro")
    feita = instalacao.manage("banco", "restaurar", str(copia), DATABASE_URL=url)
    assert feita.returncode == 0, feita.stderr
    assert usuarios(instalacao, "outro") == ["admin", "ana"]


@pytest.fixture(scope="module")
def no_ar(instalacao: Instalacao, operador: Operador, senha: str) -> Iterator[tuple[str, psutil.Process]]:
    """`manage.py servir`, which starts the embedded server that it finds stopped."""
    assert operador.manage("banco", "parar").returncode == 0
    with socket.socket() as livre:
        livre.bind(("127.0.0.1", 0))
        porta = livre.getsockname()[1]
    saida = (instalacao.raiz / "servir.log").open("w")
    with saida:
        filho = subprocess.Popen(
            [sys.executable, "manage.py", "servir"],
            env={**instalacao.ambiente, "PORTA": str(porta), "LOG_NIVEL": "INFO"},
            stdout=saida,
            stderr=saida,
        )
        processo = psutil.Process(filho.pid)
        base = f"http://127.0.0.1:{porta}"
        try:
            esperar(lambda: _responde(f"{base}/saude/"), 180)
            yield base, processo
        finally:
            _matar(processo)
            filho.wait(60)  # psutil reaped it; this one must know it too, or it warns when it is collected


def _responde(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def _matar(processo: psutil.Process) -> None:
    """Only when the test itself failed to stop it."""
    if processo.is_running():
        for um in [*processo.children(recursive=True), processo]:
            um.kill()


def esperar(condicao, segundos: float) -> None:  # type: ignore[no-untyped-def]  # any callable that answers a truth
    limite = time.monotonic() + segundos
    while not condicao():
        assert time.monotonic() < limite, "não aconteceu a tempo"
        time.sleep(0.1)


def test_no_ar_as_paginas_respondem(no_ar: tuple[str, psutil.Process], senha: str) -> None:
    base, _ = no_ar
    assert httpx.get(f"{base}/").headers["location"] == "/admin/"
    assert httpx.get(f"{base}/saude/").json() == {
        "situacao": "ok",
        "verificacoes": {"banco": "ok", "migracoes": "ok", "corretor": "ok"},
    }
    assert "openapi" in httpx.get(f"{base}/api/schema/").text[:50]
    with httpx.Client(base_url=base, follow_redirects=True) as cliente:
        cliente.get("/admin/login/")
        dados = {"username": "admin", "password": senha, "csrfmiddlewaretoken": cliente.cookies["csrftoken"]}
        pagina = cliente.post(
            "/admin/login/?next=/admin/", data=dados, headers={"Referer": f"{base}/admin/login/"}
        ).text
        assert "Retaguarda" in pagina and "Acesso" in pagina and "/admin/logout/" in pagina


def test_os_estaticos_tem_nome_pelo_conteudo_e_validade_longa(no_ar: tuple[str, psutil.Process]) -> None:
    base, _ = no_ar
    pagina = httpx.get(f"{base}/admin/login/").text
    estilos = re.findall(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', pagina)
    assert estilos
    resposta = httpx.get(base + estilos[0], headers={"Accept-Encoding": "gzip"})
    assert "immutable" in resposta.headers["cache-control"] and resposta.headers["content-encoding"] == "gzip"


def test_nenhuma_pagina_busca_nada_fora(no_ar: tuple[str, psutil.Process]) -> None:
    base, _ = no_ar
    for caminho in ("/admin/login/", "/api/docs/"):
        pagina = httpx.get(base + caminho).text
        recursos = re.findall(r'<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)="([^"]+)"', pagina)
        assert recursos and [r for r in recursos if re.match(r"(https?:)?//", r)] == []
        for recurso in recursos:
            resposta = httpx.get(base + recurso) if recurso.startswith("/") else None
            if resposta is not None:
                assert resposta.status_code == 200, recurso
                if recurso.endswith(".css"):
                    assert not re.search(r"(url\(|@import\s+)[\"']?(https?:)?//", resposta.text), recurso


def test_as_metricas_somam_os_processos_da_web(no_ar: tuple[str, psutil.Process]) -> None:
    base, processo = no_ar
    antes = _contagem(base)
    for _ in range(30):
        httpx.get(f"{base}/admin/login/")
    assert _contagem(base) == antes + 30
    assert httpx.get(f"{base}/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 403
    web = [p for p in processo.children(recursive=True) if "gunicorn" in " ".join(p.cmdline())]
    assert len(web) == 3  # the arbiter and two workers: a sum over one would prove nothing


def _contagem(base: str) -> float:
    linhas = httpx.get(f"{base}/metrics").text.splitlines()
    achadas = [linha for linha in linhas if "responses_total_by_status_view" in linha and "admin:login" in linha]
    return sum(float(linha.rsplit(" ", 1)[1]) for linha in achadas if not linha.startswith("#"))


def test_o_trabalhador_atende_e_as_mensagens_entregues_sao_apagadas(
    no_ar: tuple[str, psutil.Process], instalacao: Instalacao
) -> None:
    mandar = "from erp.rotinas.tasks import executar as t; [t.delay('filas/limpar_mensagens') for _ in range(3)]"
    limpar = "from erp.rotinas.services import executar; executar('filas/limpar_mensagens', iniciada_por='teste')"
    contar = "SELECT count(*) FROM kombu_message WHERE payload LIKE '%filas/limpar_mensagens%' AND "
    with instalacao.operador() as operador:  # another one: the server has been stopped since the first connected
        assert operador.python(mandar).returncode == 0
        esperar(lambda: instalacao.sql(contar + "visible") == [(0,)], 120)
        assert operador.python(mandar).returncode == 0
        esperar(lambda: instalacao.sql(contar + "visible") == [(0,)], 120)
        assert operador.python(limpar).returncode == 0  # a message only wakes: the routine has its own time
    # What is deleted is what was delivered by then; only those taken at that very moment may be left.
    esperar(lambda: instalacao.sql(contar + "NOT visible")[0][0] <= 3, 10)


def test_ctrl_c_para_tudo_ate_o_banco(no_ar: tuple[str, psutil.Process], instalacao: Instalacao) -> None:
    _, processo = no_ar
    todos = [processo, *processo.children(recursive=True)]
    assert len(todos) >= 7 and instalacao.servidor.esta_no_ar()
    processo.send_signal(signal.SIGINT)
    _, vivos = psutil.wait_procs(todos, timeout=180)
    assert vivos == []
    assert not instalacao.servidor.esta_no_ar()
    assert processo.wait() == 0, Path(instalacao.raiz / "servir.log").read_text()[-3000:]
    assert "Senha" not in Path(instalacao.raiz / "servir.log").read_text()
