"""Deployments as a table with Camtrap DP's columns: written, and read with what is wrong in it."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext_noop as _

from wildlife.exchange.formats.base import cell
from wildlife.exchange.formats.camtrap_dp import DEPLOYMENTS
from wildlife.exchange.records import clock
from wildlife.exchange.sentences import Values, sentence
from wildlife.photos.deployments import places_change
from wildlife.photos.origins import EARLIEST, LATEST
from wildlife.projects.activities import note
from wildlife.projects.models import Deployment, Project
from wildlife.projects.places import shown
from wildlife.projects.rights import Somebody

FIELDS: Mapping[str, str] = {
    "deploymentID": "name",
    "locationID": "location_id",
    "locationName": "location_name",
    "latitude": "latitude",
    "longitude": "longitude",
    "coordinateUncertainty": "coordinate_uncertainty",
    "deploymentStart": "start",
    "deploymentEnd": "end",
    "setupBy": "setup_by",
    "cameraID": "camera_id",
    "cameraModel": "camera_model",
    "cameraDelay": "camera_delay",
    "cameraHeight": "camera_height",
    "cameraDepth": "camera_depth",
    "cameraTilt": "camera_tilt",
    "cameraHeading": "camera_heading",
    "detectionDistance": "detection_distance",
    "timestampIssues": "timestamp_issues",
    "baitUse": "bait_use",
    "featureType": "feature_type",
    "habitat": "habitat",
    "deploymentGroups": "groups",
    "deploymentTags": "tags",
    "deploymentComments": "comments",
}
"""From Camtrap DP's columns to the model's."""
_COLUMNS = {column: field for field, column in FIELDS.items()}
MOST_ROWS = 5000
MOST_BYTES = 2_000_000
_PORTION = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is left out. `line` counts from 1, the heading included; `column` may be "".

    `pattern` is a sentence in English, with places for `values`.
    """

    line: int
    column: str
    pattern: str
    values: Values = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The sentence in the reader's language."""
        return sentence(self.pattern, self.values)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a table would do: `same` rows are as the project has them already.

    `ignored` are columns that mean nothing here.
    """

    new: tuple[Deployment, ...] = ()
    changed: tuple[Deployment, ...] = ()
    same: int = 0
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()


def write(deployments: Iterable[Deployment], *, exact: bool) -> str:
    """Return the table. Without `exact` places are told only roughly."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(DEPLOYMENTS)
    for row in deployments:
        told = shown(row, exact=exact)
        writer.writerow([_written(told, name) for name in DEPLOYMENTS])
    return text.getvalue()


def _written(row: Deployment, column: str) -> str:
    value = getattr(row, FIELDS[column])
    return cell(clock(value, None, row.time_zone) if isinstance(value, datetime) else value)


def read(project: Project, text: str, zone: str) -> Reading:
    """Read a table: what it would add and change, and what is wrong with the rest.

    A row changes the deployment of its name, in the columns that the table has; others are new,
    with the time zone `zone`. Nothing is saved. One query.
    """
    rows = csv.reader(io.StringIO(text), _dialect(text), strict=True)
    try:
        heading = [name.strip() for name in next(rows, [])]
        lines = [(rows.line_num, row) for row in rows if any(one.strip() for one in row)]
    except csv.Error as error:
        reason = _("This is no CSV from here on: %(error)s")
        return Reading(problems=(Problem(rows.line_num, "", reason, {"error": str(error)}),))
    if wrong := _wrong_heading(heading, len(lines)):
        return Reading(problems=(wrong,))
    there = {row.name: row for row in project.deployments.all()}
    new: list[Deployment] = []
    changed: list[Deployment] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    same = 0
    for line, cells in lines:
        plain = (one.replace("\0", "").strip() for one in cells)
        values = dict(zip(heading, plain, strict=False))
        name = values.get("deploymentID", "")
        if name in seen:
            told = _("This is on line %(line)d already.")
            problems.append(Problem(line, "deploymentID", told, {"line": seen[name]}))
            continue
        seen[name] = line
        held = there.get(name)
        before = _state(held) if held else None
        row = held or Deployment(project=project, time_zone=zone)
        if wrong_cells := _fill(row, line, values):
            problems += wrong_cells
        elif before is None:
            new.append(row)
        elif before == _state(row):
            same += 1
        else:
            changed.append(row)
    ignored = tuple(name for name in heading if name and name not in FIELDS)
    return Reading(tuple(new), tuple(changed), same, tuple(problems), ignored)


