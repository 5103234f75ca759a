"""One simulated cancelamento: a sale of a moment ago is undone, and its note with it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from pdv.tabelas import Especie
from pdv.terminal.meios import ZERO, liquido
from pdv.terminal.memoria import Memoria, VendaFeita
from pdv.terminal.models import NotaFiscal, OperacaoPdv
from pdv.terminal.nfce import Cancelamento, cancelar_nfce
from pdv.terminal.registro import Registro
from pdv.terminal.vendas import novo_guid

PRAZO = timedelta(minutes=30)  # what the tax authorities give an NFC-e
AUTORIZADA, CANCELADA = "autorizada", "cancelada"


def sortear_cancelamento(
    sorteio: Random, memoria: Memoria, esperado: Mapping[int, Decimal], inicio: datetime, termino: datetime
) -> tuple[Registro, VendaFeita] | None:
    """The cancelamento and the sale it undoes, which is forgotten; None when no sale could still be undone.

    A sale may be undone while nothing of it was returned or received, its note is authorised, and the drawer has its
    money (`esperado`, what each finalizador should hold).
    """
    candidatas = [v for v in _recentes(memoria, inicio) if v.intacta and _autorizada(v) and _cabe(v, esperado)]
    if not candidatas:
        return None
    venda = sorteio.choice(candidatas)
    memoria.cancelou(venda)
    operacao = OperacaoPdv(
        guid_operacao=novo_guid(sorteio),
        operacao=Especie.CANCELAMENTO,
        data_hora_inicio=inicio,
        data_hora_termino=termino,
        cpf_cnpj_consumidor=venda.operacao.cpf_cnpj_consumidor,
        codigo_cliente=venda.operacao.codigo_cliente,
        valor_total=venda.operacao.valor_total,
    )
    assert venda.nota is not None  # _autorizada
    cancelar_nota(sorteio, venda.nota, termino)
    return Registro(operacao, ligacoes=[venda.ligar(operacao)], nota_mudada=venda.nota), venda


def cancelar_nota(sorteio: Random, nota: NotaFiscal, quando: datetime) -> None:
    """The note as it is once the tax authority registered its end; the protocol stays that of its beginning."""
    protocolo = f"{nota.protocolo[:5]}{sorteio.randrange(10**10):010d}"
    nota.xml = cancelar_nfce(nota.xml, Cancelamento(nota.chave, nota.protocolo, protocolo, quando))
    nota.situacao = CANCELADA


def _recentes(memoria: Memoria, agora: datetime) -> list[VendaFeita]:
    recentes = []
    for venda in reversed(memoria.vendas):
        termino = venda.operacao.data_hora_termino
        assert termino is not None  # a sale is remembered once it has ended
        if agora - termino > PRAZO:
            break
        recentes.append(venda)
    return recentes


def _autorizada(venda: VendaFeita) -> bool:
    return venda.nota is not None and venda.nota.situacao == AUTORIZADA


def _cabe(venda: VendaFeita, esperado: Mapping[int, Decimal]) -> bool:
    return all(esperado.get(p.id_finalizador, ZERO) >= liquido(p) for p in venda.pagamentos)
