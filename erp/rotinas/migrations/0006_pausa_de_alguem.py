from django.db import migrations, models

# Those that still have no body: until now their schedule was switched on with it.
MARCAR = """
UPDATE rotinas_rotinaagendada r SET ligar_ao_configurar = true FROM django_celery_beat_periodictask t
WHERE t.id = r.agenda_id AND NOT r.configurada AND NOT t.enabled
"""


class Migration(migrations.Migration):

    dependencies = [("rotinas", "0005_vigias"), ("django_celery_beat", "0019_alter_periodictasks_options")]

    operations = [
        migrations.AddField(
            model_name="rotinaagendada",
            name="ligar_ao_configurar",
            field=models.BooleanField(
                db_comment="a agenda nasceu desligada por falta de corpo, e não por alguém",
                default=False,
                editable=False,
            ),
        ),
        migrations.RunSQL(MARCAR, migrations.RunSQL.noop),
    ]
