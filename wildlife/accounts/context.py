"""What every page knows about accounts."""

from django.conf import settings
from django.http import HttpRequest


def accounts(request: HttpRequest) -> dict[str, object]:
    """Return whether people may sign up by themselves, and whether this copy can send mail."""
    return {"sign_up": settings.SIGN_UP, "mail_set_up": bool(settings.EMAIL_URL)}
