"""Runs of the graph, what each step said, and the answers."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from wildlife.photos.models import Photo
from wildlife.species.models import Taxon


class Run(models.Model):
    """One walk of some photos through the graph, with the exact line-up that made the answers."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    lineup = models.JSONField(help_text=_("Releases, hashes, precisions, weights and thresholds."))
    photos = models.ManyToManyField(Photo, related_name="runs")
    priority = models.PositiveSmallIntegerField(
        choices=Photo.Priority, default=Photo.Priority.INTERACTIVE
    )
    created_at = models.DateTimeField(auto_now_add=True)
    alive_at = models.DateTimeField(help_text=_("Last sign of life from a worker."))
    finished_at = models.DateTimeField(null=True, blank=True)
    breadths = models.JSONField(
        default=dict, help_text=_("By expert: how many taxa of each group it can name.")
    )
    attempts = models.PositiveSmallIntegerField(default=1)
    failure = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["alive_at"], condition=models.Q(state="running"), name="run_in_flight"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class StepResult(models.Model):
    """The value of one step of one run. Written once: doing a step again does nothing."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="results")
    step = models.CharField(max_length=80)
    value = models.BinaryField(null=True, help_text=_("JSON; empty while the step is running."))
    worker = models.CharField(max_length=120, blank=True)
    precision = models.CharField(
        max_length=10, blank=True, help_text=_("At which the worker ran the step's network.")
    )
    error = models.TextField(blank=True, help_text=_("Why an expert abstained."))
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "step"], name="one_result_per_step"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.step}"


class Detection(models.Model):
    """One thing on a photo: an animal, a person, a vehicle, or the whole image as a candidate."""

    class Category(models.TextChoices):
        ANIMAL = "animal", _("Animal")
        PERSON = "person", _("Person")
        VEHICLE = "vehicle", _("Vehicle")

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="detections")
    run = models.ForeignKey(Run, models.PROTECT, related_name="detections")
    index = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=8, choices=Category)
    confidence = models.FloatField()
    x = models.FloatField(help_text=_("Left edge, 0..1 of the upright photo's width."))
    y = models.FloatField()
    width = models.FloatField()
    height = models.FloatField()
    crop = models.CharField(max_length=200, blank=True, help_text=_("Storage key."))
    whole_image = models.BooleanField(default=False)
    groups = models.JSONField(
        default=list, help_text=_("[group, probability], most probable first.")
    )

    class Meta:
        ordering = ["index"]
        constraints = [
            models.UniqueConstraint(fields=["photo", "index"], name="detection_index"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.index}"


class Vote(models.Model):
    """What one expert said of one detection, or why it said nothing."""

    detection = models.ForeignKey(Detection, models.CASCADE, related_name="votes")
    expert = models.CharField(max_length=60)
    release = models.CharField(max_length=90)
    weight = models.FloatField()
    scores = models.JSONField(default=list, help_text=_("[taxon slug, probability], best first."))
    none = models.FloatField(default=0.0, help_text=_("Share of 'none of my labels'."))
    abstention = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-weight", "expert"]
        constraints = [
            models.UniqueConstraint(fields=["detection", "expert"], name="one_vote_per_expert"),
        ]

    def __str__(self) -> str:
        return self.expert


class Verdict(models.Model):
    """What a person says that is in a box of a photo. It stays when the photo is identified anew.

    Each person has one say on a box, and so has each file that was brought in without persons.
    """

    class Kind(models.TextChoices):
        ANIMAL = "animal", _("Animal")
        NO_ANIMAL = "no_animal", _("No animal")
        PERSON = "person", _("Person")
        VEHICLE = "vehicle", _("Vehicle")
        UNSURE = "unsure", _("Unsure")

    class Sex(models.TextChoices):
        """Camtrap DP's `sex`."""

        FEMALE = "female", _("Female")
        MALE = "male", _("Male")

    class LifeStage(models.TextChoices):
        """Camtrap DP's `lifeStage`."""

        ADULT = "adult", _("Adult")
        SUBADULT = "subadult", _("Subadult")
        JUVENILE = "juvenile", _("Juvenile")

    class SecondLook(models.TextChoices):
        """Of the first of its species in a project; see `first_records`."""

        WANTED = "wanted", _("Wanted")
        HAD = "had", _("Had")

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="verdicts")
    x = models.FloatField(help_text=_("Left edge, 0..1 of the upright photo's width."))
    y = models.FloatField()
    width = models.FloatField()
    height = models.FloatField()
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.ANIMAL)
    taxon = models.ForeignKey(Taxon, models.PROTECT, null=True, blank=True, related_name="verdicts")
    count = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("How many there are in all, where somebody counted.")
    )
    sex = models.CharField(max_length=6, choices=Sex, blank=True)
    life_stage = models.CharField(max_length=8, choices=LifeStage, blank=True)
    behaviour = models.CharField(max_length=60, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="verdicts"
    )
    given_at = models.DateTimeField(auto_now=True)
    source = models.CharField(
        max_length=80, blank=True, help_text=_("The file that it came from, where it was imported.")
    )
    batch = models.UUIDField(
        null=True,
        blank=True,
        db_index=True,
        editable=False,
        help_text=_("Given together with others, and taken back with them."),
    )
    second_look = models.CharField(
        max_length=6,
        choices=SecondLook,
        blank=True,
        editable=False,
        help_text=_("Whether it waits until somebody else has looked; empty where none has to."),
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["-given_at", "-pk"]
        indexes = [
            models.Index(
                fields=["taxon"], condition=~models.Q(second_look=""), name="verdict_second_look"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["photo", "x", "y", "width", "height", "given_by"],
                name="one_verdict_per_box_and_person",
            ),
            models.UniqueConstraint(
                fields=["photo", "x", "y", "width", "height", "source"],
                condition=models.Q(given_by__isnull=True) & ~models.Q(source=""),
                name="one_verdict_per_box_and_source",
            ),
            models.CheckConstraint(
                condition=models.Q(taxon__isnull=True) | models.Q(kind="animal"),
                name="only_animals_have_taxa",
            ),
        ]

    def __str__(self) -> str:
        return str(self.taxon or self.get_kind_display())


class Exemplar(models.Model):
    """A verified animal as an embedder sees it: it votes on all that look like it."""

    verdict = models.ForeignKey(Verdict, models.CASCADE, related_name="exemplars")
    release = models.CharField(max_length=90)
    vector = models.BinaryField(help_text=_("float16, a unit vector in the space of the release."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["verdict", "release"], name="one_exemplar_per_release"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} ({self.release})"


class Embedding(models.Model):
    """An animal as an embedder sees it, to find those that look alike. It goes with its detection.

    Kept for photos of projects and of people with an account; guests compare nothing.
    """

    detection = models.OneToOneField(Detection, models.CASCADE, related_name="embedding")
    release = models.CharField(max_length=90)
    vector = models.BinaryField(
        help_text=_(
            "float16, a unit vector in the space of the release; empty: no crop to look at."
        )
    )

    def __str__(self) -> str:
        return f"{self.detection} ({self.release})"


class Identification(models.Model):
    """The answer for one detection."""

    class Reason(models.TextChoices):
        SPECIES = "species", _("Deep and sure enough for a species")
        HIGHER_RANK = "higher_rank", _("The votes meet only at a higher rank")
        UNKNOWN_ANIMAL = "unknown_animal", _("An animal, but no taxon holds enough of the vote")
        NO_ANIMAL = "no_animal", _("No animal")
        NO_VOTES = "no_votes", _("Every expert abstained")

    detection = models.OneToOneField(Detection, models.CASCADE, related_name="identification")
    taxon = models.ForeignKey(
        Taxon, models.PROTECT, null=True, blank=True, related_name="identifications"
    )
    confidence = models.FloatField()
    agreement = models.FloatField()
    reason = models.CharField(max_length=14, choices=Reason)
    walk = models.JSONField(default=list)
    runners_up = models.JSONField(default=list, help_text=_("[taxon slug, probability]."))
    countries = models.JSONField(
        default=list, help_text=_("Of the place, as far as it played a part: ISO 3166-1 alpha-3.")
    )
    elsewhere = models.JSONField(
        default=list, help_text=_("Slugs of likely taxa that are known from other countries only.")
    )

    def __str__(self) -> str:
        return str(self.taxon or self.get_reason_display())
