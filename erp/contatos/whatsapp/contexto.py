"""`Whatsapp`: the context of the queue that sends comunicados by Meta's Cloud API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import httpcore
import structlog
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from erp.contatos.fila import conferir, conteudos_atuais
from erp.contatos.models import Canal, Comunicado
from erp.contatos.registro import modelo_de
from erp.contatos.whatsapp import duvidas, respostas
from erp.contatos.whatsapp.canal import CONTEXTO, PORTA
from erp.contatos.whatsapp.mensagem import montar
from erp.contatos.whatsapp.notas import Notas, sem_linha
from erp.contatos.whatsapp.provedor import NOME, caminho, configurado
from erp.provedores.services import anotacoes
from filas.erros import FalhaDeTransporte
from filas.fila import cliente
from filas.fila.contextos import Contexto, Requisicao, Resposta, Resultado, adiar

log = structlog.get_logger(__name__)
PRIMEIRA_ESPERA: Final = timedelta(seconds=6)
MAIOR_ESPERA: Final = timedelta(hours=2)
_NAO_SAIU: Final = (httpcore.ConnectError, httpcore.ConnectTimeout)


class Whatsapp(Contexto):
    """One message is one comunicado, by its number. What goes out is a template of Meta's and its values."""

    nome = CONTEXTO
    titulo = "WhatsApp a clientes"
    concorrencia = 32  # 80 a second at 400 ms; each has a thread, so the pair's pace is kept on the wire too
    tentativas = 20
    campos_abertos = frozenset({
        "comunicado", "fato", "modelo", "token", "modelo_na_meta", "idioma", "messaging_product", "recipient_type", "type",
        "biz_opaque_callback_data", "code",
    })  # fmt: skip
    ordem = ("comunicado", "fato", "modelo", "para", "texto", "modelo_na_meta", "idioma", "parametros")

    def __init__(self) -> None:
        self._notas = Notas()

    @property
    def por_segundo(self) -> float | None:  # type: ignore[override]  # read from the settings at each claim
        return float(settings.WHATSAPP_POR_SEGUNDO)

    def configurado(self) -> bool:
        """Neither while the provider is paused: its messages wait, and no attempt is spent."""
        return configurado() and not anotacoes.em_pausa(NOME)

    def por_que_parado(self) -> str:
        return "o provedor WhatsApp está em pausa" if configurado() else super().por_que_parado()

    def conferir(self, chaves: Sequence[str]) -> Mapping[str, Resultado]:
        """At the last moment: who refused, what is no longer true, what Meta told already, and whose turn it is."""
        self._notas.gravar()
        agora = timezone.now()
        paradas: dict[str, Resultado] = dict(conferir(PORTA, chaves, agora))
        if anotacoes.em_pausa(NOME):
            pausa = adiar("EM_PAUSA", "O provedor está em pausa.", espere=timedelta(minutes=1), destino_falhou=False)
            paradas = {**dict.fromkeys(chaves, pausa), **paradas}
        # in doubt first: what may have got there must not go by e-mail too, whatever else would stop it
        paradas = {**paradas, **duvidas.em_duvida(chaves, agora), **duvidas.resolvidas(chaves)}
        vao = [int(chave) for chave in chaves if chave not in paradas and chave.isdecimal()]
        numeros = Comunicado.objects.filter(pk__in=vao, canal=Canal.WHATSAPP).values_list("pk", "endereco")
        return {**paradas, **duvidas.fora_da_vez({str(pk): numero for pk, numero in numeros if numero}, agora)}

    def montar(self, conteudo: dict[str, Any]) -> Requisicao:
        return Requisicao(
            metodo="POST",
            url=f"{settings.WHATSAPP_URL.rstrip('/')}{caminho('/messages')}",
            json=montar(conteudo),
            cabecalhos={"Authorization": f"Bearer {settings.WHATSAPP_TOKEN}"},
            tempo_limite=float(settings.WHATSAPP_TEMPO_LIMITE),
        )

    def comando(self, requisicao: Requisicao) -> str:
        """None: a message is not sent again by hand."""
        return ""

    def chamar(self, requisicao: Requisicao) -> Resposta:
        """A call without an answer is an answer too (status 0): what it means is not what the engine would think."""
        modelo = (requisicao.json["template"]["name"], requisicao.json["template"]["language"]["code"])
        if porque := self._notas.modelo_parado(modelo):
            return Resposta(0, {respostas.MODELO_PARADO: porque}, "", 0.0)
        try:
            resposta = cliente.chamar(requisicao)
        except FalhaDeTransporte as falha:
            if isinstance(falha.__cause__, _NAO_SAIU):
                resposta = sem_linha("Não foi possível conectar à Meta.")
            else:
                resposta = Resposta(0, {}, "", 0.0)
        self._notas.anotar(resposta, modelo)
        return replace(resposta, corpo=respostas.enxuta(resposta.corpo))

    def interpretar(self, resposta: Resposta) -> Resultado:
        return respostas.interpretar(resposta, settings.WHATSAPP_DUVIDA)

    def encerrar(self) -> None:
        try:
            self._notas.gravar()
        except DatabaseError as erro:  # what the run did is written already; these are only its counts and pauses
            log.warning("whatsapp.notas_perdidas", tipo=type(erro).__name__)

    def espera(self, tentativa: int) -> timedelta:
        return min(PRIMEIRA_ESPERA * (1 << min(tentativa - 1, 20)), MAIOR_ESPERA)

    def conteudo_atual(self, chaves: Sequence[str]) -> dict[str, dict[str, Any]]:
        """With the template, the name and the number as they are now."""
        return conteudos_atuais(PORTA, chaves, timezone.now())

    def nome_do_registro(self, conteudo: dict[str, Any]) -> str:
        modelo = modelo_de(str(conteudo.get("modelo", "")), Canal.WHATSAPP)
        return modelo.titulo if modelo else ""

    def endereco(self, chave: str, request: HttpRequest) -> str:
        pode = chave.isdecimal() and request.user.has_perm("contatos.view_comunicado")
        return reverse("admin:contatos_comunicado_change", args=[chave]) if pode else ""
