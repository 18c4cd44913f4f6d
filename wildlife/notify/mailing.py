"""Mails about what alerts found: one for all that an alert found meanwhile."""

from collections.abc import Iterator, Sequence
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from wildlife.notify.models import Alert, Sighting
from wildlife.projects.rights import Right, may
from wildlife.species.cards import common_names_for

log = structlog.get_logger(__name__)

MOST_TOLD = 20
"""So many photos are named in a mail; of the others it says how many they are."""
_signer = Signer(salt="wildlife.notify.mailing")


def send_due() -> int:
    """Mail what alerts found to those whose alerts they are; return how many mails that were.

    Where mail cannot be sent now, it is tried again the next time. Whoever left the project or has
    no address is told nothing.
    """
    sent = 0
    due = Alert.objects.filter(sightings__mail_due=True).distinct()
    for alert in due.select_related("user", "project"):
        waiting = alert.sightings.filter(mail_due=True)
        found = list(waiting.select_related("photo", "taxon").order_by("at", "pk"))
        wanted = alert.active and alert.by_mail and alert.user.email
        if wanted and may(alert.user, Right.SEE, alert.project):
            try:
                _mail(alert, found)
            except (SMTPException, OSError) as error:
                log.warning("alert_not_mailed", alert=str(alert.pk), error=type(error).__name__)
                continue
            sent += 1
        Sighting.objects.filter(pk__in=[one.pk for one in found]).update(mail_due=False)
    return sent


def alert_of(token: str) -> Alert | None:
    """Return the alert whose mails a link in them ends; None where the link is none of ours."""
    try:
        pk = _signer.unsign(token)
    except BadSignature:
        return None
    return Alert.objects.filter(pk=pk).select_related("project").first()


def token_of(alert: Alert) -> str:
    """Return what `alert_of` reads."""
    return _signer.sign(str(alert.pk))


def stop_link(alert: Alert) -> str:
    """Return the address that ends an alert's mails, for whoever has it: no account is needed."""
    path = reverse("web:stop_alert", args=[token_of(alert)])
    return alert.site.rstrip("/") + path


def _mail(alert: Alert, found: Sequence[Sighting]) -> None:
    with override(alert.language):
        stop = stop_link(alert)
        names = common_names_for({one.taxon.slug for one in found}, alert.language)
        text = render_to_string(
            "web/notify/mail.txt",
            {
                "alert": alert,
                "lines": list(_lines(alert, found[:MOST_TOLD], names)),
                "more": max(0, len(found) - MOST_TOLD),
                "stop": stop,
            },
        )
        title = ngettext(
            "%(alert)s: %(count)d photo", "%(alert)s: %(count)d photos", len(found)
        ) % {"alert": alert.name, "count": len(found)}
        EmailMessage(
            subject=settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + " ".join(title.split()),
            body=text,
            to=[alert.user.email],
            headers={
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        ).send()


def _lines(
    alert: Alert, found: Sequence[Sighting], names: dict[str, str]
) -> Iterator[dict[str, str]]:
    for one in found:
        name = names.get(one.taxon.slug, "")
        yield {
            "name": f"{name} ({one.taxon.scientific_name})" if name else one.taxon.scientific_name,
            "sure": _("%(percent)d %% sure") % {"percent": round(100 * one.confidence)},
            "link": alert.site.rstrip("/") + one.photo.get_absolute_url(),
        }
