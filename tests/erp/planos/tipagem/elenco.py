"""Customers, contracts and deaths, written as plainly as the tables take them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from clientes.models import Cliente, Etiqueta, HistoricoEtiqueta, RegistroRecebido, TipoEtiqueta
from erp.planos.models import Contratacao, Dependente, Obito, Parentesco, Plano, Situacao
from erp.rotinas.models import Execucao
from erp.rotinas.services import executar
from tests.erp.elenco import filial

DOMINGO = date(2026, 11, 22)
CAMINHO = "Cliente/TiparClientes"
_numeros = count(1)


def cliente(codigo: str, **campos: Any) -> Cliente:
    base: dict[str, Any] = {"cliente_varejo": f"CLIENTE {codigo}", "filial": "LOJA", "documento_valido": True}
    return Cliente.objects.create(codigo_cliente=codigo, **(base | campos))


def contrato(titular: str, situacao: Situacao = Situacao.ATIVO, **campos: Any) -> Contratacao:
    plano, _ = Plano.objects.get_or_create(nome="Plano", defaults={"valor_mensal": Decimal("50.00")})
    inicio = campos.pop("inicio", date(2025, 1, 10))
    base: dict[str, Any] = {
        "numero": next(_numeros), "plano": plano, "titular_id": titular, "filial": filial(), "inicio": inicio,
        "dia_vencimento": 10, "carencia_ate": inicio, "situacao": situacao, "desde": inicio, "criada_em": timezone.now(),
        "proximo_vencimento": inicio, "valor_mensal": plano.valor_mensal,
    }  # fmt: skip
    return Contratacao.objects.create(**(base | campos))


def dependente(contratacao: Contratacao, codigo: str | None, **campos: Any) -> Dependente:
    base: dict[str, Any] = {
        "nome": "Dependente", "nascimento": date(2000, 1, 1), "parentesco": Parentesco.FILHO,
        "carencia_ate": date(2025, 4, 1), "incluido_em": date(2025, 2, 1),
    }  # fmt: skip
    return Dependente.objects.create(contratacao=contratacao, cliente_id=codigo, **(base | campos))


def obito(dia: date = date(2026, 3, 1), **de_quem: Any) -> Obito:
    return Obito.objects.create(
        data=dia, certidao="C1", registrado_por="usuario:ana", registrado_em=timezone.now(), **de_quem
    )


def recebido(codigo: str, dia: date, resultado: int = RegistroRecebido.Resultado.INSERIDO) -> RegistroRecebido:
    em = datetime(dia.year, dia.month, dia.day, 23, 30, tzinfo=ZoneInfo("America/Sao_Paulo"))
    return RegistroRecebido.objects.create(
        filial="LOJA", id_registro=str(next(_numeros)), resultado=resultado, codigo_cliente=codigo, hash_conteudo=b"",
        conteudo={}, resposta={}, status_http=200, recebido_em=em,
    )  # fmt: skip


def tipar(dia: date = DOMINGO, **opcoes: Any) -> Execucao:
    """A run for that day, each at a time of its own."""
    quando = datetime.combine(dia, time(4), ZoneInfo("America/Sao_Paulo")) + timedelta(seconds=next(_numeros))
    execucao = executar(CAMINHO, iniciada_por="teste", agendada_para=quando, **opcoes)
    assert execucao.situacao == Execucao.Situacao.SUCESSO, execucao.erro
    return execucao


def etiquetas(codigo: str) -> dict[str, tuple[date, str]]:
    return {
        str(TipoEtiqueta(e.tipo).label): (e.desde, e.motivo)
        for e in Etiqueta.objects.filter(codigo_cliente=codigo).order_by("tipo")
    }


def encerradas(codigo: str) -> list[tuple[str, date, str, date, str]]:
    return [
        (str(TipoEtiqueta(e.tipo).label), e.desde, e.motivo, e.ate, e.motivo_fim)
        for e in HistoricoEtiqueta.objects.filter(codigo_cliente=codigo).order_by("pk")
    ]
