"""What people fill in to import answers."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy

from wildlife.projects.models.deployment import valid_zone


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """One file or several, as a list."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) and data else [None]
        return [super(_FilesField, self).clean(one, initial) for one in files]


class ImportForm(forms.Form):
    file = _FilesField(
        label=gettext_lazy("File"),
        widget=_Files(attrs={"accept": ".json,.csv,.tsv,.zip"}),
        help_text=gettext_lazy(
            "A package as one zip or as its files together; JSON; or a CSV with the columns file "
            "and taxon."
        ),
    )
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone of new deployments"),
        initial="UTC",
        max_length=40,
        help_text=gettext_lazy("Such as Africa/Nairobi. Only a Camtrap DP package needs it."),
    )

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"].strip()
        valid_zone(zone)
        return zone


def refused(form: ImportForm, reason: Exception) -> None:
    """Say at the file why it is not taken."""
    form.add_error("file", str(reason))
