"""What the library finds photos by, beside each photo: among a million no join is quick enough."""

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _


class Digest(models.Model):
    """The answers for a photo in a few columns. They are written together with the answers.

    `identifications` holds the whole of it; this says only what filters ask. A photo with several
    kinds of animal is found by each of them: its surest is `taxon`, the others, which few photos
    have, are `further_taxa`, and `several_taxa` tells that there are some.
    """

    moment = models.GeneratedField(
        expression=Coalesce("taken_at", "received_at"),
        output_field=models.DateTimeField(),
        db_persist=True,
        help_text=_("What the library is ordered by: when it was taken, else when it arrived."),
    )
    taxon = models.ForeignKey(
        "species.Taxon",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,  # the library's own index begins with it
        help_text=_("Of the surest answer that names one."),
    )
    further_taxa = models.ManyToManyField("species.Taxon", editable=False, related_name="+")
    several_taxa = models.BooleanField(default=False, editable=False)
    confidence = models.FloatField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("Of the surest answer that names a taxon."),
    )
    disputed = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("Most of the experts' vote is against an answer."),
    )
    people = models.BooleanField(default=False, editable=False)
    vehicles = models.BooleanField(default=False, editable=False)
    blank = models.BooleanField(
        default=False, editable=False, help_text=_("Neither animal nor person nor vehicle.")
    )

    settled = models.BooleanField(
        default=False, editable=False, help_text=_("People have said what all of it is.")
    )

    class Meta:
        abstract = True


_NEWEST = ("-moment", "-id")

LIBRARY_INDEXES = [
    # The first carries what most filters ask, so that a walk along it reads no rows.
    models.Index(
        fields=[*_NEWEST, "owner", "taxon", "several_taxa", "confidence"], name="photo_library"
    ),
    models.Index(fields=["owner", *_NEWEST], name="photo_library_owner"),
    models.Index(
        fields=["project", *_NEWEST, "taxon", "several_taxa", "confidence"],
        condition=models.Q(project__isnull=False),
        name="photo_library_project",
    ),
    models.Index(
        fields=["deployment", *_NEWEST],
        condition=models.Q(deployment__isnull=False),
        name="photo_library_deployment",
    ),
    models.Index(fields=["upload", *_NEWEST], name="photo_library_upload"),
    models.Index(fields=["taxon", *_NEWEST, "owner"], name="photo_library_taxon"),
    models.Index(fields=["confidence", *_NEWEST, "owner"], name="photo_library_sure"),
    models.Index(
        fields=["latitude", "longitude", *_NEWEST, "owner", "project"],
        condition=models.Q(latitude__isnull=False),
        name="photo_library_place",
    ),
    *(
        models.Index(fields=[*_NEWEST, "owner"], condition=condition, name=f"photo_library_{name}")
        for name, condition in {
            "blank": models.Q(blank=True),
            "people": models.Q(people=True),
            "vehicles": models.Q(vehicles=True),
            "disputed": models.Q(disputed=True),
            "several": models.Q(several_taxa=True),
            "undone": ~models.Q(state="done"),
        }.items()
    ),
    # What waits for people's word, the least sure first.
    models.Index(
        fields=["project", "confidence", "id"],
        condition=models.Q(settled=False, state="done", project__isnull=False),
        name="photo_open_project",
    ),
    models.Index(
        fields=["owner", "confidence", "id"],
        condition=models.Q(settled=False, state="done", owner__isnull=False),
        name="photo_open_owner",
    ),
]
