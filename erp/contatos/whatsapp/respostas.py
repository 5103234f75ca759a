"""What an answer of the Cloud API means for a message, and what each of its error codes means. Pure.

The same codes come in the answer to a call and, more often, later, in the webhook of a message that was taken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from filas.causas import Causa
from filas.fila.contextos import Resposta, Resultado, adiar, desistir, erro, pelo_status, sucesso
from filas.fila.respostas import retry_after

DUVIDA: Final = "EM_DUVIDA"
SEM_LINHA: Final = "x-sem-linha"  # the header of ours for a call that did not even begin
MODELO_PARADO: Final = "x-modelo-em-pausa"
CALMA: Final = timedelta(minutes=1)
LIMITE: Final = timedelta(hours=24)  # of what one person gets
NUMERO: Final = "NUMERO_NAO_ENTREGA"

PARA_O_PROVEDOR: Final[Mapping[int, str]] = {
    0: "A Meta não reconheceu o token. Gere outro, troque WHATSAPP_TOKEN, reinicie e retome.",
    190: "O token venceu ou foi revogado (190). Gere outro, troque WHATSAPP_TOKEN, reinicie e retome.",
    10: "O token não tem permissão para enviar (10). Dê a ele whatsapp_business_messaging e retome.",
    200: "O token não tem permissão para este número (200). Confira WHATSAPP_NUMERO_ID e retome.",
    33: "O número de WHATSAPP_NUMERO_ID não existe ou não é desta conta (33).",
    131005: "O token não tem permissão (131005). Confira as permissões dele na Meta e retome.",
    131031: "A conta está bloqueada na Meta (131031). Resolva lá e retome.",
    131042: "Falta meio de pagamento na conta da Meta (131042). Resolva lá e retome.",
    131045: "O número não está registrado na Cloud API (131045). Registre e retome.",
    133010: "O número não está registrado na Cloud API (133010). Registre e retome.",
    368: "A Meta bloqueou a conta por violação de política (368). Resolva lá e retome.",
}
PARA_O_MODELO: Final[Mapping[int, str]] = {
    132000: "A Meta espera outra quantidade de campos (132000): o texto daqui e o de lá são diferentes.",
    132001: "A Meta não tem modelo aprovado com este nome e idioma (132001).",
    132005: "O texto com os campos ficou grande demais para a Meta (132005).",
    132007: "O modelo viola a política da Meta (132007).",
    132012: "A Meta espera campos de outro tipo (132012): o texto daqui e o de lá são diferentes.",
    132015: "A Meta pôs o modelo em pausa por má qualidade (132015).",
    132016: "A Meta desligou o modelo por má qualidade (132016).",
}
PARA_A_PESSOA: Final[Mapping[int, str]] = {
    131049: "A Meta limita quantas mensagens destas a pessoa recebe (131049).",
    130472: "A Meta separou esta pessoa para um experimento dela (130472).",
}
DO_NUMERO_INTEIRO: Final[Mapping[int, str]] = {
    131048: "A Meta limitou o nosso número por denúncias de spam (131048).",
}
DE_RITMO: Final = frozenset({4, 80007, 130429})

CAUSAS: Final = {
    DUVIDA: Causa(
        "Não se sabe se foi",
        "A Meta pode ter recebido. Espera o aviso dela por alguns minutos antes de ir de novo; se o aviso vier, não vai.",
    ),
    NUMERO: Causa("Número que não recebe", "O número não tem WhatsApp ou não aceita. Corrija o celular no cadastro."),
    "MODELO_RECUSADO": Causa(
        "Modelo que a Meta não aceita", "Corrija o modelo (nome, idioma, texto), retome-o e reprocesse as mensagens."
    ),
    "MODELO_EM_PAUSA": Causa("Modelo em pausa", "Corrija o modelo e retome-o: a mensagem vai sozinha."),
    "CONTA_DO_WHATSAPP": Causa(
        "Conta do WhatsApp com problema", "Chame a TI: é o token, o número ou a conta na Meta, e não a mensagem."
    ),
    "FORA_DA_JANELA": Causa("Fora da janela de 24 horas", "Só um modelo aprovado chega a quem não nos escreveu."),
    "PAR_RAPIDO_DEMAIS": Causa("Mensagens demais à mesma pessoa", "Espere: vai sozinha."),
    "RITMO": Causa("A Meta pediu calma", "Espere: vai sozinha."),
    "LIMITE_DA_META": Causa("Limite da Meta para a pessoa", "Espere um dia, ou use outro canal."),
    "LIMITE_DO_NUMERO": Causa("Limite da Meta para o nosso número", "Veja a qualidade do número na Meta."),
    "RECUSADA_PELA_META": Causa("Recusada pela Meta", "Leia o código na mensagem; se não bastar, chame a TI."),
}  # fmt: skip


@dataclass(frozen=True)
class Lida:
    """What of an answer matters. `codigo` is Meta's, None when it told no error."""

    wamid: str = ""
    codigo: int | None = None
    ilegivel: bool = False


