"""Make the pictures of docs/manual.md again: plays three tills against a server of its own and photographs the screens.

    .venv/bin/python docs/capturar.py [--saida docs/imagens] [--todas] [--so NOME ...]

Everything it makes lives in a temporary folder and goes away at the end. `--todas` also takes the screens that the
manual does not show, and each in the dark and on a telephone, for whoever changes the pages. It needs chromium, and
pngquant where the pictures should be small.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from playwright.sync_api import Page

RAIZ = Path(__file__).resolve().parents[1]
USUARIO, SENHA = "ana", "senha-so-destas-fotos"
PRODUTOS_FORA = (7, 12)  # not registered: their sales show as errors
PRODUTOS = 60


class Foto(NamedTuple):
    """A screen: its picture's name, its address, and how tall the picture is (None: the whole page)."""

    nome: str
    endereco: str
    altura: int | None = 900


class Modo(NamedTuple):
    sufixo: str
    largura: int
    escuro: bool


CLARO = Modo("", 1400, False)
MODOS = (CLARO, Modo("-escuro", 1400, True), Modo("-celular", 420, False))


def preparar_ambiente(pasta: Path) -> None:
    """Settings of our own: nothing of the developer's data is seen or touched. Before Django is set up."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "erp.config.settings",
        "RETAGUARDA_DADOS": str(pasta),
        "DATABASE_URL": "",
        "TERMINAL_DATABASE_URL": "",
        "CELERY_BROKER_URL": "",
        "DEBUG": "1",
        "LOG_NIVEL": "ERROR",
    }
    sys.path.insert(0, str(RAIZ))


def manage(*argumentos: str) -> None:
    subprocess.run([sys.executable, str(RAIZ / "manage.py"), *argumentos], check=True, stdout=subprocess.DEVNULL)


def porta_livre() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def servidor() -> Iterator[str]:
    """A web server on a free port; yields its address."""
    endereco = f"127.0.0.1:{porta_livre()}"
    comando = [sys.executable, str(RAIZ / "manage.py"), "runserver", "--noreload", "--insecure", endereco]
    processo = subprocess.Popen(comando, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _esperar(f"http://{endereco}/admin/login/")
        yield f"http://{endereco}"
    finally:
        processo.terminate()
        processo.wait(20)


def _esperar(url: str, segundos: float = 60) -> None:
    fim = time.monotonic() + segundos
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > fim:
                raise
            time.sleep(0.3)


def cadastrar() -> list[tuple[int, str]]:
    """The company, its products less two, Ana the manager; returns (till, key)."""
    from django.contrib.auth.models import Group, User

    from auditoria.services import ATOR_SISTEMA
    from erp.acesso.services.chaves import criar_chave
    from erp.cadastros.exemplo import carregar_exemplo, carregar_produtos
    from erp.cadastros.models import PontoVenda
    from pdv.terminal.catalogo import catalogo

    carregar_exemplo(filiais=2, pontos_venda=3)
    carregar_produtos(p for p in catalogo(PRODUTOS) if p.codigo not in PRODUTOS_FORA)
    ana = User.objects.create_user(USUARIO, password=SENHA, is_staff=True, is_superuser=True, first_name="Ana")
    ana.groups.add(Group.objects.get(name="gerente"))
    return [
        (p.codigo, criar_chave(nome=f"Chave do {p.nome}", escopos=["pdv"], ponto_venda_id=p.pk, ator=ATOR_SISTEMA)[1])
        for p in PontoVenda.objects.order_by("codigo")
    ]


def vender(url: str, chaves: list[tuple[int, str]]) -> None:
    """Each till, with a database of its own, sells a day and replicates it over HTTP."""
    from django.utils import timezone

    pasta = Path(os.environ["RETAGUARDA_DADOS"])
    hoje = timezone.localdate().isoformat()
    for codigo, chave in chaves:
        ambiente = os.environ | {
            "TERMINAL_DATABASE_URL": f"sqlite:///{pasta / f'pdv{codigo}.sqlite3'}",
            "PDV_CHAVE": chave,
        }
        simular = ["pdv_simular", "--operacoes", "60", "--ponto-venda", str(codigo), "--inicio", hoje]
        simular += ["--produtos", str(PRODUTOS), "--erros", "3"]
        for argumentos in (simular, ["pdv_replicar", "--url", url]):
            comando = [sys.executable, str(RAIZ / "manage.py"), *argumentos]
            subprocess.run(comando, check=True, env=ambiente, stdout=subprocess.DEVNULL)


def trabalhar() -> dict[str, Any]:
    """Process, mend, reprocess, ignore, settle; leave some of everything. Returns the ids that the pictures show."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from erp.financeiro.models import Titulo
    from pdv.processamento.models import Alvo
    from pdv.processamento.services import drenar_tudo, ignorar, reprocessar
    from pdv.replicacao.models import Divergencia, NotaFiscal, OperacaoPdv, Rejeicao, Turno

    drenar_tudo()
    ana = User.objects.get(username=USUARIO)
    vendas = OperacaoPdv.objects.filter(operacao=1)
    feita = vendas.filter(situacao_replicacao=9).order_by("id")[5]
    com_erro = vendas.filter(situacao_replicacao=2).order_by("id")
    ignorada = com_erro.last()
    reprocessar(alvo=Alvo.OPERACAO, ids=[feita.pk], motivo="Condição do cartão corrigida", usuario=ana)
    drenar_tudo()
    if ignorada is not None:
        ignorar(alvo=Alvo.OPERACAO, ids=[ignorada.pk], motivo="Venda de teste do técnico", usuario=ana)
    divergencia = Divergencia.objects.create(
        operacao_id=feita.pk,
        ponto_venda_id=feita.ponto_venda_id,
        filial_id=feita.filial_id,
        hash_conteudo=b"\1" * 33,
        conteudo={"id_operacao": feita.id_operacao, "valor_total": "10.00"},
        diferencas=[{"campo": "valor_total", "retaguarda": str(feita.valor_total), "terminal": "10.00"}],
    )
    rejeicao = Rejeicao.objects.create(
        ponto_venda_id=feita.ponto_venda_id,
        filial_id=feita.filial_id,
        tipo="operacao",
        identificador="9123",
        codigo="CAMPO_INVALIDO",
        mensagem="itens[2].quantidade_primaria: esperado um número maior que zero, recebido -1",
        conteudo=b'{"id_operacao": 9123, "itens": [{"item": 3, "quantidade_primaria": "-1"}]}',
        ultima_em=timezone.now(),
        vezes=4,
    )
    erro = com_erro.order_by("id").first()  # the ignored one is no longer among them
    return {
        "feita": feita.pk,
        "numero": feita.id_operacao,
        "erro": erro.pk if erro else feita.pk,
        "nota": NotaFiscal.objects.order_by("id").values_list("pk", flat=True)[3],
        "turno": Turno.objects.order_by("id").values_list("pk", flat=True)[0],
        "rejeicao": rejeicao.pk,
        "divergencia": divergencia.pk,
        "titulo": Titulo.objects.filter(sentido="R").order_by("id").values_list("pk", flat=True)[0],
    }


