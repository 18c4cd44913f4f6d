"""What an import did, or would do, in sentences."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wildlife.exchange.imports.models import Import
from wildlife.exchange.imports.readers import READERS


def format_of(job: Import) -> str:
    """Return what a file is, "" before that is known."""
    reader = READERS.get(job.format)
    return str(reader.title) if reader else ""


def sentences(job: Import) -> Iterator[str]:
    """Yield what the counts of an import say, the most important first."""
    told = job.counts.get
    yield ngettext(
        "%(matched)s of %(count)s photo in the file is here",
        "%(matched)s of %(count)s photos in the file are here",
        told("photos", 0),
    ) % {"matched": told("matched", 0), "count": told("photos", 0)}
    for count, text in (
        (told("photos_added", 0),
         lambda n: ngettext("%(count)s photo comes with the file",
                            "%(count)s photos come with the file", n)),
        (told("deployments", 0),
         lambda n: ngettext("%(count)s deployment is new or changes",
                            "%(count)s deployments are new or change", n)),
        (told("verdicts_new", 0),
         lambda n: ngettext("%(count)s verdict of people is new",
                            "%(count)s verdicts of people are new", n)),
        (told("verdicts_changed", 0),
         lambda n: ngettext("%(count)s verdict of an earlier import changes",
                            "%(count)s verdicts of an earlier import change", n)),
        (told("answers_new", 0),
         lambda n: ngettext("%(count)s answer of other models is new",
                            "%(count)s answers of other models are new", n)),
        (told("assigned", 0),
         lambda n: ngettext("%(count)s photo comes to its deployment",
                            "%(count)s photos come to their deployments", n)),
        (told("times", 0),
         lambda n: ngettext("%(count)s photo gets the time it was taken at",
                            "%(count)s photos get the time they were taken at", n)),
        (told("verdicts_same", 0) + told("answers_same", 0),
         lambda n: ngettext("%(count)s answer is here already",
                            "%(count)s answers are here already", n)),
    ):  # fmt: skip
        if count:
            yield text(count) % {"count": count}


def headline(job: Import) -> str:
    """Return how an import stands, in a sentence."""
    return {
        Import.State.CHECKING: _("The file is being looked through. Nothing changes by that."),
        Import.State.READY: _("This is what it would do. Nothing has changed yet."),
        Import.State.RUNNING: _("It is being imported. You can leave this page."),
        Import.State.DONE: _("It is imported."),
        Import.State.FAILED: _("This file cannot be imported."),
        Import.State.CANCELLED: _("This import was cancelled. What it had changed has stayed."),
    }[Import.State(job.state)]


def changes_something(job: Import) -> bool:
    """Whether there is anything to confirm."""
    names = ("photos_added", "deployments", "verdicts_new", "verdicts_changed", "answers_new",
             "assigned", "times")  # fmt: skip
    return any(job.counts.get(name) for name in names)
