from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("species", "0005_labels"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="taxon",
            index=models.Index(fields=["rank", "path"], name="taxon_rank_path"),
        ),
    ]
