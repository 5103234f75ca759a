"""The partitions get the statement trigger that the table got after them."""

from typing import Any

from django.db import migrations

from auditoria import particoes


def igualar(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        particoes.igualar_todos(cursor)


class Migration(migrations.Migration):

    dependencies = [
        ("auditoria", "0008_pessoas"),
    ]

    operations = [
        migrations.RunPython(igualar, migrations.RunPython.noop),
    ]