def fotos(ids: dict[str, Any]) -> list[Foto]:
    pdv, proc = "/admin/replicacao", "/admin/processamento"
    return [
        Foto("painel", "/admin/"),
        Foto("operacoes", f"{pdv}/operacaopdv/", 700),
        Foto("operacoes-busca", f"{pdv}/operacaopdv/?q={ids['numero']}", 420),
        Foto("operacao", f"{pdv}/operacaopdv/{ids['feita']}/change/", 1500),
        Foto("operacao-erro", f"{pdv}/operacaopdv/{ids['erro']}/change/"),
        Foto("reprocessar", f"{pdv}/operacaopdv/{ids['feita']}/reprocessar/", 520),
        Foto("ignorar", f"{pdv}/operacaopdv/{ids['erro']}/ignorar/", 520),
        Foto("notas", f"{pdv}/notafiscal/"),
        Foto("nota", f"{pdv}/notafiscal/{ids['nota']}/change/"),
        Foto("turno", f"{pdv}/turno/{ids['turno']}/change/"),
        Foto("nao-entrou", f"{pdv}/rejeicao/", 480),
        Foto("rejeicao", f"{pdv}/rejeicao/{ids['rejeicao']}/change/", 700),
        Foto("divergencia", f"{pdv}/divergencia/{ids['divergencia']}/change/", 600),
        Foto("geracoes", f"{proc}/geracao/", 600),
        Foto("log", f"{proc}/logprocessamento/", 600),
        Foto("atos", f"{proc}/atopessoa/", 420),
        Foto("titulos", "/admin/financeiro/titulo/", 700),
        Foto("titulo", f"/admin/financeiro/titulo/{ids['titulo']}/change/", 800),
        Foto("estoque", "/admin/estoque/documentoestoque/", 600),
        Foto("estoque-novo", "/admin/estoque/documentoestoque/add/", 800),
        Foto("produtos", "/admin/cadastros/produto/", 600),
        Foto("importar", "/admin/cadastros/produto/import/", 600),
        Foto("chaves", "/admin/acesso/chaveapi/", 480),
        Foto("aprovacoes", "/admin/acesso/aprovacao/", 420),
    ]


