"""What the apps above ask: what was delivered, what became of a fact, who refused a channel."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from django.utils import timezone

from erp.contatos.canais import canal
from erp.contatos.enderecos import resumo
from erp.contatos.models import Comunicado, Descadastro
from erp.contatos.valores import Entrega

# True when the customer `c` of a bigger statement (alias of "CLIENTES_VAREJO") refused e-mail.
SQL_RECUSOU_EMAIL: Final = """EXISTS (
    SELECT 1 FROM contatos_descadastro d WHERE d.canal = 'email' AND d.desfeito_em IS NULL
      AND d.codigo_cliente = c."CODIGO_CLIENTE" AND d.codigo_cliente <> ''
    UNION ALL
    SELECT 1 FROM contatos_descadastro d WHERE d.canal = 'email' AND d.desfeito_em IS NULL AND d.endereco_hash <> ''
      AND d.endereco_hash = encode(sha256(convert_to(lower(btrim(c."EMAIL")), 'UTF8')), 'hex'))"""


class Recusados(NamedTuple):
    """Who refused a channel, among those that were asked about."""

    hashes: frozenset[str]
    codigos: frozenset[str]

    def recusa(self, endereco_hash: str, codigo_cliente: str) -> bool:
        return endereco_hash in self.hashes or (codigo_cliente != "" and codigo_cliente in self.codigos)


def recusados(canal_: str, enderecos: Collection[str], codigos: Collection[str]) -> Recusados:
    """Of these addresses and customers, those that refused the channel: by either, both stop. Two statements."""
    de_pe = Descadastro.objects.filter(canal=canal_, desfeito_em__isnull=True)
    hashes = {resumo(endereco) for endereco in enderecos if endereco}
    return Recusados(
        frozenset(de_pe.filter(endereco_hash__in=hashes).values_list("endereco_hash", flat=True))
        if hashes
        else frozenset(),
        frozenset(de_pe.filter(codigo_cliente__in=[c for c in codigos if c]).values_list("codigo_cliente", flat=True)),
    )


def entregas(fatos: Sequence[str]) -> dict[str, Entrega]:
    """The proof of each of these facts that was delivered, by whatever channel came first."""
    entregues = Comunicado.objects.filter(fato__in=list(fatos), situacao=Comunicado.Situacao.ENTREGUE)
    provas: dict[str, Entrega] = {}
    for comunicado in entregues.order_by("terminado_em", "pk"):
        provas.setdefault(comunicado.fato, entrega_de(comunicado))
    return provas


def conhecidos(fatos: Collection[str]) -> set[str]:
    """Those of these facts that were handed over already, whatever became of them."""
    return set(Comunicado.objects.filter(fato__in=list(fatos)).values_list("fato", flat=True))


def comunicados_de(fatos: Sequence[str]) -> list[Comunicado]:
    """What became of these facts, for a page: situação, motivo and detalhe say why one did not go."""
    return list(Comunicado.objects.filter(fato__in=list(fatos)).order_by("pk"))


def entrega_de(comunicado: Comunicado) -> Entrega:
    """A delivered comunicado as its proof."""
    return Entrega(
        fato=comunicado.fato,
        canal=comunicado.canal,
        em=comunicado.terminado_em or timezone.now(),
        comunicado_id=comunicado.pk,
        token=comunicado.token,
        codigo_cliente=comunicado.codigo_cliente,
        endereco=canal(comunicado.canal).mascarar(comunicado.endereco),
        retorno=comunicado.retorno,
    )