def ler(corpo: str) -> Lida:
    """The name of the message, or the code of the error."""
    try:
        dito: Any = json.loads(corpo)
    except (ValueError, RecursionError):
        return Lida(ilegivel=True)
    if not isinstance(dito, dict):
        return Lida(ilegivel=True)
    if isinstance(falha := dito.get("error"), dict):
        codigo = falha.get("code")
        if codigo == 100 and falha.get("error_subcode") == 33:  # the object of the address is not there
            codigo = 33
        return Lida(codigo=codigo if isinstance(codigo, int) and not isinstance(codigo, bool) else -1)
    match dito.get("messages"):
        case [{"id": str(wamid)}, *_] if 0 < len(wamid) <= 200:
            return Lida(wamid=wamid)
    return Lida(ilegivel=True)


def enxuta(corpo: str) -> str:
    """What is kept of an answer: the message's name or the error's code. The rest repeats the person's number."""
    lida = ler(corpo)
    if lida.wamid:
        return json.dumps({"messages": [{"id": lida.wamid}]})
    return json.dumps({"error": {"code": lida.codigo}}) if lida.codigo is not None else ""


def interpretar(resposta: Resposta, duvida: timedelta) -> Resultado:
    """`duvida`: how long a message that may have been taken waits for news before it goes again."""
    if MODELO_PARADO in resposta.cabecalhos:
        return adiar("MODELO_EM_PAUSA", resposta.cabecalhos[MODELO_PARADO], espere=CALMA, destino_falhou=False)
    if SEM_LINHA in resposta.cabecalhos:
        return adiar("CONEXAO", resposta.cabecalhos[SEM_LINHA])
    lida = ler(resposta.corpo)
    if 200 <= resposta.status < 300 and lida.wamid:
        return sucesso("Aceita pela Meta; a entrega ela conta depois.")
    if lida.codigo is not None and 0 < resposta.status < 500:
        return pelo_codigo(lida.codigo, resposta)
    if resposta.status == 429 or resposta.status in (408, 425):
        return adiar("RITMO", f"HTTP {resposta.status}: a Meta pediu calma.", espere=retry_after(resposta) or CALMA)
    if resposta.status in (401, 403):
        return adiar("CONTA_DO_WHATSAPP", f"HTTP {resposta.status}: {PARA_O_PROVEDOR[0]}", espere=CALMA)
    if 300 <= resposta.status < 500:
        return pelo_status(resposta) or erro("RECUSADA_PELA_META", f"HTTP {resposta.status}")
    como = f"HTTP {resposta.status}" if resposta.status else "sem resposta"
    return adiar(DUVIDA, f"A Meta pode ter recebido ({como}). Espera o aviso dela antes de ir de novo.", espere=duvida)


def pelo_codigo(codigo: int, resposta: Resposta | None = None) -> Resultado:
    """What an error of Meta means. Of a webhook there is no answer to read further."""
    if codigo == 131026:
        return desistir(NUMERO, "A Meta disse que este número não recebe (131026).")
    if dito := PARA_O_PROVEDOR.get(codigo):
        return adiar("CONTA_DO_WHATSAPP", dito, espere=CALMA)
    if dito := PARA_O_MODELO.get(codigo):
        return erro("MODELO_RECUSADO", dito, destino_falhou=False)
    if dito := PARA_A_PESSOA.get(codigo):
        return desistir("LIMITE_DA_META", dito)
    if dito := DO_NUMERO_INTEIRO.get(codigo):
        return adiar("LIMITE_DO_NUMERO", dito, espere=timedelta(hours=1))
    if codigo in DE_RITMO:
        espere = (retry_after(resposta) if resposta else None) or CALMA
        return adiar("RITMO", f"A Meta pediu calma ({codigo}).", espere=espere)
    if codigo == 131056:
        return adiar(
            "PAR_RAPIDO_DEMAIS", "Mensagens demais à mesma pessoa (131056).", espere=CALMA, destino_falhou=False
        )
    if codigo == 131047:
        return desistir("FORA_DA_JANELA", "A pessoa não nos escreveu nas últimas 24 horas (131047).")
    return desistir("RECUSADA_PELA_META", f"A Meta recusou a mensagem (código {codigo}).")