def entrar(pagina: Page, url: str) -> None:
    pagina.goto(f"{url}/admin/login/")
    pagina.fill("input[name=username]", USUARIO)
    pagina.fill("input[name=password]", SENHA)
    pagina.click("button[type=submit]")
    pagina.wait_for_url(f"{url}/admin/")


def fotografar(url: str, lista: list[Foto], modos: tuple[Modo, ...], saida: Path) -> None:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("chromium não encontrado: instale-o (apt-get install chromium)")
    saida.mkdir(parents=True, exist_ok=True)
    argumentos = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as p:
        navegador = p.chromium.launch(executable_path=chromium, args=argumentos)
        for modo in modos:
            tela = navegador.new_context(
                viewport={"width": modo.largura, "height": 900},
                color_scheme="dark" if modo.escuro else "light",
                locale="pt-BR",
                timezone_id="America/Sao_Paulo",
            )
            pagina = tela.new_page()
            pagina.on("pageerror", lambda erro: print(f"  erro na página: {erro}"))
            if modo is CLARO:
                pagina.goto(f"{url}/admin/login/")
                gravar(pagina, saida / "entrar.png", 560)
            entrar(pagina, url)
            for foto in lista:
                resposta = pagina.goto(f"{url}{foto.endereco}")
                pagina.wait_for_load_state("networkidle")
                print(f"{resposta.status if resposta else '?'} {foto.nome}{modo.sufixo}")
                gravar(pagina, saida / f"{foto.nome}{modo.sufixo}.png", foto.altura)
            tela.close()
        navegador.close()


def gravar(pagina: Page, arquivo: Path, altura: int | None) -> None:
    largura = pagina.viewport_size["width"] if pagina.viewport_size else CLARO.largura
    pagina.set_viewport_size({"width": largura, "height": altura or 900})
    pagina.screenshot(path=str(arquivo), full_page=altura is None, animations="disabled")
    pagina.set_viewport_size({"width": largura, "height": 900})
    if pngquant := shutil.which("pngquant"):
        comando = [pngquant, "--force", "--skip-if-larger", "--ext", ".png", "--quality", "60-90", str(arquivo)]
        subprocess.run(comando, check=False)


def main() -> None:
    analisador = argparse.ArgumentParser(description=__doc__)
    analisador.add_argument("--saida", type=Path, default=RAIZ / "docs" / "imagens")
    analisador.add_argument("--todas", action="store_true", help="todas as telas, também no escuro e no celular")
    analisador.add_argument("--so", nargs="*", default=[], help="nomes das fotos")
    analisador.add_argument("--manter", type=Path, help="pasta dos dados, que fica para a próxima vez")
    opcoes = analisador.parse_args()
    pasta: Path = opcoes.manter or Path(tempfile.mkdtemp(prefix="retaguarda-fotos-"))
    pasta.mkdir(parents=True, exist_ok=True)
    preparar_ambiente(pasta)
    try:
        produzir(opcoes, ja_feito=(pasta / "ids.json").exists(), pasta=pasta)
    finally:
        if opcoes.manter is None:
            from erp.config.embutido import servidor_padrao

            servidor_padrao(pasta).parar()
            shutil.rmtree(servidor_padrao(pasta).pasta, ignore_errors=True)
            shutil.rmtree(pasta, ignore_errors=True)


def produzir(opcoes: argparse.Namespace, *, ja_feito: bool, pasta: Path) -> None:
    import json

    import django

    manage("migrate")
    django.setup()
    with servidor() as url:
        if ja_feito:
            ids = json.loads((pasta / "ids.json").read_text())
        else:
            vender(url, cadastrar())
            ids = trabalhar()
            (pasta / "ids.json").write_text(json.dumps(ids))
        manual = (RAIZ / "docs" / "manual.md").read_text()
        lista = [f for f in fotos(ids) if opcoes.todas or f"/{f.nome}.png" in manual]
        lista = [f for f in lista if not opcoes.so or f.nome in opcoes.so]
        fotografar(url, lista, MODOS if opcoes.todas else (CLARO,), opcoes.saida)


if __name__ == "__main__":
    main()
