"""Changing many photos at once, taking them along as files, and keeping filters."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from wildlife.library import jobs
from wildlife.library.exports import as_csv, as_zip
from wildlife.library.filters import matching
from wildlife.library.models import Job, SavedFilter, Tag
from wildlife.library.paging import page_of
from wildlife.library.reader import Reader, reader_of
from wildlife.library.wish import Wish
from wildlife.photos.models import Photo
from wildlife.projects.models import Deployment, Project
from wildlife.projects.rights import Right, project_or_404
from wildlife.web.library.doing import job_in_words
from wildlife.web.library.gallery import counted

_RIGHTS: Mapping[str, Right] = {
    "zip": Right.SEE_PEOPLE,
    **dict.fromkeys((Job.Action.TAG, Job.Action.UNTAG, Job.Action.MOVE), Right.CURATE),
    **dict.fromkeys((Job.Action.AGAIN, Job.Action.DELETE, Job.Action.ASSIGN), Right.CURATE),
}
"""Who may do what with the photos of a project; a table of them is for all who see them."""
NO_DEPLOYMENT = "none"
"""What the form sends for taking photos out of their deployment."""
MOST_CHOSEN = 1000
MOST_ZIPPED = 5000


@dataclass(frozen=True, slots=True)
class Selection:
    """The photos that a form is about: those of `ids`, or all that answer the wish."""

    ids: tuple[UUID, ...]
    wish: Wish
    everything: bool

    @classmethod
    def from_form(cls, request: HttpRequest) -> "Selection":
        wish = Wish.from_query(dict(parse_qsl(request.POST.get("query", "").removeprefix("?"))))
        return cls(tuple(_ids(request)), wish, "everything" in request.POST)

    def photos(self, reader: Reader) -> QuerySet[Photo]:
        if self.everything:
            return matching(reader, self.wish)
        return reader.photos(self.wish.project).filter(pk__in=self.ids).order_by("-moment", "-id")


@require_POST
def change(request: HttpRequest) -> HttpResponseBase:
    """Do with the chosen photos what the button says; deleting asks first."""
    reader, chosen = reader_of(request, create=True), Selection.from_form(request)
    action = request.POST.get("action", "")
    back = _back(chosen.wish)
    project = scope_of(request, chosen.wish, _RIGHTS.get(action, Right.SEE))
    if not chosen.everything and not chosen.ids:
        messages.error(request, _("No photo is chosen. Tick some, or all that match."))
        return redirect(back)
    if action == "csv":
        exact = reader.knows_places(chosen.wish.project)
        return _file(as_csv(chosen.photos(reader), exact=exact), "text/csv; charset=utf-8", "csv")
    if action == "zip":
        return _zip(request, reader, chosen)
    if action == Job.Action.DELETE and "sure" not in request.POST:
        count = page_of([chosen.photos(reader)], "", 1).count
        context = {"chosen": chosen, "count": counted(count), "back": back, "here": "library"}
        return render(request, "web/library/delete.html", context)
    if action not in Job.Action.values:
        raise Http404
    if action == Job.Action.MOVE:
        project = _target(request)
        if project is None:
            messages.error(request, _("Choose the project first."))
            return redirect(back)
    deployment = None
    if action == Job.Action.ASSIGN:
        if project is None or not request.POST.get("deployment"):
            messages.error(request, _("Choose the deployment first."))
            return redirect(back)
        deployment = _deployment(request, project)
    tag = None
    if action in (Job.Action.TAG, Job.Action.UNTAG):
        tag = _tag(reader, request.POST.get("tag", ""), make=action == Job.Action.TAG)
        if tag is None:
            messages.error(request, _("Type the label first."))
            return redirect(back)
    wish = chosen.wish if chosen.everything else None
    begun = jobs.start(
        reader,
        action,
        photo_ids=chosen.ids,
        wish=wish,
        tag=tag,
        project=project,
        deployment=deployment,
    )
    return redirect(_back(chosen.wish, job=str(begun.pk)))


def scope_of(request: HttpRequest, wish: Wish, right: Right = Right.SEE) -> Project | None:
    """Return the project whose photos are wished for, None for one's own.

    Raises Http404 where the reader may not know of it, PermissionDenied where they lack the right.
    """
    return project_or_404(request, wish.project, right) if wish.project else None


def _target(request: HttpRequest) -> Project | None:
    """Return the project that photos are to go to. Raises Http404 and PermissionDenied."""
    slug = request.POST.get("target", "")
    return project_or_404(request, slug, Right.UPLOAD) if slug else None


def _deployment(request: HttpRequest, project: Project) -> Deployment | None:
    """Return the chosen deployment of a project, None for "none". Raises Http404."""
    chosen = request.POST.get("deployment", "")
    if chosen == NO_DEPLOYMENT:
        return None
    try:
        return project.deployments.get(pk=UUID(chosen))
    except (ValueError, Deployment.DoesNotExist) as error:
        raise Http404 from error


@require_safe
@never_cache
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """How far a change is, for its polling."""
    told = job_in_words(reader_of(request), str(job_id))
    return render(request, "web/library/_job.html", {"job": told})


@require_POST
def undo(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Take a change of labels back."""
    done = get_object_or_404(reader_of(request).jobs(), pk=job_id)
    jobs.undo(done)
    messages.success(request, _("The labels are as they were before."))
    query = request.POST.get("query", "").removeprefix("?")
    return redirect(_back(Wish.from_query(dict(parse_qsl(query)))))


