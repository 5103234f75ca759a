"""Confere um dia exportado da trilha, sem o código da retaguarda: só Python 3.11 e a biblioteca cryptography.

    python conferir_auditoria.py auditoria-2026-11-22.jsonl resumo-2026-11-22.json chave.pem
"""
import hashlib
import json
import struct
import sys
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

arquivo_eventos, arquivo_resumo, arquivo_chave = sys.argv[1:] if len(sys.argv) == 4 else sys.exit(__doc__)
chave = load_pem_public_key(open(arquivo_chave, "rb").read())
digital = hashlib.sha256(chave.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()
r, assinatura = map(json.load(open(arquivo_resumo, encoding="utf-8")).get, ("resumo", "assinatura"))
texto = "retaguarda.auditoria.resumo.v1\n" + json.dumps(r, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
def exigir(certo, senao):
    return certo or sys.exit(f"NÃO CONFERE: {senao}")
try:
    chave.verify(bytes.fromhex(assinatura), texto.encode())
except (InvalidSignature, ValueError):
    exigir(False, f"o resumo de {r['dia']} não foi assinado assim pela chave {digital}")
especie = f"{r['tipo']}, versão {r['versao']}"
exigir(especie == "retaguarda.auditoria.resumo, versão 1", f"não é um resumo que este programa conheça: {especie}")
exigir(r["parcial"] is False, f"o resumo é parcial, só até {r['fim']}: não é o do dia {r['dia']} inteiro")
hash_, n, primeira = bytes.fromhex(r["selo_anterior"]), (r["primeira"] or 1) - 1, r["primeira"] or 1
for n, selo in enumerate(map(json.loads, open(arquivo_eventos, encoding="utf-8")), primeira):
    evento = selo["evento"] or ""
    quando = datetime.strptime(selo["selado_em"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    posicao = struct.pack(">Qq", n, (quando - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))
    hash_ = hashlib.sha256(b"retaguarda.auditoria.selo.v1\n" + hash_ + posicao + evento.encode()).digest()
    certo = evento and (selo["sequencia"], selo["hash"]) == (n, hash_.hex())
    exigir(certo, f"sequência {n}: o evento, o instante ou o selo não é o que foi selado ({evento[:200]})")
    exigir(r["inicio"] <= selo["selado_em"] < r["fim"], f"sequência {n}: não foi selada no dia {r['dia']}")
certo = (n, hash_.hex(), n - primeira + 1) == (r["ultima"] or 0, r["ultimo_selo"], r["quantidade"])
exigir(certo, f"os eventos acabam na sequência {n}, e o resumo assinou até {r['ultima']}")
exigir(r["problema"] is None, f"o dia {r['dia']} já tinha um problema quando foi assinado: {r['problema']}")
print(f"Confere: {r['quantidade']} eventos de {r['dia']}, assinados pela chave {digital}.")
