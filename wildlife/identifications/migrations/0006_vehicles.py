"""Mark the photos on which a model or somebody saw a vehicle before that was kept beside them."""

from django.db import migrations
from django.db.models import Exists, OuterRef, Q


def fill(apps, schema_editor):
    Photo = apps.get_model("photos", "Photo")
    Detection = apps.get_model("identifications", "Detection")
    Verdict = apps.get_model("identifications", "Verdict")
    seen = Detection.objects.filter(photo=OuterRef("pk"), category="vehicle")
    said = Verdict.objects.filter(photo=OuterRef("pk"), kind="vehicle")
    # Of several who spoke the last word may be another; where all is settled, not blank and no
    # animal's, it is not.
    word = Exists(said) & Q(settled=True, blank=False, taxon=None)
    Photo.objects.filter(Exists(seen) | word, state="done").update(vehicles=True)


class Migration(migrations.Migration):
    dependencies = [("identifications", "0005_verdict_kinds"), ("photos", "0012_vehicles")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