@transaction.atomic
def carry_out(reading: Reading, project: Project, by: Somebody) -> int:
    """Keep what was read, as far as nothing was wrong; return how many are new or changed."""
    Deployment.objects.bulk_create(reading.new, batch_size=_PORTION)
    places_change(reading.changed)
    Deployment.objects.bulk_update(reading.changed, list(FIELDS.values()), batch_size=_PORTION)
    count = len(reading.new) + len(reading.changed)
    if count:
        note(project, "deployments_imported", by, count=count)
    return count


def _dialect(text: str) -> type[csv.Dialect]:
    """Return how the cells are parted: spreadsheets of many countries write semicolons."""
    heading = text.split("\n", 1)[0]

    class Parted(csv.excel):
        delimiter = max(",;\t", key=heading.count)

    return Parted


def _wrong_heading(heading: list[str], rows: int) -> Problem | None:
    if "deploymentID" not in heading:
        told = _("There is no column deploymentID. The first line has to name the columns.")
        return Problem(1, "", told)
    if len(set(heading)) < len(heading):
        return Problem(1, "", _("Two columns have the same name."))
    if rows > MOST_ROWS:
        told = _("These are more than %(most)d rows. Take them in parts.")
        return Problem(1, "", told, {"most": MOST_ROWS})
    return None


def _state(row: Deployment) -> list[object]:
    return [getattr(row, name) for name in FIELDS.values()]


def _fill(row: Deployment, line: int, values: Mapping[str, str]) -> list[Problem]:
    """Set on a deployment what a row says; return what is wrong with it."""
    wrong: list[Problem] = []
    for column, name in FIELDS.items():
        if column not in values:
            continue
        try:
            setattr(row, name, _value(name, values[column], row.time_zone))
        except ValidationError as error:
            wrong += _problems(line, column, error)
    if not wrong:
        try:
            row.clean()
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                wrong += _problems(line, _COLUMNS.get(name, ""), ValidationError(errors))
    return wrong


def _problems(line: int, column: str, error: ValidationError) -> Iterator[Problem]:
    """Yield each thing that is wrong, in English: who reads it speaks any language."""
    with translation.override(None):
        for one in error.error_list:
            yield Problem(line, column, str(one.message), one.params or {})


def _value(name: str, text: str, zone: str) -> object:
    """Return what a cell says. Raises ValidationError."""
    field = Deployment._meta.get_field(name)
    assert isinstance(field, models.Field)
    if not text and field.null:
        return None
    if isinstance(field, models.DateTimeField):
        return _moment(text, zone)
    if isinstance(field, models.BooleanField):
        if text.lower() not in ("true", "false"):
            raise ValidationError(_("Write true or false, or nothing."))
        return text.lower() == "true"
    if field.max_length and len(text) > field.max_length:
        most = {"most": field.max_length}
        raise ValidationError(_("This is longer than %(most)d characters."), params=most)
    value = field.clean(text, None)
    if isinstance(value, float) and not isfinite(value):
        raise ValidationError(_("“%(text)s” is no number."), params={"text": text})
    return value


def _moment(text: str, zone: str) -> datetime:
    """Return a time as the clock on the spot shows it, kept as if it were UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValidationError(
            _("“%(text)s” is no date with a time such as 2026-05-31T14:05:00+03:00."),
            params={"text": text},
        ) from error
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(ZoneInfo(zone))
        except OverflowError:
            moment = datetime.max
    moment = moment.replace(tzinfo=UTC)
    if not EARLIEST <= moment <= LATEST:
        raise ValidationError(_("No camera stood there in that year."))
    return moment
