"""The page of a user's tokens: made, shown once, revoked."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from wildlife.tokens.models import Scope, Token
from wildlife.tokens.services import TooManyTokens, make, revoke

SHOWN_ENDED = 10


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("What it is for, such as “camera upload on the field laptop”."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=Scope.choices,
        initial=[Scope.READ, Scope.UPLOAD],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("It ends after"),
        choices=[
            (30, gettext_lazy("30 days")),
            (90, gettext_lazy("90 days")),
            (365, gettext_lazy("1 year")),
            (0, gettext_lazy("never")),
        ],
        coerce=int,
        initial=90,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
@sensitive_variables("secret")
def page(request: HttpRequest) -> HttpResponse:
    """List the tokens, and make one: its secret is in the answer to that request alone."""
    user = _user(request)
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        end = timezone.now() + timedelta(days=days) if days else None
        try:
            scopes = form.cleaned_data["scopes"]
            _token, secret = make(user, form.cleaned_data["name"], scopes, end)
        except TooManyTokens as error:
            form.add_error(None, str(error))
        else:
            form = TokenForm()
    usable = Token.objects.usable().filter(user=user)
    ended = Token.objects.filter(user=user).exclude(pk__in=usable.values("pk"))
    context = {
        "form": form,
        "secret": secret,
        "tokens": usable,
        "ended": ended[:SHOWN_ENDED],
        "here": "account",
    }
    return render(request, "accounts/tokens.html", context)


@require_POST
@login_required
def end(request: HttpRequest, token_id: int) -> HttpResponse:
    """Revoke one of the own tokens."""
    token = get_object_or_404(Token, pk=token_id, user=_user(request))
    revoke(token)
    messages.success(
        request, _("The token “%(name)s” opens nothing any more.") % {"name": token.name}
    )
    return redirect("accounts:tokens")


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
