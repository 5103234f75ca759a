"""By which channel a fact goes when whoever hands it over does not say: the one that staff put in use, if it reaches."""

from __future__ import annotations

from collections.abc import Sequence

from erp.contatos.canais import Porta, canais
from erp.contatos.enderecos import resumo
from erp.contatos.models import Canal
from erp.contatos.selectors import recusados
from erp.contatos.valores import Aviso

EMAIL = Canal.EMAIL.value


def canais_de(avisos: Sequence[Aviso]) -> list[str]:
    """The channel of each. A few statements for all of them, and none while no other channel is in use."""
    escolhidos = [aviso.canal or EMAIL for aviso in avisos]
    livres = [n for n, aviso in enumerate(avisos) if not aviso.canal and aviso.codigo_cliente]
    for porta in canais() if livres else []:
        oferecidos = porta.oferece({avisos[n].modelo for n in livres})
        candidatos = [n for n in livres if avisos[n].modelo in oferecidos]
        alcanca = _alcanca(porta, sorted({avisos[n].codigo_cliente for n in candidatos})) if candidatos else set()
        for n in candidatos:
            if avisos[n].codigo_cliente in alcanca:
                escolhidos[n] = porta.codigo
    return escolhidos


def _alcanca(porta: Porta, codigos: Sequence[str]) -> set[str]:
    """Those of these customers that the channel reaches, as far as is known, and who did not refuse it."""
    enderecos = porta.enderecos(codigos)
    barrados = porta.barrados(set(enderecos.values()))
    saiu = recusados(porta.codigo, set(enderecos.values()), codigos)
    return {
        codigo for codigo, endereco in enderecos.items()
        if endereco not in barrados and not saiu.recusa(resumo(endereco), codigo)
    }  # fmt: skip
