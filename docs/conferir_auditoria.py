"""Confere um dia exportado da trilha de auditoria, sem o código da retaguarda: só Python 3.11 e a biblioteca cryptography.

    python conferir_auditoria.py auditoria-2026-11-22.jsonl resumo-2026-11-22.json chave.pem
"""
import hashlib
import json
import struct
import sys
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key


def parar(porque):
    sys.exit(f"NÃO CONFERE: {porque}")


arquivo_eventos, arquivo_resumo, arquivo_chave = sys.argv[1:]
chave = load_pem_public_key(open(arquivo_chave, "rb").read())
digital = hashlib.sha256(chave.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()
exportado = json.load(open(arquivo_resumo, encoding="utf-8"))
resumo = exportado["resumo"]
texto = json.dumps(resumo, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
try:
    chave.verify(bytes.fromhex(exportado["assinatura"]), b"retaguarda.auditoria.resumo.v1\n" + texto.encode())
except (InvalidSignature, ValueError):
    parar(f"o resumo de {resumo['dia']} não foi assinado assim pela chave {digital}")
if (resumo["tipo"], resumo["versao"]) != ("retaguarda.auditoria.resumo", 1):
    parar(f"o que foi assinado não é um resumo que este programa conheça: {resumo['tipo']}, versão {resumo['versao']}")
if resumo["parcial"] is not False:
    parar(f"o resumo é parcial, só até {resumo['fim']}: não é o do dia {resumo['dia']} inteiro")
anterior, sequencia = bytes.fromhex(resumo["selo_anterior"]), (resumo["primeira"] or 1) - 1
for linha in open(arquivo_eventos, encoding="utf-8"):
    selo = json.loads(linha)
    sequencia += 1
    quando = datetime.strptime(selo["selado_em"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    micros = (quando - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    posicao = struct.pack(">Qq", sequencia, micros)
    anterior = hashlib.sha256(b"retaguarda.auditoria.selo.v1\n" + anterior + posicao + (selo["evento"] or "").encode()).digest()
    if selo["sequencia"] != sequencia or selo["hash"] != anterior.hex() or not selo["evento"]:
        parar(f"sequência {sequencia}: o evento, o instante ou o selo não é o que foi selado ({(selo['evento'] or '')[:200]})")
    if not resumo["inicio"] <= selo["selado_em"] < resumo["fim"]:
        parar(f"sequência {sequencia}: não foi selada no dia {resumo['dia']}")
contados = sequencia - (resumo["primeira"] or 1) + 1
if (sequencia, anterior.hex(), contados) != (resumo["ultima"] or 0, resumo["ultimo_selo"], resumo["quantidade"]):
    parar(f"os eventos acabam na sequência {sequencia}, e o resumo assinou até {resumo['ultima']}")
if resumo["problema"] is not None:
    parar(f"o dia {resumo['dia']} já tinha um problema quando foi assinado: {resumo['problema']}")
print(f"Confere: {resumo['quantidade']} eventos de {resumo['dia']}, assinados pela chave {digital}.")
