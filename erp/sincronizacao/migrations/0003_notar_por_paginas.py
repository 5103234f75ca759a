from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("sincronizacao", "0002_gatilhos"),
    ]

    operations = [
        migrations.AddField(
            model_name="feedligado",
            name="notado_ate",
            field=models.CharField(default="", max_length=20),
        ),
    ]
