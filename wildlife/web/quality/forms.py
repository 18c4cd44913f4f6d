"""From which sureness on a project accepts answers by itself."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AcceptAboveForm(forms.Form):
    """Percent; empty where every answer is to be looked at."""

    percent = forms.IntegerField(
        label=_("Accept by itself from (%)"), min_value=50, max_value=100, required=False
    )
