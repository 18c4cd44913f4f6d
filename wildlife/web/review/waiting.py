"""How much there is to look at, as links to a queue tell it."""

from django.contrib.auth.models import User

from wildlife.projects.models import Project
from wildlife.review.queue import MOST_COUNTED, waiting_for


def waiting_in_words(project: Project | None, user: User) -> str:
    """Return how many photos wait for a word, "" for none; a large number only roughly.

    They are those of a project, else the user's own. One query.
    """
    count = waiting_for(project, user)
    if count == 0:
        return ""
    return f"{count - 1:,}+" if count == MOST_COUNTED else f"{count:,}"
