"""What an answer of the mail server means for a letter. Pure.

Of the recipient, the server's word is final (5xx) or not yet (4xx). What is wrong for every letter alike (our name, our
password, our sender) is nobody's letter's fault: they wait, and the context pauses itself until somebody mends it.
"""

from __future__ import annotations

from typing import Final

from filas.causas import Causa
from filas.fila.contextos import Resposta, Resultado, adiar, erro, sucesso

FASE: Final = "fase"  # the header of ours that says what was answered to
SEM_SENHA: Final = frozenset({530, 534, 535, 538})

CAUSAS: Final = {
    "DESTINATARIO_RECUSADO": Causa(
        "Caixa de e-mail recusada", "O endereço não existe ou não recebe. Corrija o e-mail no cadastro e reprocesse."
    ),
    "CARTA_RECUSADA": Causa(
        "Texto recusado pelo servidor", "O servidor de e-mail não quis esta mensagem. Leia a resposta dele."
    ),
    "CONFIGURACAO_DO_CORREIO": Causa(
        "Servidor de e-mail mal configurado", "Chame a TI: é o servidor, a senha ou o remetente, e não a mensagem."
    ),
    "SEM_ENDERECO": Causa("Sem endereço", "Corrija o e-mail no cadastro e reprocesse."),
    "ENDERECO_NAO_ACEITO": Causa("Endereço que o servidor não aceita", "Corrija o e-mail no cadastro e reprocesse."),
}


def interpretar(resposta: Resposta) -> Resultado:
    """2xx: taken. 4xx: later. 5xx: final for the recipient and the text; for what is ours, it waits for a mend."""
    codigo, fase = resposta.status, resposta.cabecalhos.get(FASE, "")
    disse = f"{codigo} {resposta.corpo}".strip()
    if 200 <= codigo < 300:
        return sucesso(f"Aceita pelo servidor de e-mail: {disse}")
    if (fase in ("entrada", "remetente") and codigo >= 500) or codigo in SEM_SENHA:
        return adiar("CONFIGURACAO_DO_CORREIO", f"O servidor de e-mail não nos deixa enviar: {disse}")
    if codigo < 500:
        return adiar(f"SMTP_{codigo}", f"Agora não: {disse}", destino_falhou=fase != "destinatario")
    de_todos = "5.7." in resposta.corpo  # a policy of the server, not this recipient: some in a row pause the context
    if fase == "destinatario":
        return erro("DESTINATARIO_RECUSADO", f"O servidor recusou o destinatário: {disse}", destino_falhou=de_todos)
    return erro("CARTA_RECUSADA", f"O servidor recusou a mensagem: {disse}", destino_falhou=de_todos)
