"""The figures as a short table for the screen."""

import io

from rich.console import Console
from rich.table import Table

from wildlife.identifications.evaluation.figures import Figures
from wildlife.identifications.evaluation.results import Evaluation

COLUMNS = (
    ("Found", "animals_found"),
    ("False", "false_animals"),
    ("Class", "class_top1"),
    ("Top-1", "species_top1"),
    ("Top-5", "species_top5"),
    ("Nameable", "nameable_top1"),
    ("Right", "right_at_claimed_rank"),
    ("≥ genus", "answered_species_or_genus"),
    ("ECE", "calibration_error"),
)
OTHERS = (
    ("animals seen only by looking at the whole image", "found_whole"),
    ("people found", "people_found"),
    ("vehicles found", "vehicles_found"),
)
WIDTH = 110


def table(result: Evaluation) -> str:
    """Return the figures of all, the groups and the experts, and where species were lost."""
    made = Table("", "Photos", *(title for title, _ in COLUMNS), box=None)
    made.add_row("[bold]All[/bold]", *_cells(result.figures))
    for group, some in result.groups.items():
        made.add_row(group, *_cells(some))
    for name, alone in result.experts.items():
        made.add_row(f"[italic]{name} alone", *_cells(alone.figures), style="dim")
        made.add_row("[italic]  all, on the same", *_cells(alone.ensemble), style="dim")
    text = io.StringIO()
    screen = Console(file=text, width=WIDTH)
    screen.print(made)
    others = ", ".join(
        f"{words} {getattr(result.figures, name):.1%}"
        for words, name in OTHERS
        if getattr(result.figures, name) is not None
    )
    screen.print(f"{others}.".capitalize() if others else "")
    total = sum(result.losses.values())
    lost = ", ".join(f"{step} {n}" for step, n in result.losses.items() if step != "none")
    screen.print(f"Of {total} species that an expert knows, lost by: {lost}.")
    for group, held in result.contests.items():
        screen.print(
            f"{group}: ensemble {held.ensemble_top1:.1%}, best member {held.best} "
            f"{held.best_top1:.1%}, on {held.photos} photos."
        )
    if result.figures.photos_per_second:
        screen.print(f"{result.figures.photos_per_second:.1f} photos a second.")
    return text.getvalue()


def _cells(some: Figures) -> list[str]:
    shares = (getattr(some, name) for _, name in COLUMNS)
    return [str(some.photos), *("–" if share is None else f"{share:.1%}" for share in shares)]
