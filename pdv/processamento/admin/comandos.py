"""Comandos aos PDVs: what the retaguarda asked of the tills, how old it is, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from erp.acesso.admin_base import acao_com_motivo
from pdv.processamento import formatos
from pdv.processamento.admin.colunas import coluna
from pdv.processamento.admin.filtros import FilialFiltro, PontoVendaFiltro
from pdv.processamento.admin.lista import ComPontoVenda
from pdv.processamento.admin.pagina import ComPagina
from pdv.processamento.admin.replicar import recusar_com_pagina
from pdv.processamento.atos import replicar_de_novo as servico
from pdv.processamento.atos import services
from pdv.processamento.selectors.ficha import ponto_de_venda
from pdv.processamento.selectors.volta import arquivada_do_comando
from pdv.replicacao.models import Comando

CORES_DO_COMANDO = {
    Comando.Situacao.PENDENTE.label: "warning",
    Comando.Situacao.ENTREGUE.label: "info",
    Comando.Situacao.CUMPRIDO.label: "success",
    Comando.Situacao.RECUSADO.label: "danger",
    Comando.Situacao.CANCELADO.label: "default",
}
ABERTAS = (Comando.Situacao.PENDENTE, Comando.Situacao.ENTREGUE)


class SituacaoDoComando(admin.SimpleListFilter):
    title = "situação"
    parameter_name = "situacao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("abertos", "Em aberto"), *((str(s.value), s.label) for s in Comando.Situacao)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value()
        if valor == "abertos":
            return queryset.filter(situacao__in=ABERTAS)
        return queryset.filter(situacao=int(valor)) if valor in {str(s.value) for s in Comando.Situacao} else queryset


@admin.register(Comando)
class ComandoAdmin(ComPagina, ComPontoVenda):
    campo_tempo = "pedido_em"
    list_display = ["nome", "pdv", "situacao_", "idade", "pedido_por", "motivo", "resposta"]
    list_display_links = ["nome"]
    list_filter = [SituacaoDoComando, FilialFiltro, PontoVendaFiltro]
    actions = ["cancelar"]
    actions_detail = ["cancelar"]
    modelo_da_pagina = "admin/pdv/comando.html"

    def _precisa_de_janela(self, request: HttpRequest) -> bool:
        return False

    @coluna("comando")
    def nome(self, c: Comando) -> str:
        return str(c)

    @coluna("situação", cores=CORES_DO_COMANDO)
    def situacao_(self, c: Comando) -> str:
        return c.get_situacao_display()

    @coluna("pedido")
    def idade(self, c: Comando) -> str:
        return ha_quanto(c.pedido_em)

    @acao_com_motivo(
        titulo="Cancelar o pedido",
        explicacao="O PDV deixa de ser chamado a enviar. A operação não volta por isso: continua arquivada, fora do "
        "estoque e do dinheiro, até o PDV a enviar. Para pedi-la outra vez, use a página dela em Operações arquivadas.",
        permissao=servico.PERMISSAO,
        botao="Cancelar o pedido",
        icone="block",
        perigosa=True,
    )
    def cancelar(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        comandos = list(queryset.order_by("pk")[: services.LINHAS_MAXIMO])
        for comando in comandos:
            recusar_com_pagina(
                lambda c=comando: servico.cancelar_comando(comando=c, motivo=motivo, usuario=usuario)  # type: ignore[misc]  # the row of this turn
            )
        return f"{formatos.quantos(len(comandos), 'pedido cancelado', 'pedidos cancelados')}."

    def cabe(self, acao: str, objeto: Comando) -> bool:
        return objeto.situacao in ABERTAS

    def contexto(self, request: HttpRequest, objeto: Comando) -> dict[str, Any]:
        pdv = ponto_de_venda(objeto.ponto_venda_id)
        arquivada = arquivada_do_comando(objeto)
        return {
            "titulo": str(objeto),
            "cor": CORES_DO_COMANDO[objeto.get_situacao_display()],
            "c": objeto,
            "aberto": objeto.situacao in ABERTAS,
            "ultimo_contato": ha_quanto(pdv.ultimo_contato_em) if pdv and pdv.ultimo_contato_em else "nunca",
            "fatos": [
                ("PDV", str(pdv or objeto.ponto_venda_id), formatos.url_de(pdv, pdv.pk) if pdv else ""),
                (
                    "Operação", str(objeto.id_operacao or formatos.VAZIO),
                    formatos.url_de(arquivada, arquivada.pk) if arquivada else "",
                ),
                ("Pedido em", f"{formatos.data_hora(objeto.pedido_em)} ({ha_quanto(objeto.pedido_em)})", ""),
                ("Pedido por", objeto.pedido_por, ""),
                ("Motivo", objeto.motivo, ""),
                ("Entregue ao PDV em", formatos.data_hora(objeto.entregue_em), ""),
                ("Concluído em", formatos.data_hora(objeto.concluido_em), ""),
                ("Resposta", objeto.resposta or formatos.VAZIO, ""),
            ],
        }  # fmt: skip


def ha_quanto(quando: datetime, agora: datetime | None = None) -> str:
    """`há 5 min`, `há 3 h`, `há 12 dias`."""
    minutos = max(0, round(((agora or timezone.now()) - quando).total_seconds() / 60))
    if minutos < 1:
        return "agora"
    if minutos < 60:
        return f"há {minutos} min"
    if minutos < 48 * 60:
        return f"há {minutos // 60} h"
    return f"há {minutos // (24 * 60)} dias"
