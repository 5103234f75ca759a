"""Writing what was received: the one way for a single post, which is a batch of one, and for the lote.

1. Number the requests without `eventId`, in a transaction of its own.
2. Lock codes, documents and IDs, in order of number: whoever holds them decides alone.
3. Read what was answered to these IDs, and the customers with these codes or documents, their rows locked in order of code.
4. Decide one request after the other, each on what the ones before leave.
5. Write: one statement for the new, one for the changed (per set of fields), one for what was received. Commit.

Killed anywhere, nothing of 2 to 5 happened. What the database refuses is halved until the culprit is alone.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from django.db import DataError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from clientes.models import RegistroRecebido
from clientes.travas import comando_de_trava
from clientes.webservice import gravacao, rules
from clientes.webservice.cadastro import Cadastro
from clientes.webservice.codigos import Regra
from clientes.webservice.gravacao import Aceito, Linha
from clientes.webservice.pedido import Alterar, Pedido, Problema, Resultado, aceitar, recusar
from clientes.webservice.recebidos import guardar_recusados
from filas.wake import acordar

logger = logging.getLogger(__name__)
# Foreign hands write too: what they change between our reading and our writing is seen when we try again.
TENTATIVAS: Final = 3
ESPERA_MAXIMA: Final = timedelta(
    seconds=10
)  # of any lock: a foreign hand that went to lunch must not take every thread
MARCA: Final = "nº "  # integrators count too: a plain number would meet theirs
_INSERIDO, _ALTERADO, _RECUSADO = RegistroRecebido.Resultado
_REPETIDO: Final = (
    "o mesmo eventId já veio desta FILIAL com outro conteúdo, e foi aceito. Envie a mudança com outro eventId."
)
_DO_BANCO: Final = "o banco de dados não aceitou os valores; confira acentos, datas e tamanhos dos campos."


def registrar(
    pedidos: Sequence[Pedido], *, homologacao: bool, prefixo_chave: str, agora: datetime | None = None
) -> list[Resultado]:
    """Write customers, and what was received of them; one result for each request, in order.

    As if posted one after the other, a microsecond apart from `agora` on (the clock, once the locks are held: a request that
    waited is later than the one it waited for). A refused one holds back no other. With
    `homologacao` everything is decided and tried, and nothing is kept. Raises OperationalError when the database is
    away or somebody holds a customer for too long: then nothing was written, and the same requests may come again.
    """
    recusado: Exception | None = None
    for tentativa in range(TENTATIVAS):
        try:
            return _Registro(pedidos, agora, homologacao, prefixo_chave).executar(salto=1000**tentativa)
        except IntegrityError as erro:
            recusado = erro
        except DataError as erro:  # a value is at fault, and will be next time
            recusado = erro
            break
    if len(pedidos) == 1:
        logger.error("O banco recusou um cliente do webservice: %s", type(recusado).__name__)  # its text has the values
        resultado = recusar([Problema("", Regra.VALOR, _DO_BANCO)], pedidos[0].codigo_cliente)
        if not homologacao:
            guardar_recusados([(pedidos[0].conteudo, resultado)], filiais={}, prefixo_chave=prefixo_chave)
        return [resultado]
    meio = len(pedidos) // 2
    depois = None if agora is None else agora + timedelta(microseconds=meio)
    partes = ((pedidos[:meio], agora), (pedidos[meio:], depois))
    return [
        resultado
        for parte, momento in partes
        for resultado in registrar(parte, homologacao=homologacao, prefixo_chave=prefixo_chave, agora=momento)
    ]


class _Registro:
    """One try."""

    def __init__(
        self, pedidos: Sequence[Pedido], agora: datetime | None, homologacao: bool, prefixo_chave: str
    ) -> None:
        self.pedidos, self.agora = pedidos, agora or timezone.now()
        self.pelo_relogio = agora is None
        self.homologacao, self.prefixo_chave = homologacao, prefixo_chave
        self.fuso = timezone.get_default_timezone()
        self.recebidos: list[tuple[object, ...]] = []  # each as gravacao.RECEBIDO

    def executar(self, *, salto: int) -> list[Resultado]:
        ids = [pedido.evento for pedido in self.pedidos] if self.homologacao else numerar(self.pedidos, salto=salto)
        with transaction.atomic(), connection.cursor() as cursor:
            self._travar_e_ler(cursor)
            resultados = [self._decidir(n, pedido, ids[n]) for n, pedido in enumerate(self.pedidos)]
            novos = sorted(self.cadastro.novos.values(), key=_codigo)
            gravacao.gravar(cursor, novos, self.cadastro.alterados, [] if self.homologacao else self.recebidos)
            if self.homologacao:
                transaction.set_rollback(True)
            else:
                acordar("clientes.varrer")
        return resultados

    def _travar_e_ler(self, cursor: CursorWrapper) -> None:
        trava = comando_de_trava(_chaves(self.pedidos), espera_maxima=ESPERA_MAXIMA)
        eventos = [(p.filial, p.evento) for p in self.pedidos if p.evento]
        self.aceitos = gravacao.travar_e_ler_aceitos(cursor, trava, eventos)
        if self.pelo_relogio:
            self.agora = timezone.now()
        codigos = {pedido.codigo_cliente for pedido in self.pedidos}
        documentos = {pedido.documento for pedido in self.pedidos if pedido.documento}
        self.cadastro = Cadastro(gravacao.ler_clientes(cursor, codigos, documentos))

    @cached_property
    def tipos(self) -> dict[str, str]:
        """Read at the first INSERT: an UPDATE keeps the kind (§4)."""
        with connection.cursor() as cursor:
            return {rules.chave_do_tipo(tipo): tipo for tipo in gravacao.ler_tipos(cursor)}

    def _decidir(self, n: int, pedido: Pedido, id_registro: str) -> Resultado:
        aceito = self.aceitos.get((pedido.filial, pedido.evento))
        if aceito is not None and aceito.hash_conteudo == pedido.hash_conteudo:
            return Resultado(200, aceito.resposta, aceito.codigo_cliente, repetido=True)
        momento = self.agora + timedelta(microseconds=n)
        if aceito is not None:
            resultado = recusar([Problema("eventId", Regra.ID_REPETIDO, _REPETIDO)], pedido.codigo_cliente)
        else:
            resultado = self._aplicar(pedido, momento)
        self._guardar(pedido, id_registro, resultado, momento)
        return resultado

    def _aplicar(self, pedido: Pedido, momento: datetime) -> Resultado:
        cadastro = self.cadastro
        decisao = rules.decidir(
            pedido, cadastro.por_documento(pedido.documento), cadastro.por_codigo(pedido.codigo_cliente)
        )
        if isinstance(decisao, Problema):
            return recusar([decisao], pedido.codigo_cliente)
        if isinstance(decisao, Alterar):
            gravado = decisao.gravado
            cadastro.alterar(gravado, rules.valores_de_alteracao(pedido, gravado, momento))
            return self._aceitar(gravado.codigo_cliente, gravado.cadastramento, momento, inserido=False)
        cadastro.inserir(rules.valores_de_insercao(pedido, self.tipos, momento))
        return self._aceitar(pedido.codigo_cliente, momento, momento, inserido=True)

    def _aceitar(self, codigo: str, cadastramento: datetime, momento: datetime, *, inserido: bool) -> Resultado:
        return aceitar(
            codigo,
            rules.escrever_cadastramento(cadastramento, self.fuso),
            rules.escrever_transferencia(momento, self.fuso),
            inserido=inserido,
        )

    def _guardar(self, pedido: Pedido, id_registro: str, resultado: Resultado, momento: datetime) -> None:
        situacao = _RECUSADO if not resultado.aceito else _INSERIDO if resultado.inserido else _ALTERADO
        self.recebidos.append(
            (
                pedido.filial, id_registro, situacao, resultado.codigo_cliente, pedido.hash_conteudo,
                pedido.conteudo_json, gravacao.em_json(resultado.acrescimo), resultado.status,
                self.prefixo_chave, momento,
            )
        )  # fmt: skip
        if resultado.aceito and pedido.evento:
            self.aceitos[pedido.filial, pedido.evento] = Aceito(
                pedido.hash_conteudo, situacao, resultado.codigo_cliente, resultado.acrescimo
            )


def numerar(pedidos: Sequence[Pedido], *, salto: int = 1) -> list[str]:
    """The ID of each request: its `eventId`, or the next number of its filial, marked so that it is nobody's `eventId`.

    `salto` > 1 leaves numbers out, should somebody send ours as theirs.
    """
    quantos = Counter(pedido.filial for pedido in pedidos if not pedido.evento)
    if not quantos:
        return [pedido.evento for pedido in pedidos]
    with connection.cursor() as cursor:
        ultimos = gravacao.numerar(cursor, {filial: n + salto - 1 for filial, n in quantos.items()})
    ids = []
    for pedido in pedidos:
        if pedido.evento:
            ids.append(pedido.evento)
        else:
            ids.append(f"{MARCA}{ultimos[pedido.filial] - quantos[pedido.filial] + 1}")
            quantos[pedido.filial] -= 1
    return ids


def _chaves(pedidos: Sequence[Pedido]) -> set[str]:
    """What a request is known by. An ID has its filial, and a mark that no code nor document has."""
    chaves = {pedido.codigo_cliente for pedido in pedidos}
    chaves.update(pedido.documento for pedido in pedidos)
    chaves.update(f"{pedido.filial}\0{pedido.evento}" for pedido in pedidos if pedido.evento)
    return chaves


def _codigo(cliente: Linha) -> str:
    codigo: str = cliente["codigo_cliente"]
    return codigo
