"""What people do after the day: decide a divergence, reprocess a whole list, ask a till to replicate again."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

from django.contrib.auth.models import User

from bench.demonstracao.caixas import Caixa
from bench.demonstracao.consertos import SEGUNDOS_MAXIMO, esperar_processar, refeitas
from bench.demonstracao.movimento import NaoTerminou
from erp.cadastros.models import PontoVenda
from pdv.processamento.atos import divergencias
from pdv.processamento.atos.replicar_de_novo import replicar_de_novo
from pdv.processamento.models import Reprocesso
from pdv.processamento.reprocesso import services as reprocesso
from pdv.replicacao.models import Comando, Divergencia, FinalizadorOperacaoPdv, OperacaoPdv, SituacaoProcessamento
from pdv.tabelas import Especie

CREDITO, DEBITO, PIX = 3, 4, 17


class SemCandidata(Exception):
    """Nenhuma venda serve para a cena: simule mais operações."""


def corrigir_no_caixa(caixa: Caixa) -> list[int]:
    """The shop changes two sales that it has already sent, as somebody with the till's database does, and marks them 1.

    The first was paid by another card than it said; of the second only the remark is other. Returns their numbers.
    """
    feitas = _vendas_simples(caixa)
    if len(feitas) < 2:
        raise SemCandidata(f"PDV {caixa.codigo}")
    (troca, pago), (recado, _) = list(feitas.items())[:2]
    certo = CREDITO if pago == DEBITO else DEBITO
    with closing(sqlite3.connect(caixa.arquivo, timeout=30)) as banco, banco:
        banco.execute("UPDATE finalizador_operacao_pdv SET id_finalizador = ? WHERE id_operacao = ?", [certo, troca])
        banco.execute("UPDATE operacao_pdv SET observacao = 'CLIENTE VOLTOU' WHERE id_operacao = ?", [recado])
        banco.execute(
            "UPDATE operacao_pdv SET situacao_replicacao = 1, proxima_tentativa_em = NULL WHERE id_operacao IN (?, ?)",
            [troca, recado],
        )
    return [troca, recado]


def _vendas_simples(caixa: Caixa) -> dict[int, int]:
    """Posted sales that nothing refers to, paid whole by one card or Pix: number -> finalizador."""
    pdv = PontoVenda.objects.get(codigo=caixa.codigo)
    das_vendas = OperacaoPdv.objects.filter(
        ponto_venda_id=pdv.pk,
        operacao=Especie.VENDA,
        cancelado=False,
        situacao_replicacao=SituacaoProcessamento.EFETUADO,
    ).order_by("id_operacao")
    citadas = set(
        OperacaoPdv.objects.filter(ponto_venda_id=pdv.pk, id_operacao_origem__isnull=False).values_list(
            "id_operacao_origem", flat=True
        )
    )
    linhas = {o.pk: o.id_operacao for o in das_vendas if o.id_operacao not in citadas}
    pagas: dict[int, list[int]] = {}
    for linha, codigo in FinalizadorOperacaoPdv.objects.filter(operacao_id__in=linhas).values_list(
        "operacao_id", "id_finalizador"
    ):
        pagas.setdefault(linha, []).append(codigo)
    simples = {linhas[linha]: codigos[0] for linha, codigos in pagas.items() if len(codigos) == 1}
    return {n: codigo for n, codigo in sorted(simples.items()) if codigo in (CREDITO, DEBITO, PIX)}


def decidir_divergencias(usuario: User) -> tuple[int, int]:
    """Accept what changes the money, keep what only changes the remark. Returns how many of each."""
    aceitas = mantidas = 0
    for divergencia in Divergencia.objects.filter(decisao="").order_by("id"):
        if any(d["campo"].startswith("finalizadores") for d in divergencia.diferencas):
            divergencias.aceitar(divergencia_id=divergencia.pk, motivo="O cupom mostra o outro cartão", usuario=usuario)
            aceitas += 1
        else:
            divergencias.manter(divergencia_id=divergencia.pk, motivo="Só a observação mudou", usuario=usuario)
            mantidas += 1
    return aceitas, mantidas


def reprocessar_o_caixa(caixa: Caixa, usuario: User) -> tuple[Reprocesso, int]:
    """Every posted operation of a till, in the background. Returns the reprocess, ended, and how many rows were redone."""
    pdv = PontoVenda.objects.get(codigo=caixa.codigo)
    linhas = OperacaoPdv.objects.filter(
        ponto_venda_id=pdv.pk, situacao_replicacao=SituacaoProcessamento.EFETUADO, operacao=Especie.VENDA
    )
    ids = list(linhas.values_list("pk", flat=True))
    antes = set(refeitas(ids))
    pedido = reprocesso.pedir(
        linhas=linhas,
        descricao=f"vendas do PDV {caixa.codigo}",
        motivo="Demonstração do reprocesso em massa",
        usuario=usuario,
    )
    limite = time.monotonic() + SEGUNDOS_MAXIMO
    while pedido.situacao != Reprocesso.Situacao.CONCLUIDO:
        if time.monotonic() > limite:
            raise NaoTerminou(
                f"o reprocesso em massa parou: {pedido.feitas} feitas, {pedido.falhas} falhas, de {pedido.total}"
            )
        time.sleep(0.2)
        pedido.refresh_from_db()
    return pedido, len(set(refeitas(ids)) - antes)


def pedir_de_novo(caixa: Caixa, url: str, lote: int, usuario: User) -> int:
    """Ask a till for one of its sales again; it obeys, and the sale is posted anew. Returns the number of the sale."""
    numero = max(_vendas_simples(caixa))
    pdv = PontoVenda.objects.get(codigo=caixa.codigo)
    linha = OperacaoPdv.objects.get(ponto_venda_id=pdv.pk, id_operacao=numero, operacao=Especie.VENDA)
    replicar_de_novo(ids=[linha.pk], motivo="Demonstração de replicar de novo", usuario=usuario)
    caixa.esperar(caixa.replicar(url, lote))
    esperar_processar()
    comando = Comando.objects.get(ponto_venda_id=pdv.pk, id_operacao=numero)
    if comando.situacao != Comando.Situacao.CUMPRIDO:
        raise NaoTerminou(f"o PDV {caixa.codigo} não cumpriu o comando: {comando.get_situacao_display()}")
    return numero
