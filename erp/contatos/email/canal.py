"""The port of e-mail: addresses of customers, and what of a comunicado goes into the queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from clientes.models import Cliente
from erp.contatos import enderecos
from erp.contatos.canais import Externo, Porta
from erp.contatos.models import Canal, Comunicado
from erp.contatos.textos import Carta

CONTEXTO: Final = "Email"


class PortaEmail(Porta):
    codigo: str = Canal.EMAIL.value
    contexto: str = CONTEXTO

    def normalizar(self, texto: str) -> str:
        return enderecos.normalizar(texto)

    def mascarar(self, endereco: str) -> str:
        return enderecos.mascarar(endereco)

    def enderecos(self, codigos: Sequence[str]) -> Mapping[str, str]:
        """Of active customers only: nobody writes to who left the register."""
        linhas = Cliente.objects.filter(pk__in=list(codigos), status=Cliente.Status.ATIVO).exclude(email="")
        achados = {codigo: self.normalizar(email) for codigo, email in linhas.values_list("pk", "email")}
        return {codigo: email for codigo, email in achados.items() if email}

    def conteudo(
        self, comunicado: Comunicado, endereco: str, carta: Carta, externo: Externo | None = None
    ) -> dict[str, Any]:
        return {
            "comunicado": comunicado.pk,
            "token": str(comunicado.token),
            "fato": comunicado.fato,
            "modelo": comunicado.modelo,
            "para": endereco,
            "assunto": carta.assunto,
            "texto": carta.texto,
        }


PORTA: Final = PortaEmail()
