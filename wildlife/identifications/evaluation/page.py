"""The evaluation as one page that needs nothing else: no scripts, no files beside it."""

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from PIL import Image

from pipelines.pictures import PictureUnreadable, decode
from pipelines.taxonomy import Tree
from wildlife.identifications.evaluation import charts
from wildlife.identifications.evaluation.figures import Figures, claims_of, reliability
from wildlife.identifications.evaluation.judging import Judgement
from wildlife.identifications.evaluation.results import Evaluation, worst
from wildlife.species.selectors import common_names_for

WORST = 48
THUMBNAIL_SIDE = 288
TILES = (
    ("animals_found", "animals found"),
    ("false_animals", "false animals on empty scenes"),
    ("class_top1", "class right"),
    ("species_top1", "species right"),
    ("species_top5", "species among the first five"),
    ("nameable_top1", "species right, of those an expert knows"),
    ("right_at_claimed_rank", "right at the claimed rank"),
    ("answered_species_or_genus", "answered with a species or genus"),
    ("calibration_error", "calibration error"),
)
SHOWN_OF_A_GROUP = (
    ("animals_found", "found"),
    ("false_animals", "false animals"),
    ("people_found", "people found"),
    ("vehicles_found", "vehicles found"),
    ("class_top1", "class"),
    ("species_top1", "species"),
    ("species_top5", "species, first five"),
    ("nameable_top1", "species an expert knows"),
    ("right_at_claimed_rank", "right as claimed"),
    ("answered_species_or_genus", "species or genus claimed"),
)
LOST = {
    "none": "kept",
    "detector": "lost by the detector",
    "sorting": "lost by the sorting",
    "experts": "lost by the experts",
    "fusion": "lost by the fusion",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One photo that was answered wrongly; the box is in percent of the picture."""

    file: str
    true: str
    said: str
    sure: str
    picture: str = ""
    box: tuple[str, str, str, str] | None = None


def page(result: Evaluation, title: str, tree: Tree, *, pictures: bool) -> str:
    """Return the page. Without `pictures` no photo is in it."""
    mistakes = worst(result.judgements, WORST)
    bins = reliability(claims_of(result.judgements))
    total = sum(result.losses.values()) or 1
    return render_to_string(
        "evaluation/report.html",
        {
            "title": title,
            "photos": str(result.figures.photos),
            "releases": ", ".join(result.releases),
            "speed": f"{result.figures.photos_per_second or 0:.1f}",
            "tiles": _bars(result.figures, TILES),
            "answered": [charts.bar(*pair) for pair in result.figures.answered.items()],
            "columns": charts.columns(bins),
            "across": charts.ticks(upward=False),
            "up": charts.ticks(upward=True),
            "groups": [
                (group, str(some.photos), _bars(some, SHOWN_OF_A_GROUP))
                for group, some in result.groups.items()
            ],
            "experts": [
                (
                    name,
                    alone.release,
                    str(alone.figures.nameable),
                    (
                        charts.bar("alone", alone.figures.nameable_top1),
                        charts.bar("all together", alone.ensemble.nameable_top1),
                    ),
                )
                for name, alone in result.experts.items()
            ],
            "contests": [
                (
                    group,
                    str(held.photos),
                    (
                        charts.bar(held.best, held.best_top1),
                        charts.bar("all together", held.ensemble_top1),
                    ),
                )
                for group, held in result.contests.items()
            ],
            "losses": [
                charts.bar(words, result.losses.get(step, 0) / total, f"{result.losses[step]}")
                for step, words in LOST.items()
            ],
            "mistakes": _mistakes(mistakes, tree, pictures),
            "failed": result.failed,
        },
    )


def _bars(some: Figures, wanted: Iterable[tuple[str, str]]) -> list[charts.Bar]:
    shares = ((words, getattr(some, name)) for name, words in wanted)
    return [charts.bar(words, share) for words, share in shares if share is not None]


def _mistakes(worst_ones: list[Judgement], tree: Tree, pictures: bool) -> list[Mistake]:
    keys = {one.truth.taxon for one in worst_ones}
    keys |= {one.answer.taxon for one in worst_ones if one.answer}
    names = common_names_for(keys - {""}, "en")

    def words(key: str) -> str:
        latin = tree[key].name
        return f"{names[key]} ({latin})" if names.get(key, latin) != latin else latin

    made = []
    for one in worst_ones:
        answer = one.answer
        said = "an animal" if answer else "no animal"
        made.append(
            Mistake(
                file=one.truth.file,
                true=words(one.truth.taxon)
                if one.truth.taxon
                else one.truth.label or one.truth.group,
                said=words(answer.taxon) if answer and answer.taxon else said,
                sure=charts.percent(one.confidence) if answer else "",
                picture=_thumbnail(one) if pictures else "",
                box=_corners(one),
            )
        )
    return made


def _corners(one: Judgement) -> tuple[str, str, str, str] | None:
    if one.detection is None or one.detection.whole_image:
        return None
    x, y, width, height = (f"{100 * part:.1f}" for part in one.detection.box)
    return x, y, width, height


def _thumbnail(one: Judgement) -> str:
    """Return a small copy of a photo as a data URL, "" of one that is gone."""
    try:
        with one.truth.path.open("rb") as file:
            image = decode(
                file, long_side=THUMBNAIL_SIDE, max_pixels=settings.MAX_PHOTO_PIXELS
            ).image
    except (OSError, PictureUnreadable):
        return ""
    image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BILINEAR)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=70)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
