"""`Email`: the context of the queue that sends comunicados by SMTP."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from erp.contatos.email.canal import CONTEXTO, PORTA
from erp.contatos.email.carta import cabecalhos_de, montar_carta
from erp.contatos.email.respostas import FASE, interpretar
from erp.contatos.email.smtp import Linhas
from erp.contatos.enderecos import sem_enderecos
from erp.contatos.fila import conferir, conteudos_atuais
from erp.contatos.registro import modelo_de
from filas.erros import ErroDefinitivo
from filas.fila.contextos import Contexto, Requisicao, Resposta, Resultado


class Email(Contexto):
    """One message is one comunicado, by its number. What goes out is in `assunto`, `texto` and `para`."""

    nome = CONTEXTO
    titulo = "E-mails a clientes e à equipe"
    concorrencia = 4  # so few are in doubt after a death, and no mail server minds
    tentativas = 12
    campos_abertos = frozenset({"comunicado", "fato", "modelo", "canal", "token"})
    ordem = ("comunicado", "fato", "modelo", "para", "assunto", "texto")

    def __init__(self) -> None:
        self._linhas = Linhas()

    @property
    def por_segundo(self) -> float | None:  # type: ignore[override]  # read from the settings at each claim
        return float(settings.CONTATOS_EMAILS_POR_SEGUNDO)

    def configurado(self) -> bool:
        return bool(settings.CONTATOS_EMAIL_LIGADO)

    def conferir(self, chaves: Sequence[str]) -> Mapping[str, Resultado]:
        """Who refused, what is no longer true, the hours of silence: looked at again at the last moment."""
        return conferir(PORTA, chaves, timezone.now())

    def montar(self, conteudo: dict[str, Any]) -> Requisicao:
        faltam = [campo for campo in ("comunicado", "token", "para", "assunto", "texto") if not conteudo.get(campo)]
        if faltam:
            raise ErroDefinitivo("CONTEUDO_ILEGIVEL", f"a mensagem não tem {', '.join(faltam)}")
        return Requisicao(
            metodo="SMTP",
            url=f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
            json={campo: conteudo[campo] for campo in ("comunicado", "para", "assunto", "texto")},
            cabecalhos=cabecalhos_de(conteudo),
            tempo_limite=float(settings.EMAIL_TIMEOUT or 20),
        )

    def comando(self, requisicao: Requisicao) -> str:
        """None: a letter is not sent again by hand."""
        return ""

    def chamar(self, requisicao: Requisicao) -> Resposta:
        """Hand the letter over. Each command has `EMAIL_TIMEOUT`; the heartbeat keeps the lease meanwhile."""
        inicio = time.perf_counter()
        cabecalhos = {n: v for n, v in requisicao.cabecalhos.items() if n != "Idempotency-Key"}
        resposta = self._linhas.entregar(montar_carta(requisicao.json, cabecalhos))
        return Resposta(
            status=resposta.codigo,
            cabecalhos={FASE: resposta.fase},
            corpo=sem_enderecos(resposta.texto)[:2000],
            segundos=time.perf_counter() - inicio,
        )

    def interpretar(self, resposta: Resposta) -> Resultado:
        return interpretar(resposta)

    def encerrar(self) -> None:
        self._linhas.fechar()

    def conteudo_atual(self, chaves: Sequence[str]) -> dict[str, dict[str, Any]]:
        """With the template, the name and the address as they are now."""
        return conteudos_atuais(PORTA, chaves, timezone.now())

    def nome_do_registro(self, conteudo: dict[str, Any]) -> str:
        modelo = modelo_de(str(conteudo.get("modelo", "")))
        return modelo.titulo if modelo else ""

    def endereco(self, chave: str, request: HttpRequest) -> str:
        pode = chave.isdecimal() and request.user.has_perm("contatos.view_comunicado")
        return reverse("admin:contatos_comunicado_change", args=[chave]) if pode else ""
