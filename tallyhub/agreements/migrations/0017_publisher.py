"""Who makes and supports a product, where that is not the provider."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0016_partners_of_all"),
    ]

    operations = [
        migrations.AddField(
            model_name="product",
            name="publisher",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="product",
            name="publisher_url",
            field=models.CharField(blank=True, max_length=500),
        ),
    ]
