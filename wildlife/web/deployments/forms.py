"""What people fill in about deployments."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wildlife import zones
from wildlife.exchange.deployments import MOST_BYTES
from wildlife.projects.models import Deployment
from wildlife.web.uploads.forms import ClockForm, PlaceForm, WallClockField

_GROUPS = (
    ("place", _("Where"), ("name", "latitude", "longitude", "coordinate_uncertainty",
                           "location_id", "location_name")),
    ("time", _("When"), ("start", "end", "time_zone", "timestamp_issues")),
    ("camera", _("The camera"), ("camera_id", "camera_model", "setup_by", "camera_height",
                                 "camera_depth", "camera_tilt", "camera_heading", "camera_delay",
                                 "detection_distance")),
    ("around", _("What is around it"), ("habitat", "feature_type", "bait_use")),
    ("notes", _("Notes"), ("groups", "tags", "comments")),
)  # fmt: skip
_UNFOLDED = frozenset({"place", "time"})
_YES_NO = [("", _("not known")), ("true", _("yes")), ("false", _("no"))]


def _zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in zones.offered()]


def _yes_no(label: Any, help_text: Any = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        choices=_YES_NO,
        coerce=lambda text: text == "true",
        empty_value=None,
        required=False,
    )


class DeploymentForm(forms.ModelForm):
    """One camera at one place for a time. `project` is whose it is, or will be."""

    latitude, longitude = PlaceForm.base_fields["latitude"], PlaceForm.base_fields["longitude"]
    start = WallClockField(
        label=_("Begins"),
        help_text=_("By the clock on the spot. Without it no trap-nights are counted."),
        required=False,
    )
    end = WallClockField(
        label=_("Ends"), help_text=_("Empty while the camera is out."), required=False
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=_zones, help_text=_("Of the place, not yours.")
    )
    timestamp_issues = _yes_no(
        _("Are its times wrong or incomplete?"), _("Its rates are marked as doubtful then.")
    )
    bait_use = _yes_no(_("Was bait used?"))

    class Meta:
        model = Deployment
        fields = [name for _key, _title, names in _GROUPS for name in names]
        labels = {
            "name": _("Name"),
            "coordinate_uncertainty": _("Uncertain by (metres)"),
            "location_id": _("Code of the location"),
            "location_name": _("Name of the location"),
            "camera_id": _("Number of the camera"),
            "camera_model": _("Make and model"),
            "setup_by": _("Set up by"),
            "camera_height": _("Height (metres above the ground)"),
            "camera_depth": _("Depth (metres under water)"),
            "camera_tilt": _("Tilt (degrees)"),
            "camera_heading": _("Heading (degrees)"),
            "camera_delay": _("Pause between two shots (seconds)"),
            "detection_distance": _("How far it sees (metres)"),
            "habitat": _("Habitat"),
            "feature_type": _("It looks at"),
            "groups": _("Groups"),
            "tags": _("Tags"),
            "comments": _("Comments"),
        }
        help_texts = {
            "name": _("As on the folders of its photos, such as C1: one of a kind in the project."),
            "coordinate_uncertainty": _("How far off the true place may be."),
            "location_id": _("The same for all deployments at one place."),
            "location_name": "",
            "camera_height": "",
            "camera_depth": "",
            "camera_tilt": _("-90 looks straight down, 0 is level, 90 looks straight up."),
            "camera_heading": _("0 is north, 90 east, 180 south, 270 west."),
            "camera_delay": "",
            "detection_distance": "",
            "habitat": _("Such as dry savanna, or pine forest."),
            "groups": _("Such as a season or an area; several with | between them."),
            "tags": _("Several with | between them."),
        }
        widgets = {"comments": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, help_text in (
            ("latitude", _("Latitude"), _("Degrees; south is negative.")),
            ("longitude", _("Longitude"), _("Degrees; west is negative.")),
        ):
            self.fields[name].label, self.fields[name].help_text = label, help_text
        held = self.instance.time_zone
        if held not in zones.offered():  # one that was imported under an old name
            choices = [(held, held), *_zones()]
            self.fields["time_zone"] = forms.ChoiceField(label=_("Time zone"), choices=choices)

    def clean_name(self) -> str:
        """Return the name. Raises ValidationError where the project has another of that name."""
        name = " ".join(str(self.cleaned_data["name"]).split())
        others = Deployment.objects.filter(project=self.instance.project_id, name=name)
        if not name:
            raise forms.ValidationError(_("Type a name."))
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                _("The project has a deployment of this name already. Choose another name.")
            )
        return name

    def groups_of_fields(self) -> Iterator[tuple[str, Any, list[forms.BoundField], bool]]:
        """Yield the form part by part: key, title, fields, and whether it is to be open."""
        for key, title, names in _GROUPS:
            fields = [self[name] for name in names]
            told = any(one.errors or one.value() not in (None, "") for one in fields)
            yield key, title, fields, key in _UNFOLDED or told


class CameraClockForm(ClockForm):
    """What the camera's clock was wrong by, all in all."""


class TableForm(forms.Form):
    """A CSV of deployments, as a file or as what a preview has shown."""

    file = forms.FileField(label=_("CSV file"), required=False)
    table = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
    zone = forms.ChoiceField(
        label=_("Time zone of the places"),
        choices=_zones,
        initial="UTC",
        help_text=_("For new deployments: the format itself does not tell it."),
    )

    def clean(self) -> dict[str, Any]:
        """Put the text of the file under `table`. Raises ValidationError where it is none."""
        told = self.cleaned_data
        file = told.get("file")
        if file is not None:
            if file.size > MOST_BYTES:
                raise forms.ValidationError(_("This file is too large. Take a part of its rows."))
            try:
                told["table"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise forms.ValidationError(
                    _("This is no text in UTF-8. Save the table as “CSV UTF-8” and try again.")
                ) from error
        if not told.get("table", "").strip():
            raise forms.ValidationError(_("Choose a CSV file."))
        return told
