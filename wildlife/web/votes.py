"""What the models said of one animal: shares as bars, and each expert's vote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from wildlife.identifications.models import Vote
from wildlife.told import told
from wildlife.web import wording
from wildlife.web.names import Name

TOP_SCORES = 5
LEAST_SHOWN = 0.005
"""Probabilities below half a percent tell a reader nothing."""
LEAST_GROUP_SHOWN = LEAST_NONE_SHOWN = 0.05


@dataclass(frozen=True, slots=True)
class Bar:
    """A name with a share (0..1), drawn as a bar. `leads` marks what agrees with the answer."""

    name: Name
    share: float
    leads: bool = False

    @property
    def percent(self) -> str:
        return wording.percent(self.share)

    @property
    def width(self) -> str:
        """The bar's length as an SVG attribute."""
        return f"{max(self.share * 100, 0.8):.1f}%"


@dataclass(frozen=True, slots=True)
class ExpertVote:
    """One expert's say on one animal. `pending` marks one that was asked and has not answered."""

    expert: str
    title: str
    release: str
    weight: float
    bars: tuple[Bar, ...]
    none: float
    abstention: str
    pending: bool = False

    @property
    def first(self) -> Bar | None:
        """What it gives most."""
        return self.bars[0] if self.bars else None

    @property
    def none_percent(self) -> str:
        """The share of "none of my labels", or "" where it is too small to tell."""
        return wording.percent(self.none) if self.none >= LEAST_NONE_SHOWN else ""


def votes_of(
    votes: Sequence[Vote],
    awaited: Sequence[str],
    names: Mapping[str, Name],
    titles: Mapping[str, str],
    taxon: str,
) -> tuple[ExpertVote, ...]:
    """Return the votes in their order, then those of experts that abstained or still think."""
    in_order = sorted(votes, key=lambda vote: bool(vote.abstention))
    return (
        *(_vote(vote, names, titles, taxon) for vote in in_order),
        *(
            ExpertVote(name, told(titles.get(name, name)), "", 0.0, (), 0.0, "", pending=True)
            for name in awaited
        ),
    )


GROUP_WORDS = {
    "mammal": gettext_lazy("mammal"),
    "bird": gettext_lazy("bird"),
    "reptile": gettext_lazy("reptile"),
    "amphibian": gettext_lazy("amphibian"),
    "fish": gettext_lazy("fish"),
    "insect": gettext_lazy("insect"),
    "arachnid": gettext_lazy("arachnid"),
    "other": gettext_lazy("another animal"),
    "none": gettext_lazy("no animal"),
}


def group_in_words(group: object) -> str:
    """Return what people call a coarse group: `mammal`."""
    return str(GROUP_WORDS.get(str(group), group))


def groups_in_words(groups: Sequence[Sequence[object]]) -> str:
    """Return the coarse groups in words: `mammal (97%), bird (2%)`."""
    return wording.listed(
        f"{group_in_words(group)} ({wording.percent(share)})"
        for group, share in groups
        if isinstance(share, float | int) and share >= LEAST_GROUP_SHOWN
    )


def _vote(
    vote: Vote, names: Mapping[str, Name], titles: Mapping[str, str], taxon: str
) -> ExpertVote:
    return ExpertVote(
        expert=vote.expert,
        title=told(titles.get(vote.expert, vote.expert)),
        release=vote.release,
        weight=vote.weight,
        bars=bars_of(vote.scores[:TOP_SCORES], names, taxon),
        none=vote.none,
        abstention=told(vote.abstention),
    )


def bars_of(
    scores: Sequence[Sequence[object]], names: Mapping[str, Name], taxon: str = ""
) -> tuple[Bar, ...]:
    """Return the shares that tell a reader something; those of the taxon `taxon` lead.

    Taxa that were merged since the vote share one bar.
    """
    shares: dict[Name, float] = {}
    for slug, share in scores:
        if slug in names and isinstance(share, float | int) and share >= LEAST_SHOWN:
            name = names[str(slug)]
            shares[name] = shares.get(name, 0.0) + float(share)
    best_first = sorted(shares.items(), key=lambda pair: -pair[1])
    return tuple(Bar(name, share, leads=name.slug == taxon) for name, share in best_first)
