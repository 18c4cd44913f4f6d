from django.db import migrations, models

HELP = "Whether it waits until somebody else has looked; empty where none has to."
CHOICES = [("wanted", "Wanted"), ("had", "Had")]


class Migration(migrations.Migration):
    """What people said before waits for nobody."""

    dependencies = [("identifications", "0008_places")]

    operations = [
        *(
            migrations.AddField(
                model,
                "second_look",
                models.CharField(
                    blank=True,
                    choices=CHOICES,
                    default="",
                    editable=False,
                    help_text=HELP,
                    max_length=6,
                ),
                preserve_default=False,
            )
            for model in ("verdict", "historicalverdict")
        ),
        migrations.AddIndex(
            "verdict",
            models.Index(
                condition=models.Q(second_look="", _negated=True),
                fields=["taxon"],
                name="verdict_second_look",
            ),
        ),
    ]
