"""Fill in the further taxa of photos that were answered before they were kept."""

from django.db import migrations


def fill(apps, schema_editor):
    Photo = apps.get_model("photos", "Photo")
    Identification = apps.get_model("identifications", "Identification")
    Further = Photo.further_taxa.through
    several = Photo.objects.filter(several_taxa=True).order_by()
    answers = Identification.objects.filter(
        detection__photo__in=several.values("pk"), taxon__isnull=False
    )
    columns = ("detection__photo", "taxon", "detection__photo__taxon")
    found = {(photo, taxon) for photo, taxon, surest in answers.values_list(*columns) if taxon != surest}
    Further.objects.bulk_create(
        (Further(photo_id=photo, taxon_id=taxon) for photo, taxon in found), batch_size=2000
    )


class Migration(migrations.Migration):
    dependencies = [("identifications", "0003_digests"), ("photos", "0004_further_taxa")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
