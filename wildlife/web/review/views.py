"""The queue: photo after photo, answered by keys, touch, or plain forms."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wildlife.library.wish import Wish
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, project_or_404
from wildlife.review import accepting, speaking
from wildlife.review.models import Acceptance
from wildlife.review.queue import Order, Queue, group_of, release
from wildlife.web.projects.access import for_users, user_of
from wildlife.web.review.forms import AcceptForm, WordForm
from wildlife.web.review.turns import turns_of

AHEAD = 8
"""Photos that are on the page, the first of them to be seen: the others are loaded before."""
MOST_WITHOUT = 60
MOST_SHOWN = 5


@require_safe
@for_users
def queue(request: HttpRequest, slug: str) -> HttpResponse:
    """What waits for the reviewer."""
    project = project_or_404(request, slug, Right.REVIEW)
    wanted = _queue(request, project, request.GET)
    photos = wanted.take(AHEAD)
    context = {
        "here": "projects",
        "tab": "review",
        "project": project,
        "queue": wanted,
        "orders": Order.choices,
        "turns": turns_of(project, photos, by_event=wanted.by_event),
        "left": wanted.photos().count(),
        "form": WordForm(),
        "accept": AcceptForm(),
        "acceptances": Acceptance.objects.filter(project=project, by=user_of(request))[:MOST_SHOWN],
        "filters": wanted.wish.without("project").chosen,
    }
    return render(request, "web/review/queue.html", context)


@require_safe
@for_users
def more(request: HttpRequest, slug: str) -> HttpResponse:
    """The next photos, without those that the page has (`without`), and how many are left."""
    project = project_or_404(request, slug, Right.REVIEW)
    wanted = _queue(request, project, request.GET)
    without = _ids(request.GET.get("without", ""))
    turns = turns_of(project, wanted.take(AHEAD, without), by_event=wanted.by_event)
    context = {"project": project, "queue": wanted, "turns": turns, "form": WordForm()}
    answer = render(request, "web/review/_turns.html", context)
    answer["X-Left"] = str(wanted.photos().count())
    return answer


@require_POST
@for_users
def say(request: HttpRequest, slug: str) -> HttpResponse:
    """Say something of a photo; scripts get JSON, forms go on with the queue."""
    project = project_or_404(request, slug, Right.REVIEW)
    wanted = _queue(request, project, request.GET)
    form = WordForm(request.POST)
    scripted = request.headers.get("Accept") == "application/json"
    if not form.is_valid():
        problem = " ".join(str(one) for errors in form.errors.values() for one in errors)
        if scripted:
            return JsonResponse({"problem": problem}, status=400)
        messages.error(request, problem)
        return redirect(_address(request, project))
    photo = get_object_or_404(Photo, pk=form.cleaned_data["photo"], project=project)
    group = group_of(photo, by_event=wanted.by_event)
    boxes = form.cleaned_data["boxes"] if len(group) == 1 else []
    ids = [one.pk for one in group]
    batch = speaking.say(ids, user_of(request), form.word(), boxes, form.more())
    if scripted:
        return JsonResponse({"batch": str(batch)})
    return redirect(_address(request, project))


@require_POST
@for_users
def take_back(request: HttpRequest, slug: str) -> HttpResponse:
    """Take back what the reviewer said in one go."""
    project_or_404(request, slug, Right.REVIEW)
    batches = _ids(request.POST.get("batch", ""))
    taken = sum(speaking.take_back(batch, user_of(request)) for batch in batches)
    return JsonResponse({"taken_back": taken})


@require_POST
@for_users
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Let others have photos that the reviewer passes over."""
    project_or_404(request, slug, Right.REVIEW)
    release(user_of(request), _ids(request.POST.get("photos", "")))
    return HttpResponse(status=204)


@require_POST
@for_users
def accept(request: HttpRequest, slug: str) -> HttpResponse:
    """Accept all answers of the queue that are sure enough."""
    project = project_or_404(request, slug, Right.REVIEW)
    wanted = _queue(request, project, request.GET)
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
def undo(request: HttpRequest, slug: str, acceptance_id: UUID) -> HttpResponse:
    """Take back all that the reader accepted in one go, whatever their role is by now."""
    project = project_or_404(request, slug)
    rows = Acceptance.objects.filter(project=project, by=user_of(request))
    accepting.undo(get_object_or_404(rows, pk=acceptance_id))
    messages.success(request, _("It is being taken back."))
    return redirect("web:projects:review", slug)


def _queue(request: HttpRequest, project: Project, query: QueryDict) -> Queue:
    wish = Wish.from_query({**query.dict(), "project": project.slug})
    order = query.get("order", "")
    return Queue(
        project=project,
        user=user_of(request),
        wish=wish,
        order=Order(order) if order in Order.values else Order.UNCERTAIN,
        by_event=query.get("by") == "event",
    )


def _address(request: HttpRequest, project: Project) -> str:
    query = request.GET.urlencode()
    return reverse("web:projects:review", args=[project.slug]) + (f"?{query}" if query else "")


def _ids(text: str) -> list[UUID]:
    ids = []
    for part in text.split(",")[:MOST_WITHOUT]:
        try:
            ids.append(UUID(part))
        except ValueError:
            continue
    return ids
