"""Whatever changes a received operation or note touches its day.

One row per statement and day, not per operation; no unique index, so nobody ever waits for anybody; statement triggers,
so that a hand in SQL is noticed too. What was already received is touched once, here.
"""

from django.db import migrations

FUSO = "America/Sao_Paulo"
OPERACAO = ("hiperpdv_operacao_pdv", "data_hora_inicio")
NOTA = ("hiperpdv_nota_fiscal", "data_emissao")
EVENTOS = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
TOCAR = """
    INSERT INTO pdv_conferencia_toque (ponto_venda_id, filial_id, instalacao, dia, de, ate)
    SELECT ponto_venda_id, max(filial_id), instalacao, ({quando} AT TIME ZONE '{fuso}')::date,
           min(id_operacao), max(id_operacao)
    FROM {linhas} GROUP BY ponto_venda_id, instalacao, 4
"""


def criar() -> str:
    partes = []
    for tabela, quando in (OPERACAO, NOTA):
        funcao = f"{tabela}_tocar_dia"
        corpo = TOCAR.format(quando=quando, fuso=FUSO, linhas="tocadas")
        partes.append(
            f"CREATE FUNCTION {funcao}() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN {corpo}; RETURN NULL; END $f$;"
        )
        for evento, qual in EVENTOS:
            partes.append(
                f"CREATE TRIGGER {tabela}_toque_{evento.lower()} AFTER {evento} ON {tabela} "
                f"REFERENCING {qual} TABLE AS tocadas FOR EACH STATEMENT EXECUTE FUNCTION {funcao}();"
            )
        partes.append(TOCAR.format(quando=quando, fuso=FUSO, linhas=tabela) + ";")
    return "\n".join(partes)


def desfazer() -> str:
    partes = []
    for tabela, _ in (OPERACAO, NOTA):
        partes += [f"DROP TRIGGER {tabela}_toque_{evento.lower()} ON {tabela};" for evento, _ in EVENTOS]
        partes.append(f"DROP FUNCTION {tabela}_tocar_dia();")
    return "\n".join(partes)


class Migration(migrations.Migration):
    dependencies = [
        ("conferencia", "0001_conferencia"),
        ("replicacao", "0004_pdv_completo"),
        ("processamento", "0002_pdv_completo"),
        ("fiscal", "0002_listas"),
    ]
    operations = [migrations.RunSQL(criar(), desfazer())]
