"""The address of a contact as the agreement writes it, whatever an account says."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0006_account_policy"),
    ]

    operations = [
        migrations.AddField(
            model_name="agreementcontact",
            name="email",
            field=models.EmailField(blank=True, max_length=254),
        ),
    ]
