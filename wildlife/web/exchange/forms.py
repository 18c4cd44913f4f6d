"""What people choose to export photos."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from wildlife.exchange.formats import FORMATS
from wildlife.web.exchange.wording import SENTENCES


class ExportForm(forms.Form):
    """`query` is the library's: which photos, all of them where it is empty."""

    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[(key, one.title) for key, one in FORMATS.items()],
        initial=next(iter(FORMATS)),
        error_messages={"required": gettext_lazy("Choose a format.")},
    )
    query = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    @property
    def options(self) -> list[dict[str, Any]]:
        """The formats with a sentence each, and whether it is the chosen one."""
        chosen = self["format"].value()
        return [
            {"key": key, "title": one.title, "sentence": SENTENCES[key], "chosen": key == chosen}
            for key, one in FORMATS.items()
        ]
