"""What a guest uploaded becomes that of the account that they make or sign in to."""

import structlog
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from wildlife.accounts.belongings import owned_by_guests
from wildlife.identifications.models import Verdict
from wildlife.photos.models import Photo
from wildlife.photos.services import delete_all

log = structlog.get_logger(__name__)


def adopt(guest: str, user: User) -> int:
    """Move all of a guest's rows to a user, each exactly once; return how many photos moved.

    A photo that the user already has is deleted: theirs stays. One that is being looked at just
    then stays the guest's, is shown as long as the session lasts, and goes with the next sign-in.
    """
    if not guest:
        return 0
    try:
        moved = _adopt(guest, user)
    except IntegrityError:
        # The user uploaded one of the photos from elsewhere at this moment: now it is known.
        moved = _adopt(guest, user)
    if moved:
        log.info("guest_adopted", user=user.pk, photos=moved)
    return moved


@transaction.atomic
def _adopt(guest: str, user: User) -> int:
    theirs = Photo.objects.filter(owner=None, project=None, guest=guest)
    known = Exists(Photo.objects.filter(owner=user, sha256=OuterRef("sha256")))
    said = Verdict.objects.filter(photo__in=theirs.exclude(known), given_by=None, source="")
    said.update(given_by=user)
    # One statement: of two sign-ins at once, the second finds no guest's photos any more.
    moved = theirs.exclude(known).update(owner=user, guest="")
    delete_all(theirs.filter(known))
    for model in owned_by_guests():
        model._default_manager.filter(owner=None, guest=guest).update(owner=user, guest="")
    return moved
