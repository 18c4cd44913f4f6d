"""What each route needs. A route that is missing here fails `tests/test_routes.py`.

Routes are written as the resolver joins them. `{about}` in a value is filled in from the world
(`tests/routes_world.py`); a route about a photo is asked for a project's and for private ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wildlife.projects.rights import Right


@dataclass(frozen=True)
class Public:
    """Everybody is answered; what they see is their own."""


@dataclass(frozen=True)
class SignedIn:
    """Guests are led to the sign-in, or told 401 where programs ask."""


@dataclass(frozen=True)
class OfUser:
    """A row of one user, `holder`; nobody else's, not even for staff. Pages may ask for a login."""

    holder: str = "other"
    login: bool = False


@dataclass(frozen=True)
class OnPhoto:
    """A photo: a project's needs the right; private ones are their owner's and the staff's."""

    right: Right


@dataclass(frozen=True)
class InProject:
    """Something of a project needs the right. Pages lead guests to the sign-in, whatever exists."""

    right: Right
    login: bool = False


@dataclass(frozen=True)
class OfMember:
    """For members, whatever their role; not for staff who are none."""


Need = Public | SignedIn | OfUser | OnPhoto | InProject | OfMember


@dataclass(frozen=True)
class Row:
    need: Need
    method: str = "GET"
    query: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


PUBLIC, USER = Row(Public()), Row(SignedIn())
ADDRESS = "http://192.0.2.1/photo.jpg"
"""Of no machine: it is refused without asking anybody."""
MINE, MINE_POST = Row(OfUser()), Row(OfUser(), "POST")


def page(right: Right, method: str = "GET", **data: Any) -> Row:
    return Row(InProject(right, login=True), method, data=data)


def chosen(action: str, **more: Any) -> Mapping[str, Any]:
    """What the library's form sends about the project's photo."""
    told = {"action": action, "photo": "{project_photo}", "query": "?project=mara", "tag": "x"}
    return {**told, "sure": "1", **more}


_LIBRARY = [PUBLIC, Row(InProject(Right.SEE), query="?project=mara")]

