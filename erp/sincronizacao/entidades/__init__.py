"""The entities that the feeds tell, in the order in which they are received: what others refer to comes first."""

from typing import Final

from erp.sincronizacao.entidades.base import Entidade
from erp.sincronizacao.entidades.clientes import CLIENTES
from erp.sincronizacao.entidades.colaboradores import COLABORADORES
from erp.sincronizacao.entidades.filiais import FILIAIS
from erp.sincronizacao.entidades.finalizadores import FINALIZADORES
from erp.sincronizacao.entidades.produtos import PRECOS, PRODUTOS

ENTIDADES: Final[dict[str, Entidade]] = {
    e.nome: e for e in (FILIAIS, PRODUTOS, PRECOS, FINALIZADORES, CLIENTES, COLABORADORES)
}
GERAIS: Final = tuple(nome for nome in ENTIDADES if nome != COLABORADORES.nome)

__all__ = ["ENTIDADES", "GERAIS", "Entidade"]
