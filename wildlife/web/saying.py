"""Saying what is on a photo, from its own page."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wildlife.identifications import verdicts
from wildlife.identifications.models import Verdict
from wildlife.photos.selectors import may_with, photo_or_404
from wildlife.projects.rights import Right
from wildlife.review import speaking
from wildlife.web.review.forms import AGREE, WordForm


@require_POST
def say(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """Keep what the reader says of a photo, or of some boxes of it."""
    photo = photo_or_404(request, photo_id, Right.REVIEW)
    form = WordForm(
        {**request.POST.dict(), "photo": photo.pk, "boxes": request.POST.getlist("boxes")}
    )
    if form.is_valid():
        boxes, by = form.cleaned_data["boxes"], _user(request)
        if form.cleaned_data["say"] != AGREE:
            speaking.say([photo.pk], by, form.word(), boxes, form.more())
        elif by is not None:  # in projects, where guests say nothing
            speaking.agree([photo.pk], by, knowingly=may_with(by, Right.CURATE, photo))
        messages.success(request, _("Thank you. The next answers learn from it."))
    else:
        for errors in form.errors.values():
            for error in errors:
                messages.error(request, str(error))
    return redirect(photo)


@require_POST
def take_back(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """Take back all that the reader said of a photo."""
    photo = photo_or_404(request, photo_id, Right.REVIEW)
    verdicts.withdraw(Verdict.objects.filter(photo=photo, given_by=_user(request), source=""))
    return redirect(photo)


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
