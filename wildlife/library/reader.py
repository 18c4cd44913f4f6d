"""Whose library it is: what they see, and what they own."""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import QuerySet
from django.http import HttpRequest

from wildlife.library.models import Job, SavedFilter, Tag
from wildlife.photos.models import Photo, Upload
from wildlife.photos.selectors import guest_of, listed_for
from wildlife.projects.rights import Right, projects_with


@dataclass(frozen=True, slots=True)
class Reader:
    """A user, the guest of a session, or a user whose session has a guest's photos too."""

    user: AbstractBaseUser | AnonymousUser
    guest: str

    def photos(self, project: str = "") -> QuerySet[Photo]:
        """Return what their library shows: their own, or those of a project by its slug.

        Guests' photos become a user's at the sign-in. Where none is left behind, which is the rule,
        "mine or the guest's" is asked as "mine" alone: that, an index answers.
        """
        if project:
            named = projects_with(self.user).filter(slug=project).first()
            return listed_for(self.user, "", named) if named else Photo.objects.none()
        guest = self.guest
        if self.user.is_authenticated and guest:
            left = Photo.objects.filter(owner=None, project=None, guest=guest)
            guest = guest if left.exists() else ""
        return listed_for(self.user, guest)

    def knows_places(self, project: str) -> bool:
        """Whether they may know exactly where the photos that they list were taken."""
        exact = projects_with(self.user, Right.SEE_PLACES)
        return not project or exact.filter(slug=project).exists()

    @property
    def owner(self) -> dict[str, object]:
        """Return the columns of what they own, for rows to make and to find."""
        if isinstance(self.user, User):
            return {"owner": self.user, "guest": ""}
        return {"owner": None, "guest": self.guest}

    def tags(self) -> QuerySet[Tag]:
        return Tag.objects.filter(**self.owner) if self._somebody else Tag.objects.none()

    def saved_filters(self) -> QuerySet[SavedFilter]:
        if not self._somebody:
            return SavedFilter.objects.none()
        return SavedFilter.objects.filter(**self.owner)

    def uploads(self) -> QuerySet[Upload]:
        """Return their own uploads, the newest first."""
        return Upload.objects.filter(**self.owner) if self._somebody else Upload.objects.none()

    def jobs(self) -> QuerySet[Job]:
        return Job.objects.filter(**self.owner) if self._somebody else Job.objects.none()

    @property
    def _somebody(self) -> bool:
        return bool(self.user.is_authenticated or self.guest)


def reader_of(request: HttpRequest, *, create: bool = False) -> Reader:
    """Return who asks. `create` gives a guest who has none yet a secret to own things by."""
    create = create and not request.user.is_authenticated
    return Reader(request.user, guest_of(request, create=create))


def reader_of_job(job: Job) -> Reader:
    """Return whom a job works for."""
    return Reader(job.owner or AnonymousUser(), job.guest)
