"""The port of WhatsApp: numbers of customers, which of them can be reached, and what of a comunicado goes into the queue."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from clientes.models import Cliente
from erp.contatos.canais import Barrado, Externo, Porta
from erp.contatos.models import Canal, Comunicado, ModeloMensagem, NumeroWhatsapp
from erp.contatos.textos import Carta
from erp.contatos.whatsapp import desfechos, numeros
from erp.contatos.whatsapp.marcas import nao_entrega_desde
from erp.contatos.whatsapp.provedor import NOME, configurado
from erp.provedores.services import anotacoes

CONTEXTO: Final = desfechos.CONTEXTO


class PortaWhatsapp(Porta):
    codigo: str = Canal.WHATSAPP.value
    contexto: str = CONTEXTO
    confirma: bool = True

    def normalizar(self, texto: str) -> str:
        return numeros.ler(texto).digitos

    def mascarar(self, endereco: str) -> str:
        return numeros.mascarar(endereco)

    def enderecos(self, codigos: Sequence[str]) -> Mapping[str, str]:
        """Of active customers only: nobody writes to who left the register."""
        linhas = Cliente.objects.filter(pk__in=list(codigos), status=Cliente.Status.ATIVO)
        campos = linhas.exclude(celular="", telefone="").values_list("pk", "ddd_celular", "celular", "ddd", "telefone")
        achados = {codigo: numeros.do_cadastro(*resto).digitos for codigo, *resto in campos}
        return {codigo: numero for codigo, numero in achados.items() if numero}

    def oferece(self, modelos: Collection[str]) -> Collection[str]:
        """Nothing while it is not configured or is paused: then e-mail is the way."""
        if not configurado() or anotacoes.em_pausa(NOME):
            return ()
        em_uso = ModeloMensagem.objects.filter(canal=self.codigo, codigo__in=list(modelos), ativo=True, pausa="")
        return set(em_uso.exclude(nome_externo="").values_list("codigo", flat=True))

    def barrados(self, enderecos: Collection[str]) -> Mapping[str, Barrado]:
        """Numbers that Meta said it could not reach, until they are tried again; and those that it limits just now."""
        por_resumo = {numeros.resumo(endereco): endereco for endereco in enderecos}
        agora = timezone.now()
        linhas = NumeroWhatsapp.objects.filter(pk__in=list(por_resumo)).filter(
            Q(falhou_em__gt=nao_entrega_desde(agora)) | Q(pausado_ate__gt=agora)
        )
        return {por_resumo[n.pk]: b for n in linhas if (b := _barrado(n))}

    def conteudo(
        self, comunicado: Comunicado, endereco: str, carta: Carta, externo: Externo | None = None
    ) -> dict[str, Any]:
        return {
            "comunicado": comunicado.pk,
            "token": str(comunicado.token),
            "fato": comunicado.fato,
            "modelo": comunicado.modelo,
            "para": endereco,
            "texto": carta.texto,
            "modelo_na_meta": externo.nome if externo else "",
            "idioma": externo.idioma if externo else "",
            "parametros": list(externo.parametros) if externo else [],
        }

    def terminaram(self, comunicados: Sequence[int]) -> None:
        desfechos.anotar_respostas(comunicados)


def _barrado(numero: NumeroWhatsapp) -> Barrado | None:
    agora = timezone.now()
    if numero.pausado_ate and numero.pausado_ate > agora:
        ate = f"{timezone.localtime(numero.pausado_ate):%d/%m/%Y %H:%M}"
        return Barrado("LIMITE_DA_META", f"A Meta limita o que esta pessoa recebe: nada vai a ela até {ate}.")
    if numero.falhou_em and (numero.entregue_em is None or numero.entregue_em < numero.falhou_em):
        dia = f"{timezone.localtime(numero.falhou_em):%d/%m/%Y}"
        return Barrado("NUMERO_NAO_ENTREGA", f"Em {dia} a Meta disse que este número não recebe (131026).")
    return None


PORTA: Final = PortaWhatsapp()
