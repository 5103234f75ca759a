"""The routines of the specification that keep two sides in step, and the daily comparison."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from erp.rotinas.agenda import cada, diaria
from erp.rotinas.contexto import Contexto
from erp.rotinas.registro import Recuperacao, rotina
from erp.sincronizacao.cliente import Vizinha
from erp.sincronizacao.entidades import ENTIDADES, GERAIS
from erp.sincronizacao.models import CursorEntidade
from erp.sincronizacao.services import comparar, sincronizar
from erp.sincronizacao.services.passadas import CAMINHO_COLABORADORES, CAMINHO_COMPARAR, CAMINHO_GERAL, CAMINHO_VENDAS
from erp.sincronizacao.vendas.envio import enviar_vendas

_LIGADA = Vizinha().configurado()  # known as settings are read


@rotina(
    CAMINHO_COLABORADORES,
    cada(minutos=18),
    "Sincroniza colaboradores do ERP para o Backoffice",
    recuperacao=Recuperacao.PULAR,
    configurada=_LIGADA,
)
def sincronizar_colaboradores(contexto: Contexto) -> None:
    """Lê do ERP os colaboradores que mudaram desde a última vez, com o contrato de cada um."""
    _sincronizar(contexto, ["colaboradores"])


@rotina(
    CAMINHO_GERAL,
    cada(minutos=19),
    "Sincroniza dados gerais do ERP para o Backoffice",
    recuperacao=Recuperacao.PULAR,
    configurada=_LIGADA,
)
def sincronizar_gerais(contexto: Contexto) -> None:
    """Lê do ERP as filiais, os produtos, os preços, os finalizadores e os clientes que mudaram desde a última vez."""
    _sincronizar(contexto, GERAIS)


@rotina(
    CAMINHO_VENDAS,
    cada(minutos=20),
    "Sincroniza vendas do Backoffice para o ERP",
    recuperacao=Recuperacao.PULAR,
    configurada=_LIGADA,
)
def sincronizar_vendas(contexto: Contexto) -> None:
    """Entrega ao ERP as operações, as notas e os turnos que os PDVs mandaram, e guarda o que ele recusou."""
    enviar_vendas(contexto)


@rotina(
    CAMINHO_COMPARAR,
    diaria("03:10"),
    "Compara os cadastros daqui com os do ERP",
    limite=timedelta(hours=2),
    configurada=_LIGADA,
)
def comparar_lados(contexto: Contexto) -> dict[str, int]:
    """Lê o ERP inteiro e lista o que está diferente, sem mudar nada. O conserto é *refazer tudo* da entidade."""
    return comparar(ENTIDADES, confirmar=contexto.confirmar)


def _sincronizar(contexto: Contexto, nomes: Iterable[str]) -> None:
    def falhar(nome: str, motivo: str) -> None:
        contexto.falhar(CursorEntidade._meta.label_lower, nome, motivo)

    for nome, resumo in sincronizar(nomes, confirmar=contexto.confirmar, falhar=falhar).items():
        for contagem, quantos in vars(resumo).items():
            if quantos:
                contexto.contar(f"{nome}: {contagem}", quantos)