@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep a filter under a name; one of that name is replaced."""
    reader = reader_of(request, create=True)
    wish = Wish.from_query(dict(parse_qsl(request.POST.get("query", "").removeprefix("?"))))
    name = " ".join(request.POST.get("name", "").split())[:60]
    if not name or not wish.chosen:
        messages.error(request, _("Choose some filters and type a name to keep them under."))
        return redirect(_back(wish))
    kept = reader.saved_filters().filter(name=name).first() or SavedFilter(
        **reader.owner, name=name
    )
    kept.query = wish.query
    kept.save()
    messages.success(request, _("The filter is kept as “%s”.") % name)
    return redirect(_back(wish))


@require_POST
def forget_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a saved filter; the photos stay."""
    kept = get_object_or_404(reader_of(request).saved_filters(), pk=pk)
    kept.delete()
    messages.success(request, _("The filter “%s” is no longer kept.") % kept.name)
    return redirect("web:library:gallery")


def _ids(request: HttpRequest) -> Iterator[UUID]:
    for text in request.POST.getlist("photo")[:MOST_CHOSEN]:
        with suppress(ValueError):
            yield UUID(text)


def _tag(reader: Reader, typed: str, *, make: bool) -> Tag | None:
    name = " ".join(typed.split())[:60]
    if not name:
        return None
    found = reader.tags().filter(name=name).first()
    if found is None and make:
        return Tag.objects.create(**reader.owner, name=name)
    return found


def _zip(request: HttpRequest, reader: Reader, chosen: Selection) -> HttpResponseBase:
    photos = chosen.photos(reader)
    if len(photos.values_list("pk")[: MOST_ZIPPED + 1]) > MOST_ZIPPED:
        messages.error(
            request,
            _("An archive holds at most %(most)s photos. Narrow the filters, by upload or by day.")
            % {"most": f"{MOST_ZIPPED:,}"},
        )
        return redirect(_back(chosen.wish))
    return _file(as_zip(photos), "application/zip", "zip")


def _file(parts: Iterator[str] | Iterator[bytes], media_type: str, end: str) -> HttpResponseBase:
    response = StreamingHttpResponse(parts, content_type=media_type)
    day = timezone.now().date().isoformat()
    response["Content-Disposition"] = f'attachment; filename="wildlife-{day}.{end}"'
    # A proxy that waits for the whole file would make it look as if nothing happened.
    response["X-Accel-Buffering"] = "no"
    return response


def _back(wish: Wish, **more: str) -> str:
    told = urlencode({**wish.chosen, **more})
    return reverse("web:library:gallery") + (f"?{told}" if told else "")