TABLE: Mapping[str, list[Row]] = {
    # Accounts. What allauth asks beside the sign-in (a password again) is its own.
    "accounts/": [USER],
    "accounts/data/": [USER],
    "accounts/data/<uuid:export_id>/<int:number>.zip": [Row(OfUser(login=True))],
    "accounts/data/<uuid:export_id>/delete": [Row(OfUser(login=True), "POST")],
    "accounts/language/": [Row(Public(), "POST")],
    "accounts/reading/": [USER],
    "accounts/tokens/": [USER],
    "accounts/tokens/<int:token_id>/revoke": [Row(OfUser(login=True), "POST")],
    "accounts/delete/": [USER],
    "accounts/invitation/<str:secret>/": [PUBLIC],
    "accounts/login/": [PUBLIC],
    "accounts/logout/": [PUBLIC],
    "accounts/inactive/": [PUBLIC],
    "accounts/signup/": [PUBLIC],
    "accounts/reauthenticate/": [USER],
    "accounts/email/": [USER],
    "accounts/confirm-email/": [PUBLIC],
    "accounts/password/change/": [USER],
    "accounts/password/set/": [USER],
    "accounts/password/reset/": [PUBLIC],
    "accounts/login/code/confirm/": [],  # sign-in by mailed codes is off
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": [PUBLIC],
    "accounts/password/reset/key/done/": [PUBLIC],
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": [PUBLIC],
    "accounts/password/reset/done/": [PUBLIC],
    "accounts/2fa/": [USER],
    "accounts/2fa/authenticate/": [],  # between the two halves of a sign-in alone
    "accounts/2fa/reauthenticate/": [USER],
    "accounts/2fa/totp/activate/": [USER],
    "accounts/2fa/totp/deactivate/": [],  # these three only where there is a second factor
    "accounts/2fa/recovery-codes/": [],
    "accounts/2fa/recovery-codes/download/": [],
    "accounts/2fa/recovery-codes/generate/": [],
    "accounts/sessions/": [USER],
    # The API.
    "api/": [PUBLIC],
    "api/schema": [PUBLIC],
    "api/docs": [PUBLIC],
    "api/v1/photos": [PUBLIC, Row(InProject(Right.SEE), query="?project=mara"),
                      Row(InProject(Right.UPLOAD), "POST", query="?project=mara")],
    "api/v1/photos/<uuid:photo_id>": [Row(OnPhoto(Right.SEE)),
                                      Row(OnPhoto(Right.CURATE), "DELETE")],
    "api/v1/photos/<uuid:photo_id>/preview": [Row(OnPhoto(Right.SEE))],
    "api/v1/photos/<uuid:photo_id>/original": [Row(OnPhoto(Right.SEE_PEOPLE))],
    "api/v1/photos/<uuid:photo_id>/detections/<int:index>/crop": [Row(OnPhoto(Right.SEE))],
    "api/v1/uploads": [PUBLIC, Row(InProject(Right.UPLOAD), "POST", data={"project": "mara"})],
    "api/v1/uploads/<uuid:upload_id>": [MINE],
    "api/v1/uploads/<uuid:upload_id>/stream": [MINE],
    "api/v1/uploads/<uuid:upload_id>/items": [MINE],
    "api/v1/uploads/<uuid:upload_id>/files": [MINE_POST],
    "api/v1/uploads/<uuid:upload_id>/addresses": [Row(OfUser(), "POST", data={"urls": [ADDRESS]})],
    "api/v1/uploads/<uuid:upload_id>/check": [Row(OfUser(), "POST", data={"sha256": ["0" * 64]})],
    "api/v1/uploads/<uuid:upload_id>/close": [MINE_POST],
    "api/v1/uploads/<uuid:upload_id>/cancel": [MINE_POST],
    "api/v1/uploads/<uuid:upload_id>/retry": [MINE_POST],
    "api/v1/detections": [PUBLIC],
    "api/v1/detections/<int:pk>": [Row(OnPhoto(Right.SEE))],
    "api/v1/identifications": [PUBLIC],
    "api/v1/identifications/<int:pk>": [Row(OnPhoto(Right.SEE))],
    "api/v1/verdicts": [PUBLIC, Row(OnPhoto(Right.REVIEW), "POST",
                                    data={"detection": "{detection}", "taxon": None})],
    "api/v1/verdicts/<int:pk>": [Row(OnPhoto(Right.SEE)), Row(OnPhoto(Right.CURATE), "DELETE")],
    "api/v1/models": [PUBLIC],
    "api/v1/models/<slug:name>@<str:version>": [PUBLIC],
    "api/v1/runs": [PUBLIC],
    "api/v1/runs/<uuid:run_id>": [Row(OnPhoto(Right.SEE))],
    "api/v1/projects": [PUBLIC, Row(SignedIn(), "POST", data={"name": "Another"})],
    "api/v1/projects/<slug:slug>": [
        Row(InProject(Right.SEE)), Row(InProject(Right.MANAGE), "PATCH", data={"name": "Maasai"}),
        Row(InProject(Right.MANAGE), "DELETE", query="?name=Mara")],
    "api/v1/projects/<slug:slug>/hand-over": [
        Row(InProject(Right.MANAGE), "POST", data={"to": "{user_id}"})],
    "api/v1/projects/<slug:slug>/members": [Row(InProject(Right.SEE))],
    "api/v1/projects/<slug:slug>/members/<int:user_id>": [
        Row(InProject(Right.SEE)),
        Row(InProject(Right.MANAGE), "PATCH", data={"role": "reviewer"})],
    "api/v1/projects/<slug:slug>/invitations": [
        Row(InProject(Right.MANAGE)), Row(InProject(Right.MANAGE), "POST")],
    "api/v1/projects/<slug:slug>/invitations/<int:invitation_id>": [
        Row(InProject(Right.MANAGE), "DELETE")],
    "api/v1/projects/<slug:slug>/deployments": [Row(InProject(Right.SEE)),
                                                Row(InProject(Right.CURATE), "POST")],
    "api/v1/projects/<slug:slug>/events": [Row(InProject(Right.SEE))],
    "api/v1/deployments/<uuid:deployment_id>": [Row(InProject(Right.SEE)),
                                                Row(InProject(Right.CURATE), "PATCH"),
                                                Row(InProject(Right.CURATE), "DELETE")],
    "api/v1/events/<uuid:event_id>": [Row(InProject(Right.SEE))],
    "api/v1/exports": [PUBLIC, Row(InProject(Right.SEE), "POST",
                                   data={"project": "mara", "format": "csv"})],
    "api/v1/exports/<uuid:exported>": [MINE],
    "api/v1/exports/<uuid:exported>/file": [MINE],
    "api/v1/imports": [PUBLIC, Row(InProject(Right.CURATE), "POST", query="?project=mara")],
    "api/v1/imports/<uuid:import_id>": [Row(InProject(Right.CURATE))],
    "api/v1/imports/<uuid:import_id>/problems": [Row(InProject(Right.CURATE))],
    "api/v1/imports/<uuid:import_id>/confirm": [Row(InProject(Right.CURATE), "POST")],
    "api/v1/imports/<uuid:import_id>/cancel": [Row(InProject(Right.CURATE), "POST")],
    "api/v1/projects/<slug:slug>/webhooks": [
        Row(InProject(Right.MANAGE)),
        Row(InProject(Right.MANAGE), "POST", data={"address": ADDRESS, "kinds": ["alert"]})],
    "api/v1/webhooks/<uuid:webhook_id>": [
        Row(InProject(Right.MANAGE)), Row(InProject(Right.MANAGE), "PATCH"),
        Row(InProject(Right.MANAGE), "DELETE")],
    "api/v1/webhooks/<uuid:webhook_id>/test": [Row(InProject(Right.MANAGE), "POST")],
    "api/v1/webhooks/<uuid:webhook_id>/deliveries": [Row(InProject(Right.MANAGE))],
    "api/v1/webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/again": [
        Row(InProject(Right.MANAGE), "POST")],
    "api/v1/projects/<slug:slug>/alerts": [
        Row(InProject(Right.SEE)),
        Row(InProject(Right.SEE), "POST", data={"name": "New", "first": True})],
    "api/v1/alerts/<uuid:alert_id>": [
        Row(OfUser("viewer")), Row(OfUser("viewer"), "PATCH", data={"first": True}),
        Row(OfUser("viewer"), "DELETE")],
    "api/v1/taxa": [PUBLIC],
    "api/v1/taxa/<slug:slug>": [PUBLIC],
    # The place itself.
    "healthz": [PUBLIC],
    "readyz": [],  # open, and about Redis and the disk
    "metrics": [],  # for who brings METRICS_TOKEN: tests/ops
    # Pages.
    "": [PUBLIC],
    "help/": [PUBLIC],
    "about/": [PUBLIC],
    "favicon.ico": [PUBLIC],
    "robots.txt": [PUBLIC],
    "species/": [PUBLIC],
    "species/outlines/<slug:version>.json": [PUBLIC],
    "species/<slug:slug>/": [PUBLIC],
    "library/": _LIBRARY,
    "library/map/": _LIBRARY,
    "library/map/clusters": _LIBRARY,
    "library/times/": _LIBRARY,
    "library/species/": _LIBRARY,
    "library/animals": [PUBLIC],
    "library/change": [
        Row(InProject(Right.SEE), "POST", data=chosen("csv")),
        Row(InProject(Right.SEE_PEOPLE), "POST", data=chosen("zip")),
        *(Row(InProject(Right.CURATE), "POST", data=chosen(action))
          for action in ("tag", "untag", "again", "delete")),
        Row(InProject(Right.CURATE), "POST", data=chosen("assign", deployment="{deployment_id}")),
        Row(InProject(Right.UPLOAD), "POST", data=chosen("move", query="", target="mara")),
    ],
    "library/jobs/<uuid:job_id>": [PUBLIC],
    "library/jobs/<uuid:job_id>/undo": [MINE_POST],
    "library/filters": [Row(Public(), "POST")],
    "library/filters/<int:pk>/delete": [MINE_POST],
    "exports/": [USER],
    "exports/<uuid:exported>/download": [Row(OfUser(login=True))],
    "exports/<uuid:exported>/delete": [Row(OfUser(login=True), "POST")],
    "projects/<slug:slug>/exports/": [page(Right.SEE)],
    "imports/": [USER],
    "imports/<uuid:import_id>/": [Row(OfUser(login=True))],
    "imports/<uuid:import_id>/confirm": [Row(OfUser(login=True), "POST")],
    "imports/<uuid:import_id>/cancel": [Row(OfUser(login=True), "POST")],
    "imports/<uuid:import_id>/problems.csv": [Row(OfUser(login=True))],
    "projects/<slug:slug>/imports/": [page(Right.CURATE)],
    "projects/<slug:slug>/imports/<uuid:import_id>/": [page(Right.CURATE)],
    "projects/<slug:slug>/imports/<uuid:import_id>/confirm": [page(Right.CURATE, "POST")],
    "projects/<slug:slug>/imports/<uuid:import_id>/cancel": [page(Right.CURATE, "POST")],
    "projects/<slug:slug>/imports/<uuid:import_id>/problems.csv": [page(Right.CURATE)],
    "uploads/": [Row(InProject(Right.UPLOAD), "POST", query="?project=mara")],
    "uploads/<uuid:upload_id>/": [MINE],
    "uploads/<uuid:upload_id>/items": [MINE_POST],
    "uploads/<uuid:upload_id>/check": [MINE_POST],
    "uploads/<uuid:upload_id>/file": [Row(OfUser(), "POST", data={"item": "{item}"})],
    "uploads/<uuid:upload_id>/part": [Row(OfUser(), "POST", data={"item": "{archive}"})],
    "uploads/<uuid:upload_id>/standing": [MINE],
    "uploads/<uuid:upload_id>/problems": [MINE],
    "uploads/<uuid:upload_id>/again": [MINE_POST],
    "uploads/<uuid:upload_id>/clock": [MINE, MINE_POST],
    "uploads/<uuid:upload_id>/place": [MINE, MINE_POST],
    "photos/": [Row(Public(), "POST"),
                Row(InProject(Right.UPLOAD), "POST", data={"project": "mara"})],
    "photos/grid": [PUBLIC],
    "photos/<uuid:photo_id>/": [Row(OnPhoto(Right.SEE))],
    "photos/<uuid:photo_id>/live": [Row(OnPhoto(Right.SEE))],
    "photos/<uuid:photo_id>/delete": [Row(OnPhoto(Right.CURATE), "POST")],
    "photos/<uuid:photo_id>/again": [Row(OnPhoto(Right.CURATE), "POST")],
    "photos/<uuid:photo_id>/say": [Row(OnPhoto(Right.REVIEW), "POST", data={"say": "unsure"})],
    "photos/<uuid:photo_id>/take-back": [Row(OnPhoto(Right.REVIEW), "POST")],
    "photos/<uuid:photo_id>/origin": [Row(OnPhoto(Right.CURATE)),
                                      Row(OnPhoto(Right.CURATE), "POST")],
    "photos/<uuid:photo_id>/preview": [Row(OnPhoto(Right.SEE))],
    "photos/<uuid:photo_id>/thumb": [Row(OnPhoto(Right.SEE))],
    "photos/<uuid:photo_id>/crops/<int:index>": [Row(OnPhoto(Right.SEE))],
    "photos/<uuid:photo_id>/original": [Row(OnPhoto(Right.SEE_PEOPLE))],
    # The review of one's own photos.
    "review/": [USER],
    "review/more": [USER],
    "review/say": [
        Row(SignedIn(), "POST"),
        Row(OfUser(login=True), "POST", data={"photo": "{own_photo}", "say": "accept"})],
    "review/take-back": [Row(SignedIn(), "POST")],
    "review/leave": [Row(SignedIn(), "POST")],
    "review/accept": [Row(SignedIn(), "POST", data={"percent": "95"})],
    "review/acceptances/<uuid:acceptance_id>/undo": [Row(OfUser(login=True), "POST")],
    # Projects.
    "projects/": [PUBLIC],
    "projects/new/": [USER, Row(SignedIn(), "POST", data={"name": "Another"})],
    "projects/join/<str:secret>/": [PUBLIC],
    "projects/<slug:slug>/": [page(Right.SEE)],
    "projects/<slug:slug>/upload/": [page(Right.UPLOAD)],
    "projects/<slug:slug>/activity/": [page(Right.SEE)],
    "projects/<slug:slug>/members/": [page(Right.SEE), page(Right.MANAGE, "POST", role="owner")],
    "projects/<slug:slug>/members/<int:user_id>/role": [page(Right.MANAGE, "POST", role="owner")],
    "projects/<slug:slug>/members/<int:user_id>/remove": [page(Right.MANAGE, "POST")],
    "projects/<slug:slug>/leave": [Row(OfMember(), "POST")],
    "projects/<slug:slug>/invitations/<int:pk>/revoke": [page(Right.MANAGE, "POST")],
    "projects/<slug:slug>/review/": [page(Right.REVIEW)],
    "projects/<slug:slug>/review/more": [page(Right.REVIEW)],
    "projects/<slug:slug>/review/say": [
        page(Right.REVIEW, "POST", photo="{project_photo}", say="accept")],
    "projects/<slug:slug>/review/take-back": [page(Right.REVIEW, "POST")],
    "projects/<slug:slug>/review/leave": [page(Right.REVIEW, "POST")],
    "projects/<slug:slug>/review/accept": [page(Right.REVIEW, "POST", percent="95")],
    "projects/<slug:slug>/review/acceptances/<uuid:acceptance_id>/undo": [
        Row(OfUser("reviewer", login=True), "POST")],
    "projects/<slug:slug>/review/alike/": [page(Right.REVIEW)],
    "projects/<slug:slug>/review/alike/say": [
        page(Right.REVIEW, "POST", boxes="{detection}", say="unsure")],
    "projects/<slug:slug>/review/alike/take-back": [page(Right.REVIEW, "POST")],
    "projects/<slug:slug>/quality/": [page(Right.SEE)],
    "projects/<slug:slug>/quality.csv": [page(Right.SEE)],
    "projects/<slug:slug>/quality/accept-above": [page(Right.MANAGE, "POST", percent="95")],
    "projects/<slug:slug>/deployments/": [page(Right.SEE)],
    "projects/<slug:slug>/deployments/new/": [
        page(Right.CURATE), page(Right.CURATE, "POST", name="C2", time_zone="UTC"),
    ],
    "projects/<slug:slug>/deployments/import/": [
        page(Right.CURATE), page(Right.CURATE, "POST", table="deploymentID\nC2\n", sure="1"),
    ],
    "projects/<slug:slug>/deployments/export.csv": [page(Right.SEE)],
    "projects/<slug:slug>/deployments/assign/": [
        page(Right.CURATE), page(Right.CURATE, "POST", by="time"),
    ],
    "projects/<slug:slug>/deployments/effort/": [page(Right.SEE)],
    "projects/<slug:slug>/deployments/effort.csv": [page(Right.SEE)],
    "projects/<slug:slug>/deployments/<uuid:deployment_id>/": [page(Right.SEE)],
    "projects/<slug:slug>/deployments/<uuid:deployment_id>/change/": [
        page(Right.CURATE), page(Right.CURATE, "POST", name="C1", time_zone="UTC"),
    ],
    "projects/<slug:slug>/deployments/<uuid:deployment_id>/clock/": [
        page(Right.CURATE), page(Right.CURATE, "POST", direction="later", days="1"),
    ],
    "projects/<slug:slug>/deployments/<uuid:deployment_id>/delete/": [
        page(Right.CURATE), page(Right.CURATE, "POST"),
    ],
    "projects/<slug:slug>/events/": [page(Right.SEE)],
    "projects/<slug:slug>/events/<uuid:event_id>/": [page(Right.SEE)],
    "projects/<slug:slug>/alerts/": [page(Right.SEE), page(Right.SEE, "POST")],
    "projects/<slug:slug>/alerts/<uuid:alert_id>/": [Row(OfUser("viewer", login=True))],
    "projects/<slug:slug>/alerts/<uuid:alert_id>/delete": [
        Row(OfUser("viewer", login=True), "POST")],
    "alerts/stop/<str:token>/": [PUBLIC],
    "projects/<slug:slug>/webhooks/": [page(Right.MANAGE), page(Right.MANAGE, "POST")],
    "projects/<slug:slug>/webhooks/<uuid:webhook_id>/": [page(Right.MANAGE)],
    "projects/<slug:slug>/webhooks/<uuid:webhook_id>/on": [page(Right.MANAGE, "POST")],
    "projects/<slug:slug>/webhooks/<uuid:webhook_id>/off": [page(Right.MANAGE, "POST")],
    "projects/<slug:slug>/webhooks/<uuid:webhook_id>/test": [page(Right.MANAGE, "POST")],
    "projects/<slug:slug>/webhooks/<uuid:webhook_id>/renew": [page(Right.MANAGE, "POST")],
    "projects/<slug:slug>/webhooks/<uuid:webhook_id>/delete": [page(Right.MANAGE, "POST")],
    "projects/<slug:slug>/webhooks/<uuid:webhook_id>/messages/<uuid:delivery_id>/again": [
        page(Right.MANAGE, "POST")],
    "projects/<slug:slug>/settings/": [page(Right.MANAGE), page(Right.MANAGE, "POST")],
    "projects/<slug:slug>/hand-over": [page(Right.MANAGE, "POST", to="viewer")],
    "projects/<slug:slug>/delete/": [page(Right.MANAGE), page(Right.MANAGE, "POST", name="Mara")],
}  # fmt: skip
"""From each route outside the admin to what it needs, for each method that it has."""
