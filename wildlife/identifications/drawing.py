"""The graph of the releases in the box, drawn for the README."""

from pathlib import Path

from models_registry.card import ModelCard, read_card
from pipelines.identify import Lineup, Member, build, expert_step
from pipelines.picture import mermaid

BEGIN, END = "<!-- graph -->", "<!-- /graph -->"


def drawn(releases: Path) -> str:
    """Return the mermaid of the line-up that the cards under `releases` make."""
    cards = [read_card(path.parent) for path in sorted(releases.glob("*/card.toml"))]
    kinds: dict[str, list[ModelCard]] = {}
    for card in cards:
        kinds.setdefault(card.kind, []).append(card)
    who = Lineup(
        detector=_member(kinds["detector"][-1]),
        coarse=_member(kinds["coarse"][-1]),
        experts=tuple(_member(card) for card in kinds["expert"]),
    )
    titles = {expert_step(expert): expert.title for expert in who.experts}
    return mermaid(build(who), titles)


def replaced(text: str, mermaid_text: str) -> str:
    """Return `text` with the mermaid between its two marks replaced.

    Raises ValueError where the marks are missing.
    """
    before, _, rest = text.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"there is no {BEGIN} … {END} to put the graph between")
    return f"{before}{BEGIN}\n\n```mermaid\n{mermaid_text}```\n\n{END}{after}"


def _member(card: ModelCard) -> Member:
    return Member(card.name, card.key, card.title)
