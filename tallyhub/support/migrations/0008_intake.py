from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support", "0007_time_lookups")]
    operations = [
        migrations.AddField("request", "source_digest", models.BinaryField(max_length=32, null=True)),
    ]
