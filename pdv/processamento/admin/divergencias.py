"""Divergências: the same operation sent again with other content. What differs, what each decision would do, deciding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from erp.acesso.acoes import Envio, Painel
from erp.acesso.admin_base import acao_com_motivo
from pdv.processamento import formatos
from pdv.processamento.admin.colunas import coluna
from pdv.processamento.admin.diferencas import em_poucas_palavras, grupos_de
from pdv.processamento.admin.filtros import AtalhoDePeriodo, FilialFiltro, PeriodoFiltro, PontoVendaFiltro
from pdv.processamento.admin.lista import ComPontoVenda
from pdv.processamento.admin.pagina import ComPagina, Fato
from pdv.processamento.admin.previa import painel_de
from pdv.processamento.admin.replicar import le_inteiro, legivel, recusar_com_pagina
from pdv.processamento.atos import divergencias as servico
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import Alvo
from pdv.processamento.selectors.ficha import ponto_de_venda
from pdv.replicacao.models import Divergencia, OperacaoPdv, SituacaoProcessamento

PENDENTE, ACEITA, RECUSADA = Divergencia.Decisao
CORES = {PENDENTE.label: "warning", ACEITA.label: "success", RECUSADA.label: "default"}
TODAS = "todas"


class DecisaoFiltro(admin.SimpleListFilter):
    """Without a choice: what waits for a decision, which the partial index holds."""

    title = "decisão"
    parameter_name = "decisao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(ACEITA.value, ACEITA.label), (RECUSADA.value, RECUSADA.label), (TODAS, "Todas")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield {
            "selected": not self.value(),
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": PENDENTE.label,
        }
        for valor, nome in self.lookup_choices:
            yield {
                "selected": self.value() == valor,
                "query_string": changelist.get_query_string({self.parameter_name: valor}),
                "display": nome,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == TODAS:
            return queryset
        decisao = self.value() if self.value() in (ACEITA.value, RECUSADA.value) else PENDENTE.value
        return queryset.filter(decisao=decisao)


def painel_de_aceitar(usuario: User, queryset: QuerySet[Divergencia]) -> Painel | None:
    """What would be undone and made, computed with the new version in its place and then rolled back."""
    divergencia = queryset.first()
    if divergencia is None or divergencia.decisao != PENDENTE:
        return None
    operacao = OperacaoPdv.objects.filter(pk=divergencia.operacao_id)
    if operacao.filter(situacao_replicacao=SituacaoProcessamento.NAO_DEFINIDO).exists():
        return None
    try:
        with servico.como_se_aceita(divergencia):
            painel = painel_de(Alvo.OPERACAO, "reprocessar")(usuario, operacao)
    except AcaoRecusada:
        return None  # gone, or held by somebody: the service says which
    return painel and replace(painel, botao="Aceitar a nova versão", rotulos={})


@admin.register(Divergencia)
class DivergenciaAdmin(ComPagina, ComPontoVenda):
    campo_tempo = "recebida_em"
    list_display = ["nome", "pdv", "quando", "campos", "vezes_", "decisao_", "decidida_por"]
    list_display_links = ["nome"]
    list_filter = [
        DecisaoFiltro,
        FilialFiltro,
        PontoVendaFiltro,
        AtalhoDePeriodo,
        ("recebida_em", PeriodoFiltro),
    ]
    actions_detail = ["aceitar", "manter"]
    modelo_da_pagina = "admin/pdv/divergencia.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("conteudo", "hash_conteudo", "versao_anterior")

    def _precisa_de_janela(self, request: HttpRequest) -> bool:
        return bool(request.GET.get("decisao")) and super()._precisa_de_janela(request)

    @coluna("divergência")
    def nome(self, d: Divergencia) -> str:
        return f"Nº {d.pk}"

    @coluna("recebida em")
    def quando(self, d: Divergencia) -> str:
        return formatos.data_hora(d.recebida_em)

    @coluna("o que difere")
    def campos(self, d: Divergencia) -> str:
        return em_poucas_palavras(d) or "cancelada no PDV"

    @coluna("vezes")
    def vezes_(self, d: Divergencia) -> str:
        return formatos.numero(d.vezes)

    @coluna("decisão", cores=CORES)
    def decisao_(self, d: Divergencia) -> str:
        return Divergencia.Decisao(d.decisao).label

    @acao_com_motivo(
        titulo="Aceitar a nova versão",
        explicacao="O conteúdo que o PDV mandou toma o lugar do que está na retaguarda, que fica guardado por inteiro. "
        "Se já estava lançada, é estornada e lançada de novo.",
        permissao=servico.PERMISSAO,
        botao="Aceitar a nova versão",
        icone="check",
        painel=painel_de_aceitar,
    )
    def aceitar(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        [pk] = queryset.values_list("pk", flat=True)
        foi = recusar_com_pagina(lambda: servico.aceitar(divergencia_id=pk, motivo=motivo, usuario=usuario))
        return "Nova versão aceita" + (" e na fila para ser lançada." if foi else ". A operação continua ignorada.")

    @acao_com_motivo(
        titulo="Manter a atual",
        explicacao="Nada muda na retaguarda. O que o PDV mandou fica guardado aqui; se vier igual outra vez, é só contado.",
        permissao=servico.PERMISSAO,
        botao="Manter a atual",
        icone="block",
    )
    def manter(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        [pk] = queryset.values_list("pk", flat=True)
        recusar_com_pagina(lambda: servico.manter(divergencia_id=pk, motivo=motivo, usuario=usuario))
        return "Mantida a versão atual."

    def cabe(self, acao: str, objeto: Divergencia) -> bool:
        if objeto.decisao != PENDENTE:
            return False
        return acao == "manter" or _mais_nova(objeto) is None

    def contexto(self, request: HttpRequest, objeto: Divergencia) -> dict[str, Any]:
        operacao = OperacaoPdv.objects.filter(pk=objeto.operacao_id).first()
        inteiro = le_inteiro(request, objeto, objeto.conteudo, objeto.versao_anterior)
        nova = _mais_nova(objeto)
        return {
            "d": objeto,
            "titulo": f"Divergência na {operacao or f'operação recebida {objeto.operacao_id}'}",
            "cor": CORES[Divergencia.Decisao(objeto.decisao).label],
            "decisao": Divergencia.Decisao(objeto.decisao).label,
            "pendente": objeto.decisao == PENDENTE,
            "saiu": operacao is None,
            "nova": formatos.url_de(nova, nova.pk) if nova else "",
            "grupos": grupos_de(objeto, documento_inteiro=inteiro),
            "fatos": fatos(objeto, operacao),
            "conteudo": legivel(objeto.conteudo, inteiro=inteiro),
            "anterior": legivel(objeto.versao_anterior, inteiro=inteiro) if objeto.versao_anterior else "",
        }


def _mais_nova(d: Divergencia) -> Divergencia | None:
    """A newer version of the same operation that waits for a decision: it is decided first."""
    novas = Divergencia.objects.filter(operacao_id=d.operacao_id, pk__gt=d.pk, decisao=PENDENTE)
    return novas.order_by("-pk").first() if d.decisao == PENDENTE else None


def fatos(d: Divergencia, operacao: OperacaoPdv | None) -> list[Fato]:
    pdv = ponto_de_venda(d.ponto_venda_id)
    linhas = [
        ("Operação", str(operacao or d.operacao_id), formatos.url_de(OperacaoPdv, d.operacao_id)),
        ("PDV", str(pdv or d.ponto_venda_id), formatos.url_de(pdv, pdv.pk) if pdv else ""),
        ("Recebida em", formatos.data_hora(d.recebida_em), ""),
        ("Vezes", formatos.numero(d.vezes), ""),
    ]
    if d.decisao != PENDENTE:
        linhas += [
            ("Decidida por", d.decidida_por, ""),
            ("Decidida em", formatos.data_hora(d.decidida_em), ""),
            ("Motivo", d.motivo, ""),
        ]
    return linhas
