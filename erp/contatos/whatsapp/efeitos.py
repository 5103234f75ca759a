"""What the state of messages means for their comunicados and numbers. Called with the comunicados' rows locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from erp.contatos.models import Comunicado, EnvioWhatsapp
from erp.contatos.registro import ouvintes_de
from erp.contatos.services.reserva import passar_ao_email, tirar_do_email
from erp.contatos.whatsapp import marcas, notas, respostas
from erp.contatos.whatsapp.provedor import NOME
from erp.provedores.services import anotacoes
from filas.fila.valores import Resultado, TipoResultado

if TYPE_CHECKING:
    from erp.contatos.whatsapp.estados import Envio

Situacao = Comunicado.Situacao
S = EnvioWhatsapp.Situacao
ENTREGUES: Final = (S.ENTREGUE, S.LIDA)
FORA: Final = (Situacao.NA_FILA, Situacao.FALHOU, Situacao.ENVIADO)
RECENTE: Final = timedelta(minutes=10)  # what is told of the account later than this was mended, or will be told again
VEZES: Final = 5  # that one comunicado is tried again by itself after Meta took it and failed


def refletir(envios: Sequence[Envio], comunicados: Mapping[int, Comunicado], numeros: Mapping[str, str]) -> None:
    """Once for each change: what was delivered is proved, what failed goes its way, the numbers learn.

    `numeros` are those that the news named, by message; the comunicado's own is surer.
    """
    agora = timezone.now()
    entregues: dict[str, datetime] = {}
    recusados: dict[str, datetime] = {}
    marcas.travar({(c.endereco if (c := comunicados.get(e.comunicado_id or 0)) else "") or numeros.get(e.wamid, "")
                   for e in envios})  # fmt: skip
    for envio in envios:
        comunicado = comunicados.get(envio.comunicado_id or 0)
        numero = (comunicado.endereco if comunicado else "") or numeros.get(envio.wamid, "")
        if envio.situacao in ENTREGUES:
            entregues[numero] = max(envio.entregue_em or agora, entregues.get(numero, envio.entregue_em or agora))
            if comunicado is not None:
                provar(comunicado, envio.entregue_em or agora)
        elif envio.situacao == S.FALHOU and envio.antes != S.FALHOU:
            if envio.erro == 131026:
                recusados[numero] = envio.falhou_em or agora
            _falhar(envio, comunicado, numero, agora)
    marcas.entregaram(entregues)
    marcas.nao_entregaram(recusados)


def provar(comunicado: Comunicado, em: datetime) -> None:
    """It got there: the proof that others ask for. Whatever we thought of it before."""
    if comunicado.situacao == Situacao.ENTREGUE:
        return
    comunicado.situacao, comunicado.motivo, comunicado.detalhe = Situacao.ENTREGUE, "", ""
    comunicado.terminado_em = em
    comunicado.retorno = "Entregue no aparelho, disse a Meta."
    comunicado.a_contar = bool(ouvintes_de(comunicado.fato))
    comunicado.save(update_fields=["situacao", "motivo", "detalhe", "terminado_em", "retorno", "a_contar"])
    if comunicado.preferido:
        tirar_do_email(comunicado.fato, timezone.now())


def _falhar(envio: Envio, comunicado: Comunicado | None, numero: str, agora: datetime) -> None:
    """Taken, and not delivered after all."""
    dito = respostas.pelo_codigo(-1 if envio.erro is None else envio.erro)
    if envio.erro is not None:
        _anotar(envio.erro, numero, envio.falhou_em or agora, agora)
    if comunicado is None or comunicado.situacao not in FORA or _ha_outra(envio):
        return
    if dito.tipo is TipoResultado.ADIAR and _falhas(comunicado) < VEZES:
        comunicado.situacao, comunicado.nao_antes_de = Situacao.PENDENTE, agora + (dito.espere or timedelta(minutes=1))
        comunicado.motivo, comunicado.detalhe = dito.codigo, dito.mensagem[:300]
        comunicado.terminado_em = None
    else:
        _parar(comunicado, dito, agora)
    comunicado.save(update_fields=["situacao", "motivo", "detalhe", "nao_antes_de", "terminado_em"])
    passar_ao_email([comunicado.pk], agora)


def _parar(comunicado: Comunicado, dito: Resultado, agora: datetime) -> None:
    comunicado.situacao, comunicado.terminado_em = Situacao.NAO_ENVIADO, agora
    comunicado.motivo, comunicado.detalhe = dito.codigo[:40], dito.mensagem[:300]


def _anotar(erro: int, numero: str, em: datetime, agora: datetime) -> None:
    """What it teaches beyond its own message. Old news of the account stops nothing: somebody may have resumed since."""
    if (dito := respostas.PARA_A_PESSOA.get(erro)) and numero:
        marcas.limitar({numero: dito})
    if em < agora - RECENTE:
        return
    if dito := respostas.DO_NUMERO_INTEIRO.get(erro):
        anotacoes.conter(NOME, timedelta(hours=1), dito)
    if dito := respostas.PARA_O_PROVEDOR.get(erro):
        notas.suspender(dito)


def _ha_outra(envio: Envio) -> bool:
    """Another message of the same comunicado is on its way or got there: this one's failure says nothing of it."""
    outras = EnvioWhatsapp.objects.filter(comunicado_id=envio.comunicado_id).exclude(wamid=envio.wamid)
    return outras.exclude(situacao=S.FALHOU).exists()


def _falhas(comunicado: Comunicado) -> int:
    return EnvioWhatsapp.objects.filter(comunicado_id=comunicado.pk, situacao=S.FALHOU).count()
