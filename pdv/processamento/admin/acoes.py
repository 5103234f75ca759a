"""The three acts on operations and notes: what the confirmation page says, and the service that it calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from unfold.widgets import UnfoldBooleanWidget

from erp.acesso.acoes import Envio, FormularioDeMotivo
from erp.acesso.admin_base import acao_com_motivo
from pdv.processamento.admin.previa import NOMES, painel_de
from pdv.processamento.atos import services
from pdv.processamento.atos.bloqueios import Visto
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.formatos import quantos, reais
from pdv.processamento.models import Alvo
from pdv.replicacao.models import SituacaoProcessamento as Situacao

Efeito = Callable[[dict[int, int]], list[str]]  # rows of each situação -> what will happen to them


class Contagem(NamedTuple):
    """How many rows of each situação, and their money."""

    por_situacao: dict[int, int]
    total: int
    valor: Decimal


def contar(queryset: QuerySet[Any]) -> Contagem:
    """Reads at most one row more than an act may have."""
    linhas = list(queryset.order_by().values_list("situacao_replicacao", "valor_total")[: services.LINHAS_MAXIMO + 1])
    por_situacao: dict[int, int] = {}
    for situacao, _ in linhas:
        por_situacao[situacao] = por_situacao.get(situacao, 0) + 1
    return Contagem(por_situacao, len(linhas), sum((v for _, v in linhas), Decimal(0)))


def _frase(n: int, um: str, varios: str) -> list[str]:
    return [quantos(n, um, varios)] if n else []


def efeito_de_processar(c: dict[int, int]) -> list[str]:
    return [
        *_frase(c.get(Situacao.COM_ERRO, 0), "com erro volta à fila", "com erro voltam à fila"),
        *_frase(c.get(Situacao.NAO_DEFINIDO, 0), "ignorada volta à fila", "ignoradas voltam à fila"),
        *_frase(c.get(Situacao.PENDENTE, 0), "pendente é tentada já", "pendentes são tentadas já"),
        *_frase(
            c.get(Situacao.EFETUADO, 0),
            "já efetuada impede a ação: tire-a da seleção ou use Reprocessar",
            "já efetuadas impedem a ação: tire-as da seleção ou use Reprocessar",
        ),
    ]


def efeito_de_reprocessar(c: dict[int, int]) -> list[str]:
    return [
        *_frase(c.get(Situacao.COM_ERRO, 0), "com erro volta à fila", "com erro voltam à fila"),
        *_frase(c.get(Situacao.NAO_DEFINIDO, 0), "ignorada volta à fila", "ignoradas voltam à fila"),
        *_frase(c.get(Situacao.PENDENTE, 0), "pendente é tentada já", "pendentes são tentadas já"),
        *_frase(
            c.get(Situacao.EFETUADO, 0),
            "já efetuada é estornada e processada de novo",
            "já efetuadas são estornadas e processadas de novo",
        ),
    ]


def efeito_de_ignorar(c: dict[int, int]) -> list[str]:
    return [
        *_frase(c.get(Situacao.COM_ERRO, 0), "com erro sai da fila", "com erro saem da fila"),
        *_frase(c.get(Situacao.PENDENTE, 0), "pendente sai da fila", "pendentes saem da fila"),
        *_frase(c.get(Situacao.NAO_DEFINIDO, 0), "já estava ignorada", "já estavam ignoradas"),
        *_frase(
            c.get(Situacao.EFETUADO, 0),
            "já efetuada impede a ação: o que está lançado não se ignora",
            "já efetuadas impedem a ação: o que está lançado não se ignora",
        ),
    ]


def explicar(alvo: Alvo, efeito: Efeito) -> Callable[[QuerySet[Any]], str]:
    """`12 operações, R$ 1.234,50: 3 com erro voltam à fila; 9 já efetuadas são estornadas e processadas de novo.`"""

    def texto(queryset: QuerySet[Any]) -> str:
        contagem = contar(queryset)
        if contagem.total > services.LINHAS_MAXIMO:
            limite = quantos(services.LINHAS_MAXIMO, *NOMES[alvo])
            return f"A seleção passa de {limite}, o máximo de uma vez. Volte e filtre mais; nada será feito assim."
        efeitos = "; ".join(efeito(contagem.por_situacao)) or "nada a fazer"
        return f"{quantos(contagem.total, *NOMES[alvo])}, {reais(contagem.valor)}: {efeitos}."

    return texto


def cabe(acao: str, situacao: int) -> bool:
    """What is posted is reprocessed; the rest is processed, or ignored while it is not yet."""
    if situacao == Situacao.EFETUADO:
        return acao == "reprocessar"
    return acao == "processar" or (acao == "ignorar" and situacao != Situacao.NAO_DEFINIDO)


class FormularioDeReprocesso(FormularioDeMotivo):
    field_order = ("pular_bloqueadas", "motivo")
    pular_bloqueadas = forms.BooleanField(label="", required=False, widget=UnfoldBooleanWidget)


def _servir(
    servico: Callable[..., int], alvo: Alvo, queryset: QuerySet[Any], motivo: str, usuario: User, **opcoes: Any
) -> int:
    """Call a service with the rows' ids; its refusal goes back to the page with the reason still typed."""
    ids: Sequence[int] = list(queryset.order_by().values_list("pk", flat=True)[: services.LINHAS_MAXIMO + 1])
    try:
        return servico(alvo=alvo, ids=ids, motivo=motivo, usuario=usuario, **opcoes)
    except AcaoRecusada as recusa:
        raise ValidationError(f"Nada foi feito: {recusa}") from recusa


def acoes_de(alvo: Alvo, sufixo: str) -> tuple[Any, Any, Any]:
    """The methods `processar`, `reprocessar` and `ignorar` of an admin; `sufixo` ends their permissions."""

    def processar(self: Any, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        n = _servir(services.processar_agora, alvo, queryset, motivo, usuario)
        return f"{quantos(n, *NOMES[alvo])} na fila, para agora."

    def reprocessar(self: Any, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        pular = bool(envio.campos.get("pular_bloqueadas"))
        visto = Visto(*envio.visto) if envio.visto else None
        n = _servir(services.reprocessar, alvo, queryset, motivo, usuario, visto=visto, pular_bloqueadas=pular)
        texto = f"{quantos(n, *NOMES[alvo])} na fila para reprocessar."
        if fora := queryset.order_by()[: services.LINHAS_MAXIMO].count() - n:
            texto += f" {quantos(fora, 'bloqueada ficou como estava', 'bloqueadas ficaram como estavam')}."
        return texto

    def ignorar(self: Any, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        n = _servir(services.ignorar, alvo, queryset, motivo, usuario)
        return f"{quantos(n, *NOMES[alvo])} fora da fila."

    def acao(corpo: Any, titulo: str, efeito: Efeito, icone: str, *, perigosa: bool = False, **opcoes: Any) -> Any:
        return acao_com_motivo(
            titulo=titulo,
            explicacao=explicar(alvo, efeito),
            permissao=f"replicacao.{corpo.__name__}_{sufixo}",
            botao=titulo,
            icone=icone,
            perigosa=perigosa,
            **opcoes,
        )(corpo)

    return (
        acao(processar, "Processar agora", efeito_de_processar, "bolt", painel=painel_de(alvo, "processar")),
        acao(
            reprocessar,
            "Reprocessar",
            efeito_de_reprocessar,
            "replay",
            formulario=FormularioDeReprocesso,
            painel=painel_de(alvo, "reprocessar"),
        ),
        acao(ignorar, "Ignorar", efeito_de_ignorar, "block", perigosa=True),
    )
