"""Fill the digests of photos that were answered before there were any."""

from django.db import migrations
from django.db.models import Count, Exists, OuterRef, Subquery


def fill(apps, schema_editor):
    Photo = apps.get_model("photos", "Photo")
    Detection = apps.get_model("identifications", "Detection")
    Identification = apps.get_model("identifications", "Identification")
    Vote = apps.get_model("identifications", "Vote")
    answers = Identification.objects.filter(detection__photo=OuterRef("pk"))
    named = answers.filter(taxon__isnull=False).order_by("-confidence", "pk")
    animals = answers.exclude(reason="no_animal")
    two_voted = (
        Vote.objects.filter(detection=OuterRef("detection"), abstention="")
        .order_by()
        .values("detection")
        .annotate(voters=Count("pk"))
        .filter(voters__gt=1)
    )
    seen = Detection.objects.filter(photo=OuterRef("pk"))
    others = seen.filter(category__in=["person", "vehicle"])
    done = Photo.objects.filter(state="done")
    done.update(
        taxon=Subquery(named.values("taxon")[:1]),
        confidence=Subquery(named.values("confidence")[:1]),
        disputed=Exists(animals.filter(Exists(two_voted), agreement__lt=0.5)),
        people=Exists(seen.filter(category="person")),
        blank=~Exists(animals) & ~Exists(others),
    )
    several = (
        Identification.objects.filter(taxon__isnull=False)
        .order_by()
        .values("detection__photo")
        .annotate(taxa=Count("taxon", distinct=True))
        .filter(taxa__gt=1)
    )
    done.filter(pk__in=several.values("detection__photo")).update(several_taxa=True)


class Migration(migrations.Migration):
    dependencies = [("identifications", "0002_verdicts"), ("photos", "0003_library")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
