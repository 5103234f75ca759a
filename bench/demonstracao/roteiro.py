"""The order of the scenes, from an empty folder to the verdict."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.demonstracao.andamento import andamento
from bench.demonstracao.atos import corrigir_no_caixa, decidir_divergencias, pedir_de_novo, reprocessar_o_caixa
from bench.demonstracao.caixas import Caixa, abrir_caixas
from bench.demonstracao.clientes import Integrador, conferir_clientes, plataforma
from bench.demonstracao.consertos import (
    Erro,
    consertar,
    esperar_processar,
    operacoes_com_erro,
    refeitas,
    reprocessar_algumas,
)
from bench.demonstracao.correio import Correio
from bench.demonstracao.empresa import gerente, registrar_empresa
from bench.demonstracao.funeraria import conferir_o_mes, viver_o_mes
from bench.demonstracao.integracoes import falar_com_os_provedores
from bench.demonstracao.movimento import Movimento
from bench.demonstracao.quadro import (
    mostrar_conferencia,
    mostrar_erros,
    mostrar_finalizadores,
    mostrar_quadro,
    mostrar_razoes,
)
from bench.demonstracao.trilha import provar_a_trilha
from bench.demonstracao.vizinha import criar_vizinha, sincronizar_com_a_vizinha
from bench.invariantes import INVARIANTES, violadas
from bench.pasta import Pasta
from bench.processos import Processos
from bench.reconciliacao import ChaveOperacao, diferencas, esperado, lancado, ler_cadastro
from bench.servico import Retaguarda
from clientes.loja_cliente.falso import IlliFalso
from pdv.conferencia.services import recalcular_tocados
from pdv.processamento.models import Alvo
from pdv.replicacao.models import Rejeicao

CNPJS = ("11222333000181", "12ABC34501DE35", "11222333000181")  # tills 1 and 3 are of one filial; letters are in force
ERROS_POR_CAIXA = 3
REPROCESSADAS_POR_CAIXA = 3
PACOTES = 14  # about as many requests from each till, so that "half way" exists
LOTES = 24


def demonstrar(pasta: Pasta, correio: Correio, *, xml: Path | None, operacoes: int, tela: Console) -> list[str]:
    """Run the whole demonstration; returns every difference found, in Portuguese. None is what everybody hopes for."""
    inicio = time.monotonic()
    with Processos(pasta.raiz) as processos, _barras(tela) as barras, plataforma() as illi:
        caixas = abrir_caixas(pasta, processos, CNPJS)
        ambiente = pasta.variaveis(PDV_LOTE=str(max(2, operacoes // LOTES)), ILLI_URL=illi.url, ILLI_TOKEN=illi.token)
        retaguarda = Retaguarda(processos, ambiente)
        _preparar(pasta, processos, caixas, operacoes, barras)
        retaguarda.iniciar(mundo=True)
        _cadastrar(caixas, xml, barras)
        with _cena(barras, "abrindo a retaguarda"):
            retaguarda.esperar()
        movimento = Movimento(
            caixas, retaguarda, barras, barras.console.print, max(2, operacoes // len(caixas) // PACOTES)
        )
        movimento.rodar()
        faltas = _cadastrar_clientes(retaguarda.url, barras)
        ignoradas, sem_erro = _consertar(caixas, barras, tela)
        faltas += sem_erro + _reprocessar(barras)
        _transmitir(caixas, retaguarda.url, movimento.lote, barras)
        faltas += _divergir(caixas[0], retaguarda.url, movimento.lote, barras)
        faltas += _reprocessar_em_massa(caixas[2], barras)
        _replicar_de_novo(caixas[1], retaguarda.url, movimento.lote, barras)
        faltas += _conferir_clientes(illi, barras)
        faltas += _sincronizar(pasta, processos, retaguarda.url, barras)
        retaguarda.encerrar()
        faltas += _conferir(caixas, ignoradas, tela, importadas=xml is not None)
        faltas += _viver_o_mes(correio, barras, tela)
        faltas += _falar_com_os_provedores(pasta, processos, barras)
        faltas += _provar_a_trilha(barras)
        _mostrar_ritmo(movimento, caixas, time.monotonic() - inicio, tela)
        connections.close_all()
    return faltas


def _preparar(pasta: Pasta, processos: Processos, caixas: list[Caixa], operacoes: int, barras: Progress) -> None:
    """The tills simulate while the database is made: neither knows of the other."""
    with _cena(barras, "preparando o banco e simulando os PDVs"):
        por_caixa = [operacoes // len(caixas) + (n < operacoes % len(caixas)) for n in range(len(caixas))]
        simulacoes = [
            caixa.simular(quantas, min(ERROS_POR_CAIXA, quantas // 10))
            for caixa, quantas in zip(caixas, por_caixa, strict=True)
        ]
        pasta.servidor.garantir_no_ar()
        # a process of its own: what it opens stays open, and the neighbour is a copy of a database that nobody uses
        comando = [sys.executable, "manage.py", "preparar", "--sem-estaticos"]
        if processos.iniciar("preparar", comando, pasta.variaveis()).wait():
            raise RuntimeError(f"o banco não pôde ser preparado:\n{processos.fim_do_registro('preparar')}")
        criar_vizinha()
        for caixa, simulacao in zip(caixas, simulacoes, strict=True):
            caixa.esperar(simulacao)


def _cadastrar(caixas: list[Caixa], xml: Path | None, barras: Progress) -> None:
    """While the retaguarda comes up: the imported notes, and the registers with what those sold too."""
    if xml is not None:
        _importar(caixas[0], xml, barras)
    with _cena(barras, "cadastrando a empresa e o estoque inicial"):
        registrar_empresa(caixas)


def _importar(caixa: Caixa, xml: Path, barras: Progress) -> None:
    with _cena(barras, f"importando as notas de {xml}"):
        antes = len(caixa.dito())
        dito = caixa.esperar(caixa.importar(xml))[antes:]
    barras.console.print(f"Notas de {xml} no PDV {caixa.codigo}:")
    barras.console.print(dito.strip(), style="dim", markup=False, highlight=False)


def _consertar(caixas: list[Caixa], barras: Progress, tela: Console) -> tuple[frozenset[ChaveOperacao], list[str]]:
    """Show what is in error, mend it, process it again. What was made wrong on purpose must be there, and be gone."""
    erros = operacoes_com_erro()
    mostrar_erros(erros, barras.console)
    feitas_erradas = {(caixa.codigo, numero) for caixa in caixas for numero in erradas_de_proposito(caixa.dito())}
    faltas = [
        f"a operação {numero} do PDV {pdv} foi feita errada e não deu erro"
        for pdv, numero in sorted(feitas_erradas - {erro.chave for erro in erros})
    ]
    with _cena(barras, "consertando e processando de novo"):
        ignoradas = consertar(erros, gerente())
        esperar_processar()
    barras.console.print(_resumo_dos_consertos(erros, ignoradas))
    return frozenset(erro.chave for erro in ignoradas), faltas


def erradas_de_proposito(dito: str) -> list[int]:
    """The numbers of the operations that pdv_simular says it made wrong."""
    return [int(linha.split()[1].rstrip(":")) for linha in dito.splitlines() if linha.startswith("  operação ")]


def _resumo_dos_consertos(erros: list[Erro], ignoradas: list[Erro]) -> str:
    restam = andamento().com_erro
    return (
        f"{len(erros) - len(ignoradas)} consertadas no cadastro e processadas de novo, {len(ignoradas)} ignoradas com motivo "
        f"(os valores só se corrigem no PDV), {restam} ainda com erro."
    )


def _reprocessar(barras: Progress) -> list[str]:
    with _cena(barras, "reprocessando operações e notas já lançadas"):
        escolhidas = reprocessar_algumas(REPROCESSADAS_POR_CAIXA, gerente())
        esperar_processar()
    operacoes, notas = len(escolhidas[Alvo.OPERACAO]), len(escolhidas[Alvo.NOTA])
    segundas = len(refeitas(escolhidas[Alvo.OPERACAO]))
    barras.console.print(f"{operacoes} operações e {notas} notas reprocessadas: estornadas e lançadas na geração 2.")
    return [] if segundas == operacoes else [f"{operacoes} operações reprocessadas, {segundas} na geração 2"]


def _transmitir(caixas: list[Caixa], url: str, lote: int, barras: Progress) -> None:
    with _cena(barras, "transmitindo as notas de contingência"):
        for caixa, comando in [(caixa, caixa.transmitir()) for caixa in caixas]:
            caixa.esperar(comando)
        for caixa, envio in [(caixa, caixa.replicar(url, lote)) for caixa in caixas]:
            caixa.esperar(envio)
        esperar_processar()
    barras.console.print("Notas de contingência transmitidas nos PDVs, replicadas de novo e lançadas como autorizadas.")


def _divergir(caixa: Caixa, url: str, lote: int, barras: Progress) -> list[str]:
    with _cena(barras, "decidindo o que o PDV mudou depois de replicar"):
        numeros = corrigir_no_caixa(caixa)
        caixa.esperar(caixa.replicar(url, lote))
        aceitas, mantidas = decidir_divergencias(gerente())
        esperar_processar()
    barras.console.print(
        f"O PDV {caixa.codigo} mudou as operações {numeros[0]} (o pagamento) e {numeros[1]} (a observação) e mandou de novo: "
        f"{aceitas} versão nova aceita, estornada e lançada; {mantidas} mantida como estava."
    )
    return [] if (aceitas, mantidas) == (1, 1) else [f"2 divergências feitas, {aceitas} aceitas e {mantidas} mantidas"]


def _reprocessar_em_massa(caixa: Caixa, barras: Progress) -> list[str]:
    with _cena(barras, f"reprocessando em massa as vendas do PDV {caixa.codigo}"):
        pedido, refeitas_ = reprocessar_o_caixa(caixa, gerente())
    barras.console.print(
        f"Reprocesso em massa: {pedido.total} vendas do PDV {caixa.codigo}, {pedido.feitas} feitas, {pedido.falhas} barradas "
        f"por título já recebido ou por devolução."
    )
    certo = pedido.feitas + pedido.falhas == pedido.total and 0 < refeitas_ <= pedido.feitas
    return (
        [] if certo else [f"reprocesso em massa: {pedido.total} pedidas, {pedido.feitas} feitas, {refeitas_} refeitas"]
    )


def _replicar_de_novo(caixa: Caixa, url: str, lote: int, barras: Progress) -> None:
    with _cena(barras, f"pedindo ao PDV {caixa.codigo} que replique uma venda de novo"):
        numero = pedir_de_novo(caixa, url, lote, gerente())
    barras.console.print(f"A venda {numero} do PDV {caixa.codigo} foi estornada, pedida, replicada de novo e lançada.")


def _cadastrar_clientes(url: str, barras: Progress) -> list[str]:
    """Early on: what the platform refuses is tried again while other scenes go on."""
    with _cena(barras, "recebendo clientes da loja virtual"):
        return Integrador(url, gerente()).cadastrar()


def _conferir_clientes(illi: IlliFalso, barras: Progress) -> list[str]:
    with _cena(barras, "levando os clientes à plataforma"):
        dito, faltas = conferir_clientes(illi, gerente())
    barras.console.print(dito)
    return faltas


def _sincronizar(pasta: Pasta, processos: Processos, url: str, barras: Progress) -> list[str]:
    with _cena(barras, "sincronizando com uma segunda retaguarda"):
        dito, faltas = sincronizar_com_a_vizinha(pasta, processos, url)
    barras.console.print(dito)
    return faltas


def _viver_o_mes(correio: Correio, barras: Progress, tela: Console) -> list[str]:
    """After the tills are reconciled: what comes is money of other accounts, in another month."""
    with _cena(barras, "vivendo um mês de planos, jazigos, ponto e rotas"):
        mes = viver_o_mes(correio, gerente())
    contas = conferir_o_mes(mes, tela)
    barras.console.print(contas.dito)
    return contas.faltas + violadas()


def _falar_com_os_provedores(pasta: Pasta, processos: Processos, barras: Progress) -> list[str]:
    """Last: what comes is money of today again, and nothing of the month may meet it."""
    with _cena(barras, "cobrando, assinando e consultando nos provedores"):
        ditos, faltas = falar_com_os_provedores(pasta, processos)
    for dito in ditos:
        barras.console.print(dito)
    return faltas + violadas()


def _provar_a_trilha(barras: Progress) -> list[str]:
    """After all that was done: who did it cannot be changed unseen."""
    with _cena(barras, "verificando a trilha de auditoria"):
        ditos, faltas = provar_a_trilha()
    for dito in ditos:
        barras.console.print(dito, markup=False, highlight=False, soft_wrap=True)  # a signature is copied in one piece
    return faltas


def _conferir(
    caixas: list[Caixa], ignoradas: frozenset[ChaveOperacao], tela: Console, *, importadas: bool
) -> list[str]:
    terminais = [caixa.ler() for caixa in caixas]
    certo, achado = esperado(terminais, ignoradas, ler_cadastro()), lancado()
    recalcular_tocados()
    faltas = mostrar_quadro(tela, importadas=importadas)
    mostrar_conferencia(terminais, ignoradas, achado, tela)
    mostrar_finalizadores(certo, achado, tela)
    mostrar_razoes(certo, achado, tela)
    faltas += diferencas(certo, achado) + violadas()
    rejeitadas = Rejeicao.objects.filter(resolvida_em=None).count()
    if rejeitadas:
        faltas.append(f"{rejeitadas} linhas não entraram na retaguarda")
    tela.print(f"{len(INVARIANTES)} garantias dos razões conferidas.")
    return faltas


def _mostrar_ritmo(movimento: Movimento, caixas: list[Caixa], segundos: float, tela: Console) -> None:
    operacoes = sum(len(caixa.ler().operacoes) for caixa in caixas)
    tela.print(
        f"{operacoes} operações replicadas em {movimento.segundos_replicando:.1f} s "
        f"({operacoes / movimento.segundos_replicando:.0f}/s) e processadas em {movimento.segundos:.1f} s "
        f"({operacoes / movimento.segundos:.0f}/s), quedas e reinícios incluídos; ao todo {segundos:.0f} s."
    )


@contextmanager
def _cena(barras: Progress, titulo: str) -> Iterator[None]:
    """A bar that only says that something is going on, and then that it is done."""
    tarefa = barras.add_task(titulo, total=None)
    yield
    barras.update(tarefa, total=1, completed=1)


@contextmanager
def _barras(tela: Console) -> Iterator[Progress]:
    colunas = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*colunas, console=tela) as barras:
        yield barras
