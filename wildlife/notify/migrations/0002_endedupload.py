"""Uploads of which was told that they have ended are noted, those of the messages that are kept too."""

import django.db.models.deletion
from django.db import migrations, models


def note_those_told(apps, schema_editor):
    Delivery = apps.get_model("notify", "Delivery")
    Upload = apps.get_model("photos", "Upload")
    EndedUpload = apps.get_model("notify", "EndedUpload")
    payloads = Delivery.objects.filter(kind="upload.finished").values_list("payload", flat=True)
    told = {one["data"]["upload"] for one in payloads.iterator()}
    there = Upload.objects.filter(pk__in=told).values_list("pk", flat=True)
    EndedUpload.objects.bulk_create([EndedUpload(upload_id=pk) for pk in there])


class Migration(migrations.Migration):
    dependencies = [
        ("notify", "0001_initial"),
        ("photos", "0011_settled"),
    ]

    operations = [
        migrations.CreateModel(
            name="EndedUpload",
            fields=[
                (
                    "upload",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="photos.upload",
                    ),
                ),
            ],
        ),
        migrations.RunPython(note_those_told, migrations.RunPython.noop),
    ]
