"""What a reviewer says, as a form sends it."""

from typing import Any

from django import forms
from django.db.models import BigIntegerField
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from wildlife.identifications.models import Verdict
from wildlife.identifications.verdicts import Word
from wildlife.species.models import Taxon
from wildlife.species.search import search

ACCEPT = "accept"
CONFIRM = "confirm"
"""Accepting, by whoever may, an animal that is new to the project."""
AGREE = "agree"
"""Agreeing with somebody who named one."""


class SayingForm(forms.Form):
    """One word, and which boxes it is about."""

    say = forms.ChoiceField(choices=[(ACCEPT, ACCEPT), *Verdict.Kind.choices])
    taxon = forms.CharField(max_length=120, required=False)
    boxes = forms.Field(widget=forms.MultipleHiddenInput, required=False)
    count = forms.IntegerField(
        label=gettext_lazy("How many"), min_value=1, max_value=10_000, required=False
    )
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"), choices=[("", "–"), *Verdict.Sex.choices], required=False
    )
    life_stage = forms.ChoiceField(
        label=gettext_lazy("Life stage"),
        choices=[("", "–"), *Verdict.LifeStage.choices],
        required=False,
    )
    behaviour = forms.CharField(label=gettext_lazy("Behaviour"), max_length=60, required=False)

    def clean_boxes(self) -> list[int]:
        """Return ids of detections. Raises ValidationError for what is none."""
        try:
            boxes = [int(part) for part in self.cleaned_data["boxes"] or ()]
        except ValueError as error:
            raise forms.ValidationError(_("These are no boxes.")) from error
        if any(not 0 < one <= BigIntegerField.MAX_BIGINT for one in boxes):
            raise forms.ValidationError(_("These are no boxes."))
        return boxes

    def clean_taxon(self) -> Taxon | None:
        """Return the taxon of a key, else of a name. Raises ValidationError where none is meant."""
        typed = " ".join(self.cleaned_data["taxon"].split())
        if not typed:
            return None
        known = Taxon.objects.filter(slug=typed, accepted=None).first()
        if known is not None:
            return known
        found = search(typed, language=get_language() or "en", limit=1)
        if not found:
            raise forms.ValidationError(_("We know no animal of this name."))
        return Taxon.objects.get(pk=found[0].taxon_id)

    def word(self) -> Word | None:
        """Return what is said; None where the models are agreed with."""
        say = self.cleaned_data["say"]
        if say in (ACCEPT, CONFIRM, AGREE):
            return None
        if say != Verdict.Kind.ANIMAL:
            return Word(say)
        return Word(say, self.cleaned_data["taxon"], **self.more())

    def more(self) -> dict[str, Any]:
        """Return what is said of animals beside what they are."""
        said = self.cleaned_data
        return {
            "count": said["count"],
            "sex": said["sex"],
            "life_stage": said["life_stage"],
            "behaviour": " ".join(said["behaviour"].split()),
        }


class WordForm(SayingForm):
    """One word about one photo, or all photos of its event, or some boxes of it."""

    photo = forms.UUIDField()
    say = forms.ChoiceField(
        choices=[*((one, one) for one in (ACCEPT, CONFIRM, AGREE)), *Verdict.Kind.choices]
    )


class AlikeForm(SayingForm):
    """One word about all boxes that are ticked.

    `suggested` is what accepting means, a kind and the key of a taxon: "animal:panthera-leo".
    `choice` is the key of another taxon, in place of a typed name.
    """

    suggested = forms.CharField(max_length=140, required=False)
    choice = forms.SlugField(max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["say"].required = False

    def clean_boxes(self) -> list[int]:
        """Return ids of detections, at least one. Raises ValidationError."""
        boxes = super().clean_boxes()
        if not boxes:
            raise forms.ValidationError(_("Nothing is ticked: tick what your answer is about."))
        return boxes

    def clean(self) -> dict[str, Any]:
        """Put what accepting, or choosing, means in the place of what is said."""
        said = self.cleaned_data
        meant = ""
        if choice := said.get("choice"):
            meant = f"{Verdict.Kind.ANIMAL}:{choice}"
        elif said.get("say", "") in ("", ACCEPT):
            # "Enter" in the field for a name presses the form's first button, which accepts.
            typed = said.get("taxon")
            meant = f"{Verdict.Kind.ANIMAL}:{typed.slug}" if typed else said.get("suggested", "")
        if meant or not said.get("say"):
            kind, _colon, slug = meant.partition(":")
            taxon = Taxon.objects.filter(slug=slug, accepted=None).first()
            if kind not in Verdict.Kind.values or bool(slug) != bool(taxon):
                raise forms.ValidationError(_("Say what it is."))
            said |= {"say": kind, "taxon": taxon}
        return said


class AcceptForm(forms.Form):
    """All answers at least so sure are accepted."""

    percent = forms.IntegerField(
        label=gettext_lazy("At least so sure (%)"), min_value=50, max_value=100, initial=95
    )
