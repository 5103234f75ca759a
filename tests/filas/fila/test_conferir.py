"""What a context holds back of what was just claimed: it ends without a call, and the rest goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from filas.fila.contextos import Resultado, adiar, desistir, registrar
from filas.fila.entrada import enfileirar
from filas.fila.motor import enviar
from filas.fila.servicos import executar
from filas.models import Mensagem, Tentativa
from tests.filas.fila.provas import NOME, Provas, mensagem, tentativas

pytestmark = pytest.mark.django_db(transaction=True)


class Cautelosa(Provas):
    """Holds back what it is told to, by key."""

    recusas: dict[str, Resultado]
    perguntas: list[list[str]]
    defeito = False
    encerrada = 0

    def conferir(self, chaves: Sequence[str]) -> Mapping[str, Resultado]:
        self.perguntas.append(list(chaves))
        if self.defeito:
            raise ValueError("o cliente 52998224725 não tem nome")
        return {chave: recusa for chave, recusa in self.recusas.items() if chave in chaves}

    def encerrar(self) -> None:
        self.encerrada += 1


def _cautelosa(**recusas: Resultado) -> Cautelosa:
    return Cautelosa(recusas=recusas, perguntas=[])


def test_o_que_o_contexto_segura_termina_sem_chamada_e_o_resto_vai() -> None:
    contexto = _cautelosa(a=desistir("PAGO", "O título foi pago"))
    enfileirar(NOME, [("a", {"n": 1}), ("b", {"n": 2})])

    feitas = enviar([contexto])

    assert [corpo["n"] for _, corpo in contexto.chamadas] == [2]
    assert (feitas.com_sucesso, feitas.desistidas) == (1, 1)
    a = mensagem("a")
    assert (a.situacao, a.causa, a.mensagem) == (Mensagem.Situacao.CANCELADA, "PAGO", "O título foi pago")
    assert a.terminada_em is not None
    assert [t.resultado for t in tentativas(a.token)] == [Tentativa.Resultado.DESISTIDA]
    assert sorted(contexto.perguntas[0]) == ["a", "b"]


def test_o_que_e_adiado_antes_da_chamada_volta_depois_e_nao_conta_como_falha_do_destino() -> None:
    contexto = _cautelosa(a=adiar("SILENCIO", "Só de dia", espere=timedelta(hours=3), destino_falhou=False))
    enfileirar(NOME, [("a", {"n": 1})])

    enviar([contexto])

    a = mensagem("a")
    assert contexto.chamadas == []
    assert (a.situacao, a.causa) == (Mensagem.Situacao.PENDENTE, "SILENCIO")
    assert a.proxima_tentativa_em - a.criada_em >= timedelta(hours=3)


def test_defeito_do_contexto_ao_conferir_adia_o_que_ele_pegou_e_nao_derruba_os_outros() -> None:
    com_defeito = _cautelosa()
    com_defeito.defeito = True
    com_defeito.nome = "Defeituosa"
    com_defeito.tentativas = 1
    outro = _cautelosa()
    enfileirar("Defeituosa", [("a", {"n": 1})])
    enfileirar(NOME, [("b", {"n": 2})])

    enviar([com_defeito, outro])

    assert com_defeito.chamadas == []
    assert [corpo["n"] for _, corpo in outro.chamadas] == [2]
    parada = Mensagem.objects.get(contexto="Defeituosa")
    assert (parada.situacao, parada.causa) == (Mensagem.Situacao.ERRO, "DEFEITO")
    assert "52998224725" not in parada.mensagem


def test_quem_desiste_de_uma_pedida_por_uma_pessoa_diz_no_que_deu(contextos: dict[str, object]) -> None:
    contexto = _cautelosa(a=desistir("PAGO", "O título foi pago"))
    registrar(contexto)
    enfileirar(NOME, [("a", {"n": 1})])

    feita = executar(mensagem("a").token)

    assert feita is not None
    assert feita.situacao == Mensagem.Situacao.CANCELADA


def test_o_fim_de_uma_corrida_encerra_o_contexto() -> None:
    contexto = _cautelosa()
    enfileirar(NOME, [("a", {"n": 1})])

    enviar([contexto])

    assert contexto.encerrada == 1
