from typing import Any

from django.db import migrations, models


def forget(apps: Any, schema_editor: Any) -> None:
    """The keys are made anew, with their tiers, when the species are loaded the next time."""
    apps.get_model("species", "NameKey").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("species", "0003_imports"),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="namekey",
            name="key",
            field=models.CharField(max_length=120),
        ),
        migrations.AddField(
            model_name="namekey",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (0, "Common name"),
                    (1, "Scientific name"),
                    (2, "Later word of a common name"),
                    (3, "Later word of a scientific name"),
                    (4, "Scientific name of a taxon without a common one"),
                    (5, "Later word of such a name"),
                ],
                default=5,
            ),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="namekey",
            index=models.Index(
                fields=["tier", "key"],
                name="name_key_search",
                opclasses=["int2_ops", "varchar_pattern_ops"],
            ),
        ),
    ]
