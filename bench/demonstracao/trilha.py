"""The last scene: whoever did all that is in the trail, and the trail is whole. What is printed is to be held outside."""

from __future__ import annotations

import json

from auditoria.chaves import confere, confiaveis
from auditoria.resumo import em_bytes, escrever, hash_de, parcial
from auditoria.verificacao.services import verificar

SEM_ARQUIVO = "Sem MongoDB, a trilha fica toda no PostgreSQL."


def provar_a_trilha() -> tuple[list[str], list[str]]:
    """Seal what waits, walk the whole chain, sign where it is. Returns what to say, and what is wrong."""
    feita = verificar()
    segundos = (feita.terminada_em - feita.iniciada_em).total_seconds()
    dado = parcial()
    resumo, assinatura = dado["resumo"], dado["assinatura"]
    conteudo = escrever(resumo)
    faltas = [f"a trilha de auditoria não confere: {p['texto']}" for p in feita.problemas]
    if resumo["quantidade"] != feita.eventos or not feita.completa:
        faltas.append(f"{feita.eventos} eventos conferidos na trilha, {resumo['quantidade']} no resumo assinado")
    if not confere(confiaveis()[resumo["chave"]], assinatura, em_bytes(conteudo)):
        faltas.append("a assinatura do resumo da auditoria não confere com a chave publicada")
    ditos = [
        f"Auditoria: {feita.eventos} eventos selados, um selo preso ao outro, conferidos em {segundos:.1f} s. {SEM_ARQUIVO}",
        "Resumo assinado, para guardar fora daqui (manage.py auditoria_resumo --agora):",
        *json.dumps(resumo, ensure_ascii=False, sort_keys=True).replace(", ", ",\n ").splitlines(),
        f"hash do resumo: {hash_de(conteudo)}",
        f"assinatura Ed25519: {assinatura}",
    ]
    return ditos, faltas
