"""What a person does in the admin with operations in error: mend the register and process again, or ignore with a reason."""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import connection

from bench.demonstracao.andamento import andamento
from bench.demonstracao.movimento import NaoTerminou
from erp.cadastros.exemplo import DESDE, LinhaProduto, carregar_produtos
from erp.cadastros.models import CondicaoFinalizador, EspecieFinalizador, Finalizador, PontoVenda
from erp.cadastros.services import gravar_com_auditoria
from pdv.processamento.atos.services import ignorar, processar_agora, reprocessar
from pdv.processamento.erros import CODIGOS
from pdv.processamento.models import Alvo
from pdv.replicacao.models import ItemOperacaoPdv, NotaFiscal, OperacaoPdv, SituacaoProcessamento
from pdv.tabelas import Especie

SEGUNDOS_MAXIMO = 180.0
CENTAVO = Decimal("0.01")
COM_ERRO, EFETUADO = SituacaoProcessamento.COM_ERRO, SituacaoProcessamento.EFETUADO


class Erro(NamedTuple):
    """An operation in error: where it stands, and every problem as (code, subject)."""

    id: int
    pdv: int
    numero: int
    problemas: list[tuple[str, str]]
    mensagem: str

    @property
    def chave(self) -> tuple[int, int]:
        return self.pdv, self.numero

    @property
    def saidas(self) -> str:
        return " ".join(dict.fromkeys(CODIGOS[codigo].saida for codigo, _ in self.problemas if codigo in CODIGOS))


def operacoes_com_erro() -> list[Erro]:
    linhas = OperacaoPdv.objects.filter(situacao_replicacao=COM_ERRO).order_by("id_ponto_venda", "id_operacao")
    return [
        Erro(
            x.pk, x.id_ponto_venda, x.id_operacao,
            [(codigo, assunto) for codigo, _, assunto in (p.partition(":") for p in x.erro_codigo.split(","))], x.erro_mensagem,
        )
        for x in linhas
    ]  # fmt: skip


def consertar(erros: Sequence[Erro], usuario: User) -> list[Erro]:
    """Register what is missing and process again; ignore what only the till could put right. Returns those ignored."""
    sem_conserto = []
    for erro in erros:
        for codigo, assunto in erro.problemas:
            if codigo == "PRODUTO_NAO_CADASTRADO":
                _cadastrar_produto(erro.id, int(assunto))
            elif codigo == "FINALIZADOR_NAO_CADASTRADO":
                _cadastrar_finalizador(int(assunto), usuario)
            elif erro not in sem_conserto:
                sem_conserto.append(erro)
    if ignoradas := [erro.id for erro in sem_conserto]:
        motivo = "Conferida com a loja: os valores só podem ser corrigidos no PDV"
        ignorar(alvo=Alvo.OPERACAO, ids=ignoradas, motivo=motivo, usuario=usuario)
    if consertadas := [erro.id for erro in erros if erro not in sem_conserto]:
        processar_agora(alvo=Alvo.OPERACAO, ids=consertadas, motivo="Cadastro completado", usuario=usuario)
    return sem_conserto


def _cadastrar_produto(operacao: int, codigo: int) -> None:
    """With what the till says of it, as a clerk would copy it from the screen."""
    item = ItemOperacaoPdv.objects.filter(operacao_id=operacao, id_produto=codigo).first()
    assert item is not None  # the error names a product of this operation
    preco = item.valor_unitario_liquido.quantize(CENTAVO)
    carregar_produtos([LinhaProduto(codigo, item.codigo_barras, item.descricao, item.ncm, item.unidade, preco)])


def _cadastrar_finalizador(codigo: int, usuario: User) -> None:
    if Finalizador.objects.filter(codigo=codigo).exists():
        return
    finalizador = Finalizador(codigo=codigo, nome=f"Vale-presente {codigo}", especie=EspecieFinalizador.OUTROS)
    gravar_com_auditoria(finalizador, usuario=usuario, motivo="Usado pelo PDV")
    condicao = CondicaoFinalizador(finalizador=finalizador, vigente_desde=DESDE, dias_primeira=30)
    gravar_com_auditoria(condicao, usuario=usuario, motivo="Usado pelo PDV")


def reprocessar_algumas(quantas: int, usuario: User) -> dict[Alvo, list[int]]:
    """Send back some posted sales of every till, and some notes; each is reversed and posted as its next generation."""
    escolhidas: dict[Alvo, list[int]] = {Alvo.OPERACAO: [], Alvo.NOTA: []}
    for pdv in PontoVenda.objects.order_by("codigo"):
        vendas = OperacaoPdv.objects.filter(ponto_venda_id=pdv.pk, operacao=Especie.VENDA, situacao_replicacao=EFETUADO)
        vendas = vendas.exclude(pk__in=com_titulo_recebido())
        notas = NotaFiscal.objects.filter(ponto_venda_id=pdv.pk, situacao_replicacao=EFETUADO)
        escolhidas[Alvo.OPERACAO] += vendas.order_by("guid_operacao").values_list("pk", flat=True)[:quantas]
        escolhidas[Alvo.NOTA] += notas.order_by("chave").values_list("pk", flat=True)[:quantas]
    for alvo, ids in escolhidas.items():
        reprocessar(alvo=alvo, ids=ids, motivo="Demonstração de reprocessamento", usuario=usuario)
    return escolhidas


def com_titulo_recebido() -> list[int]:
    """Sales whose title was settled by a recebimento: their estorno is blocked, and rightly."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.id FROM hiperpdv_operacao_pdv o JOIN pdv_geracao g USING (ponto_venda_id, instalacao, id_operacao)
               JOIN financeiro_titulo t ON t.origem = 1 AND t.origem_id = g.id
               JOIN financeiro_baixa b ON b.titulo_id = t.id"""
        )
        return [linha[0] for linha in cursor.fetchall()]


def refeitas(linhas: Sequence[int]) -> list[int]:
    """Those of the staged rows whose live generation is a later one than the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.id FROM hiperpdv_operacao_pdv o JOIN pdv_geracao g USING (ponto_venda_id, instalacao, id_operacao)
               WHERE o.id = ANY(%s) AND g.estornada_em IS NULL AND g.numero > 1""",
            [list(linhas)],
        )
        return [linha[0] for linha in cursor.fetchall()]


def esperar_processar() -> None:
    """Until the worker has done what was sent back to it. Raises NaoTerminou."""
    limite = time.monotonic() + SEGUNDOS_MAXIMO
    while andamento().pendentes:
        if time.monotonic() > limite:
            raise NaoTerminou(f"{SEGUNDOS_MAXIMO:.0f} s esperando o reprocessamento: {andamento()}")
        time.sleep(0.05)
