"""The one form of its own: deleting an account."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.fields import PasswordField
from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _


class DeleteAccountForm(forms.Form):
    """Asks for the password, with the same limit to wrong ones as a login."""

    password = PasswordField(label=_("Your password"), autocomplete="current-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        """Return the password. Raises ValidationError where it is another's, or wrong too often."""
        password: str = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self._user, password):
            raise get_adapter().validation_error("incorrect_password")
        return password
