from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("photos", "0007_batches"),
    ]

    operations = [
        migrations.CreateModel(
            name="Leftover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(help_text="Storage key.", max_length=255)),
                ("due_at", models.DateTimeField(db_index=True, help_text="When it is tried again.")),
            ],
        ),
    ]
