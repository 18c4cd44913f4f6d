"""Animals that look alike: sheet after sheet, each answered at once."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from wildlife.identifications import embeddings
from wildlife.library.wish import Wish
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, may, project_or_404
from wildlife.review import lookalikes, speaking
from wildlife.review.queue import Queue
from wildlife.web.projects.access import for_users, user_of
from wildlife.web.review.forms import AlikeForm
from wildlife.web.review.sheets import said_together, sheet_of
from wildlife.web.review.views import NEW_HERE

MOST_PASSED = 100


@require_safe
@for_users
def alike(request: HttpRequest, slug: str) -> HttpResponse:
    """The next group: the biggest that the reviewer has not passed over (`passed`)."""
    project = project_or_404(request, slug, Right.REVIEW)
    queue, user = _queue(request, project), user_of(request)
    context: dict[str, Any] = {
        "here": "projects",
        "tab": "review",
        "project": project,
        "query": _query(request),
        "said": said_together(project, user.pk),
        "form": AlikeForm(),
        "filters": queue.wish.without("project").chosen,
    }
    if (member := embeddings.embedder()) is None:
        return render(request, "web/review/alike.html", context | {"no_expert": True})
    unseen = embeddings.unseen(project, member.release)[: lookalikes.MOST].count()
    if unseen:
        embeddings.ask_for(project)
    found = lookalikes.next_group(queue, member.release, _numbers(request.GET.get("passed", "")))
    context |= {
        "unseen": unseen,
        "sheet": sheet_of(project, found.group) if found.group else None,
        "groups": found.groups,
        "animals": found.animals,
    }
    return render(request, "web/review/alike.html", context)


@require_POST
@for_users
def say(request: HttpRequest, slug: str) -> HttpResponse:
    """Say one word of all that is ticked, and go on with the next group; or go on without."""
    project = project_or_404(request, slug, Right.REVIEW)
    queue = _queue(request, project)
    shown = _numbers(request.POST.get("shown", ""))
    if "later" in request.POST:
        lookalikes.leave(queue, shown)
        return redirect(_address(request, project, _numbers(request.POST["later"])))
    form = AlikeForm(request.POST)
    word = form.word() if form.is_valid() else None
    member = embeddings.embedder()
    if word is None or member is None:
        problems = [str(one) for errors in form.errors.values() for one in errors]
        messages.error(request, " ".join(problems) or _("This cannot be answered now."))
        return redirect(_address(request, project))
    done = lookalikes.say(queue, member.release, form.cleaned_data["boxes"], word)
    lookalikes.leave(queue, shown)
    messages.success(request, _told(done.given))
    if speaking.waits(done.batch):
        messages.info(request, NEW_HERE[may(request.user, Right.CURATE, project)])
    if done.passed_over:
        words = ngettext(
            "%(count)d was left out: somebody else has it, or has answered it, by now.",
            "%(count)d were left out: somebody else has them, or has answered them, by now.",
            done.passed_over,
        )
        messages.info(request, words % {"count": done.passed_over})
    return redirect(_address(request, project))


@require_POST
@for_users
def take_back(request: HttpRequest, slug: str) -> HttpResponse:
    """Take back what the reviewer said in one go."""
    project = project_or_404(request, slug, Right.REVIEW)
    try:
        taken = speaking.take_back(UUID(request.POST.get("batch", "")), user_of(request))
    except ValueError:
        taken = 0
    words = ngettext(
        "%(count)d answer was taken back.", "%(count)d answers were taken back.", taken
    )
    messages.success(request, words % {"count": taken})
    return redirect(_address(request, project))


def _queue(request: HttpRequest, project: Project) -> Queue:
    wish = Wish.from_query({**request.GET.dict(), "project": project.slug})
    return Queue(project, user_of(request), wish)


def _told(count: int) -> str:
    words = ngettext("%(count)d animal is answered.", "%(count)d animals are answered.", count)
    return words % {"count": count}


def _query(request: HttpRequest, passed: tuple[int, ...] = ()) -> str:
    """Return the page's own query: the library's filter, and what was passed over."""
    all_passed = (*_numbers(request.GET.get("passed", "")), *passed)[-MOST_PASSED:]
    values = {key: one for key, one in request.GET.dict().items() if key != "passed"}
    if all_passed:
        values["passed"] = ",".join(map(str, all_passed))
    return f"?{urlencode(values)}" if values else ""


def _address(request: HttpRequest, project: Project, passed: tuple[int, ...] = ()) -> str:
    return reverse("web:projects:review_alike", args=[project.slug]) + _query(request, passed)


def _numbers(text: str) -> tuple[int, ...]:
    """Return ids of detections; what is none is left out."""
    return tuple(int(part) for part in text.split(",") if part.isdecimal() and len(part) < 19)
