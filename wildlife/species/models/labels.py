"""What people decided that models mean."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from wildlife.species.models.taxa import Taxon


class LabelDecision(models.Model):
    """That a label of models stands for a taxon, or for none; it goes before what names say.

    A release is never changed, so what it meant is said here. The decision holds for every
    release with this label: for the next version of a model nobody has to decide again. It is no
    synonym, for labels are often no scientific names at all, and some names mean several taxa.
    """

    label = models.CharField(
        max_length=200,
        unique=True,
        help_text=_("The scientific name that the release gives, or else the label's own text."),
    )
    taxon = models.ForeignKey(
        Taxon,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="label_decisions",
        help_text=_("Blank: it stands for no taxon."),
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label
