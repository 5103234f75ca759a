"""Mend the first words of the template of a charge: its fields had one brace, so nothing was filled in.

Only rows with exactly the old words: what staff wrote since is theirs.
"""

from typing import Any

from django.db import migrations

ASSUNTO = "{empresa}: R$ {valor}, {descricao}"
CORPO = (
    "Olá, {primeiro_nome}.\n\nPara pagar {descricao}, no valor de R$ {valor}, até {vale_ate}:\n\n{como_pagar}\n\n"
    "Se já pagou, não é preciso fazer nada.\n\n{empresa}"
)


def dobrar(texto: str) -> str:
    return texto.replace("{", "{{").replace("}", "}}")


def emendar(apps: Any, editor: Any) -> None:
    modelos = apps.get_model("contatos", "ModeloMensagem").objects.using(editor.connection.alias)
    da_cobranca = modelos.filter(codigo="cobranca")
    da_cobranca.filter(canal="email", assunto=ASSUNTO).update(assunto=dobrar(ASSUNTO))
    da_cobranca.filter(canal="email", corpo=CORPO).update(corpo=dobrar(CORPO))
    # Meta takes no field at the end
    da_cobranca.filter(canal="whatsapp", corpo=CORPO).update(corpo=f"{dobrar(CORPO)}.")


class Migration(migrations.Migration):
    dependencies = [
        ("cobrancas", "0007_escolha_da_linha"),
        ("contatos", "0002_whatsapp"),
    ]

    operations = [migrations.RunPython(emendar, migrations.RunPython.noop)]
