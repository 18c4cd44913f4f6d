"""The tabs on the pages of a project: each for those who have its right."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext_lazy

from wildlife.projects.models import Project
from wildlife.projects.rights import Right, Somebody, rights_in
from wildlife.web.review.waiting import waiting_in_words


@dataclass(frozen=True, slots=True)
class Tab:
    """`key` is what a page gives as `tab`, so that its own is marked; `count` is "" for none."""

    key: str
    title: str
    url: str
    count: str = ""


_TABS = (
    ("page", gettext_lazy("Overview"), Right.SEE),
    ("photos", gettext_lazy("Photos"), Right.SEE),
    ("deployments", gettext_lazy("Deployments"), Right.SEE),
    ("events", gettext_lazy("Events"), Right.SEE),
    ("review", gettext_lazy("Review"), Right.REVIEW),
    ("quality", gettext_lazy("Quality"), Right.SEE),
    ("exports", gettext_lazy("Exports"), Right.SEE),
    ("imports", gettext_lazy("Imports"), Right.CURATE),
    ("members", gettext_lazy("Members"), Right.SEE),
    ("alerts", gettext_lazy("Alerts"), Right.SEE),
    ("settings", gettext_lazy("Settings"), Right.MANAGE),
)
"""Each tab is the page of this name in `web:projects`; photos are shown by the library."""


def tabs_of(user: Somebody, project: Project) -> Iterator[Tab]:
    """Yield the tabs of a project that somebody may open. Two queries."""
    rights = rights_in(user, project)
    for key, title, right in _TABS:
        if right in rights:
            url = (
                library_of(project)
                if key == "photos"
                else reverse(f"web:projects:{key}", args=[project.slug])
            )
            count = ""
            if key == "review" and isinstance(user, User):
                count = waiting_in_words(project, user)
            yield Tab(key, str(title), url, count)


def library_of(project: Project) -> str:
    """Return the address of a project's photos in the library."""
    return f"{reverse('web:library:gallery')}?{urlencode({'project': project.slug})}"
