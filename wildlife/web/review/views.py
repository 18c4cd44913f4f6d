"""The queue: photo after photo, answered by keys, touch, or plain forms.

The same views are about a project's photos, by its `slug`, and without one about the reader's own.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from wildlife.identifications import embeddings
from wildlife.library.wish import Wish
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, may, project_or_404
from wildlife.review import accepting, lookalikes, speaking
from wildlife.review.models import Acceptance
from wildlife.review.queue import Order, Queue, group_of, kept_by, release
from wildlife.web.projects.access import for_users, user_of
from wildlife.web.review.forms import AGREE, CONFIRM, AcceptForm, WordForm
from wildlife.web.review.turns import turns_of

AHEAD = 8
"""Photos that are on the page, the first of them to be seen: the others are loaded before."""
MOST_WITHOUT = 60
MOST_SHOWN = 5
NEW_HERE = {
    True: gettext_lazy("New to this project: it comes again, to be confirmed."),
    False: gettext_lazy("New to this project: it counts once somebody else agrees."),
}
"""What is told of an answer that wants a second look, by whether the reviewer may confirm it."""
ACTS = ("more", "say", "take_back", "leave", "accept")


@require_safe
@for_users
def queue(request: HttpRequest, slug: str = "") -> HttpResponse:
    """What waits for the reviewer."""
    project = _project(request, slug)
    wanted = _queue(request, project)
    acceptances = Acceptance.objects.filter(project=project, by=user_of(request))[:MOST_SHOWN]
    context = _turns(wanted) | {
        "here": "projects" if project else "library",
        "frame": "web/projects/base.html" if project else "web/review/own.html",
        "tab": "review",
        "orders": Order.choices,
        "left": wanted.photos().count(),
        "accept": AcceptForm(),
        "acceptances": [(one, _url(project, "undo", one.pk)) for one in acceptances],
        "filters": wanted.wish.without("project").chosen,
        "alike": _alike(wanted),
    }
    return render(request, "web/review/queue.html", context)


@require_safe
@for_users
def more(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The next photos, without those that the page has (`without`), and how many are left."""
    wanted = _queue(request, _project(request, slug))
    context = _turns(wanted, _ids(request.GET.get("without", "")))
    answer = render(request, "web/review/_turns.html", context)
    answer["X-Left"] = str(wanted.photos().count())
    return answer


@require_POST
@for_users
def say(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Say something of a photo; scripts get JSON, forms go on with the queue."""
    project = _project(request, slug)
    wanted = _queue(request, project)
    form = WordForm(request.POST)
    scripted = request.headers.get("Accept") == "application/json"
    if not form.is_valid():
        problem = " ".join(str(one) for errors in form.errors.values() for one in errors)
        if scripted:
            return JsonResponse({"problem": problem}, status=400)
        messages.error(request, problem)
        return redirect(_address(request, project))
    kept = Photo.objects.filter(kept_by(project, user_of(request)))
    photo = get_object_or_404(kept, pk=form.cleaned_data["photo"])
    group = group_of(photo, by_event=wanted.by_event)
    boxes = form.cleaned_data["boxes"] if len(group) == 1 else []
    ids = [one.pk for one in group]
    by, said = user_of(request), form.cleaned_data["say"]
    if said == AGREE:
        batch = speaking.agree(ids, by, knowingly=wanted.vouches)
    else:
        knowingly = wanted.vouches and said == CONFIRM
        batch = speaking.say(ids, by, form.word(), boxes, form.more(), knowingly=knowingly)
    waits = speaking.waits(batch)
    if scripted:
        return JsonResponse({"batch": str(batch), "waits": waits})
    if waits:
        messages.info(request, NEW_HERE[wanted.vouches])
    return redirect(_address(request, project))


@require_POST
@for_users
def take_back(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Take back what the reviewer said in one go."""
    _project(request, slug)
    batches = _ids(request.POST.get("batch", ""))
    taken = sum(speaking.take_back(batch, user_of(request)) for batch in batches)
    return JsonResponse({"taken_back": taken})


@require_POST
@for_users
def leave(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Let others have photos that the reviewer passes over."""
    _project(request, slug)
    release(user_of(request), _ids(request.POST.get("photos", "")))
    return HttpResponse(status=204)


@require_POST
@for_users
def accept(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Accept all answers of the queue that are sure enough."""
    project = _project(request, slug)
    wanted = _queue(request, project)
    form = AcceptForm(request.POST)
    if form.is_valid():
        above = form.cleaned_data["percent"] / 100
        job = accepting.start(project, user_of(request), wanted.wish, above)
        if job.total:
            messages.success(request, _("Accepted in the background: see below."))
        else:
            messages.info(request, _("No answer that waits is so sure."))
    return redirect(_address(request, project))


@require_POST
@for_users
def undo(request: HttpRequest, acceptance_id: UUID, slug: str = "") -> HttpResponse:
    """Take back all that the reader accepted in one go, whatever their role is by now."""
    project = project_or_404(request, slug) if slug else None
    rows = Acceptance.objects.filter(project=project, by=user_of(request))
    accepting.undo(get_object_or_404(rows, pk=acceptance_id))
    messages.success(request, _("It is being taken back."))
    return redirect(_url(project))


def _project(request: HttpRequest, slug: str) -> Project | None:
    """Return the project that is reviewed; None for the reader's own photos."""
    return project_or_404(request, slug, Right.REVIEW) if slug else None


def _queue(request: HttpRequest, project: Project | None) -> Queue:
    query = request.GET
    wish = Wish.from_query({**query.dict(), "project": project.slug if project else ""})
    order = query.get("order", "")
    return Queue(
        project=project,
        user=user_of(request),
        wish=wish,
        order=Order(order) if order in Order.values else Order.UNCERTAIN,
        by_event=project is not None and query.get("by") == "event",
        vouches=project is not None and may(request.user, Right.CURATE, project),
    )


def _turns(wanted: Queue, without: Sequence[UUID] = ()) -> dict[str, Any]:
    """Return what the turns of a queue are shown with."""
    project = wanted.project
    return {
        "project": project,
        "queue": wanted,
        "turns": turns_of(
            project, wanted.take(AHEAD, without), wanted.user, by_event=wanted.by_event
        ),
        "form": WordForm(),
        "new_here": NEW_HERE[wanted.vouches],
        "urls": {name: _url(project, name) for name in ACTS},
    }


def _alike(wanted: Queue) -> dict[str, Any] | None:
    """Return where the same animals are answered group by group, and how many they are."""
    member = embeddings.embedder() if wanted.project else None
    if wanted.project is None or member is None:
        return None
    return {
        "url": _url(wanted.project, "alike") + wanted.wish.without("project").query,
        "count": lookalikes.count(wanted, member.release),
    }


def _url(project: Project | None, act: str = "", *args: object) -> str:
    """Return the address of the queue, or of something that is done in it."""
    name = f"review_{act}" if act else "review"
    if project is None:
        return reverse(f"web:{name}", args=args)
    return reverse(f"web:projects:{name}", args=[project.slug, *args])


def _address(request: HttpRequest, project: Project | None) -> str:
    query = request.GET.urlencode()
    return _url(project) + (f"?{query}" if query else "")


def _ids(text: str) -> list[UUID]:
    ids = []
    for part in text.split(",")[:MOST_WITHOUT]:
        try:
            ids.append(UUID(part))
        except ValueError:
            continue
    return ids
