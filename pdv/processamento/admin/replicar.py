"""Replicar de novo: the action on operations, and the archived ones with their round trip."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from erp.acesso.admin_base import acao_com_motivo
from erp.acesso.services import registrar_leitura
from erp.cadastros.admin.usuario import usuario_de
from pdv.processamento import formatos
from pdv.processamento.admin.acoes import contar
from pdv.processamento.admin.colunas import coluna
from pdv.processamento.admin.filtros import FilialFiltro, PontoVendaFiltro
from pdv.processamento.admin.lista import ComPontoVenda
from pdv.processamento.admin.pagina import ComPagina, Fato
from pdv.processamento.atos import replicar_de_novo as servico
from pdv.processamento.atos import services
from pdv.processamento.atos.linhas import MOSTRADAS, com_lancamentos
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import Alvo
from pdv.processamento.selectors.ficha import atos_de, log_de, ponto_de_venda
from pdv.processamento.selectors.volta import Passo, volta_de, voltou
from pdv.replicacao.models import OperacaoArquivada, OperacaoPdv, SituacaoProcessamento
from pdv.tabelas import Especie

VER_DOCUMENTO = "cadastros.ver_documentos"
_NUMERO = re.compile(r"[0-9]{1,18}")  # 19 digits would overflow the column
DOCUMENTOS = frozenset({"cpf_cnpj_consumidor", "codigo_cliente"})


def recusar_com_pagina(feito: Callable[[], Any]) -> Any:
    """Call a service; its refusal goes back to the page with the reason still typed."""
    try:
        return feito()
    except AcaoRecusada as recusa:
        raise ValidationError(f"Nada foi feito: {recusa}") from recusa


def explicar(queryset: QuerySet[OperacaoPdv]) -> str:
    """What will be done, and what forbids it."""
    contagem = contar(queryset)
    if contagem.total > services.LINHAS_MAXIMO:
        limite = formatos.quantos(services.LINHAS_MAXIMO, "operação", "operações")
        return f"A seleção passa de {limite}, o máximo de uma vez. Volte e filtre mais; nada será feito assim."
    ids = list(queryset.order_by().values_list("pk", flat=True))
    with connection.cursor() as cursor:
        lancadas = len(com_lancamentos(cursor, Alvo.OPERACAO, ids))
        bloqueios = servico.bloqueios(cursor, ids, None)
    partes = [
        f"{formatos.quantos(contagem.total, 'operação', 'operações')}, {formatos.reais(contagem.valor)}.",
        f"{formatos.quantos(lancadas, 'já lançada é estornada', 'já lançadas são estornadas')}." if lancadas else "",
        "Sai da retaguarda, fica arquivada por inteiro, e o PDV é chamado a enviá-la de novo."
        if contagem.total == 1
        else "Saem da retaguarda, ficam arquivadas por inteiro, e os PDVs são chamados a enviá-las de novo.",
        "Até chegar, não está no estoque nem no dinheiro." if lancadas else "",
        *(f"IMPEDE: operação {b.id_operacao}, {b.mensagem}." for b in bloqueios[:MOSTRADAS]),
    ]
    return " ".join(parte for parte in partes if parte)


class ReplicarDeNovo:
    """Mixin of the operations' list and page."""

    @acao_com_motivo(
        titulo="Replicar de novo",
        explicacao=explicar,
        permissao=servico.PERMISSAO,
        botao="Estornar e pedir de novo ao PDV",
        icone="sync",
        perigosa=True,
    )
    def replicar_de_novo(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        ids: Sequence[int] = list(queryset.order_by().values_list("pk", flat=True)[: services.LINHAS_MAXIMO + 1])
        n = recusar_com_pagina(lambda: servico.replicar_de_novo(ids=ids, motivo=motivo, usuario=usuario))
        return f"{formatos.quantos(n, 'operação pedida', 'operações pedidas')} de novo ao PDV."

    def onde_esta(self, request: HttpRequest, object_id: str) -> str:
        """The page of an archived operation, for whoever looks for its row."""
        if not _NUMERO.fullmatch(object_id):
            return ""
        arquivada = OperacaoArquivada.objects.filter(operacao_id=int(object_id)).order_by("-pk").first()
        return formatos.url_de(arquivada, arquivada.pk) if arquivada else ""


@admin.register(OperacaoArquivada)
class OperacaoArquivadaAdmin(ComPagina, ComPontoVenda):
    campo_tempo = "arquivada_em"
    list_display = ["numero", "pdv", "quando", "arquivada_por", "motivo"]
    list_display_links = ["numero"]
    list_filter = [FilialFiltro, PontoVendaFiltro]
    search_help_text = "Número da operação"
    actions_detail = ["pedir_de_novo"]
    modelo_da_pagina = "admin/pdv/arquivada.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("conteudo")

    def buscar(self, termo: str) -> set[int] | None:
        if not _NUMERO.fullmatch(termo):
            return set()
        achadas = OperacaoArquivada.objects.filter(id_operacao=int(termo)).order_by("-pk")
        return set(achadas.values_list("pk", flat=True)[:500])

    @coluna("nº")
    def numero(self, a: OperacaoArquivada) -> str:
        return str(a.id_operacao)

    @coluna("arquivada em")
    def quando(self, a: OperacaoArquivada) -> str:
        return formatos.data_hora(a.arquivada_em)

    @acao_com_motivo(
        titulo="Pedir de novo ao PDV",
        explicacao="O PDV é chamado outra vez a enviar esta operação. Um pedido ainda aberto dá lugar a este.",
        permissao=servico.PERMISSAO,
        botao="Pedir de novo",
        icone="sync",
    )
    def pedir_de_novo(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        for arquivada in queryset.defer(None):
            recusar_com_pagina(
                lambda a=arquivada: servico.pedir_de_novo(arquivada=a, motivo=motivo, usuario=usuario)  # type: ignore[misc]  # the row of this turn
            )
        return "Pedida de novo ao PDV."

    def cabe(self, acao: str, objeto: OperacaoArquivada) -> bool:
        return voltou(objeto) is None

    def contexto(self, request: HttpRequest, objeto: OperacaoArquivada) -> dict[str, Any]:
        volta = volta_de(objeto)
        return {
            "titulo": f"Operação {objeto.id_operacao} – arquivada",
            "a": objeto,
            "fatos": fatos(objeto),
            "volta": [_na_tela(passo) for passo in volta.passos],
            "nova": formatos.url_de(volta.nova, volta.nova.pk) if volta.nova else "",
            "comandos": [(c, formatos.url_de(c, c.pk)) for c in volta.comandos],
            "conteudo": legivel(objeto.conteudo, inteiro=le_inteiro(request, objeto, objeto.conteudo)),
            "log": log_de(Alvo.OPERACAO, objeto.operacao_id),
            "atos": atos_de(Alvo.OPERACAO, objeto.operacao_id),
        }


def _na_tela(passo: Passo) -> dict[str, Any]:
    return {"titulo": passo.titulo, "detalhe": passo.detalhe, "em": passo.em, "feito": passo.em is not None,
            "cor": passo.cor, "icone": passo.icone}  # fmt: skip


def fatos(a: OperacaoArquivada) -> list[Fato]:
    pdv = ponto_de_venda(a.ponto_venda_id)
    o = a.conteudo["operacao"]
    return [
        ("PDV", str(pdv or a.ponto_venda_id), formatos.url_de(pdv, pdv.pk) if pdv else ""),
        ("Espécie", str(Especie(o["operacao"]).label), ""),
        ("Total que tinha", formatos.reais_de(o["valor_total"]), ""),
        ("Situação que tinha", formatos.SITUACOES[SituacaoProcessamento(o["situacao_replicacao"])], ""),
        ("Itens", formatos.numero(len(a.conteudo["itens"])), ""),
        ("Arquivada em", formatos.data_hora(a.arquivada_em), ""),
        ("Por", a.arquivada_por, ""),
        ("Motivo", a.motivo, ""),
    ]


def le_inteiro(request: HttpRequest, objeto: Model, *conteudos: Any) -> bool:
    """Whether this person reads documents whole; that there were some to be read is told to the trail."""
    usuario = usuario_de(request)
    inteiro = usuario.has_perm(VER_DOCUMENTO)
    if inteiro and any(_sem_documentos(conteudo) != conteudo for conteudo in conteudos):
        registrar_leitura(objeto, por=usuario)
    return inteiro


def legivel(conteudo: Any, *, inteiro: bool) -> str:
    """What was there, indented; a person's document only for who may see it."""
    return json.dumps(_sem_documentos(conteudo) if not inteiro else conteudo, indent=2, ensure_ascii=False)


def _sem_documentos(valor: Any) -> Any:
    if isinstance(valor, dict):
        return {
            k: formatos.documento(v, inteiro=False)
            if k in DOCUMENTOS and isinstance(v, str) and v
            else _sem_documentos(v)
            for k, v in valor.items()
        }
    return [_sem_documentos(v) for v in valor] if isinstance(valor, list) else valor
