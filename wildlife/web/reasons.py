"""Why an answer came out, in words: the rules of `pipelines.fusion` told for one animal."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pipelines.identify import Lineup
from pipelines.rules import Rules
from pipelines.taxonomy import Tree
from pipelines.types import NO_ANIMAL
from wildlife.identifications.models import Detection, Identification, Vote
from wildlife.told import told
from wildlife.web import whereabouts, wording
from wildlife.web.names import Name
from wildlife.web.votes import group_in_words

RIVALS = 3
LEAST_TOLD = 0.05
"""Shares below this one decide nothing."""
RULED_OUT = 0.02
"""An expert that gives a taxon less than this share of its group speaks against it (R3)."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A taxon that was considered and is not the answer, and what speaks against it."""

    name: Name
    why: str


@dataclass(frozen=True, slots=True)
class Reasons:
    """The walk in words. `groups` says how the coarse group was found (R2), `rivals` who was ruled
    out (R3), `kept` what belongs to no taxon (R4), `stop` why the walk ended where it did (R5),
    `place` what the place of the photo had to do with it (R8).
    """

    groups: tuple[str, ...]
    rivals: tuple[Rival, ...]
    kept: str
    stop: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class _Voice:
    """An expert's vote as the fusion reads it: what it gives to taxa of its ground, by slug."""

    title: str
    ground: tuple[str, ...]
    scores: Mapping[str, float]
    listed: Mapping[str, float]
    none: float

    def speaks_for(self, group: str) -> bool:
        return group in self.ground if self.ground else group in self.listed

    @property
    def first(self) -> str:
        return max(self.scores, key=lambda slug: self.scores[slug], default="")


def reasons_of(
    row: Detection,
    answer: Identification,
    votes: Sequence[Vote],
    who: Lineup,
    names: Mapping[str, Name],
    tree: Tree,
    group_of: Callable[[str], str],
) -> Reasons | None:
    """Return why `answer` came out of `votes`, None where there was no vote to explain.

    `group_of` gives a taxon's coarse group, "" for a slug that no taxon has: a page asks it for
    the same taxa many times.
    """
    voices = [_voice(vote, who, group_of) for vote in votes if not vote.abstention]
    if not any(voice.scores for voice in voices):
        return None
    if who.rules.method != "tree":
        counted = _("The votes were counted plainly: the taxon with most of them is the answer.")
        return Reasons((counted,), (), "", "")
    taxon = answer.taxon.slug if answer.taxon else ""
    group = group_of(taxon)
    return Reasons(
        groups=tuple(_groups(row, voices, group)) if group else (),
        rivals=tuple(_rivals(answer, voices, taxon, names, tree)) if taxon else (),
        kept=_kept(voices, group),
        stop=_stop(answer, names, who.rules),
        place=whereabouts.in_words(answer, names, who.rules),
    )


def groups_in(tree: Tree) -> Callable[[str], str]:
    """Return what `reasons_of` asks for groups: it remembers what it was asked."""
    return cache(lambda slug: tree.group(slug) if slug in tree else "")


def _voice(vote: Vote, who: Lineup, group_of: Callable[[str], str]) -> _Voice:
    member = next((one for one in who.experts if one.name == vote.expert), None)
    ground = member.groups if member else ()
    scores: dict[str, float] = {}
    listed: dict[str, float] = {}
    for slug, share in vote.scores:
        group = group_of(slug)
        if not group or (ground and group not in ground):
            continue
        scores[slug] = scores.get(slug, 0.0) + share
        listed[group] = listed.get(group, 0.0) + share
    title = told((member.title if member else "") or vote.expert)
    return _Voice(title, ground, scores, listed, max(0.0, 1.0 - sum(scores.values())))


def _groups(row: Detection, voices: Sequence[_Voice], group: str) -> Iterable[str]:
    """R2: what the sorting said, and which experts speak against a group that it thought of."""
    coarse = {str(name): float(share) for name, share in row.groups}
    thought_of = [one for one in coarse if one != NO_ANIMAL and coarse[one] >= LEAST_TOLD]
    if thought_of and thought_of[0] != group:
        yield _(
            "It was sorted as “%(sorted)s” (%(share)s) first. "
            "The experts' votes outweigh that: they point to “%(group)s”."
        ) % {
            "sorted": group_in_words(thought_of[0]),
            "share": wording.percent(coarse[thought_of[0]]),
            "group": group_in_words(group),
        }
    for other in thought_of:
        against = [
            voice
            for voice in voices
            if voice.speaks_for(other) and voice.listed.get(other, 0.0) < LEAST_TOLD
        ]
        if other != group and against:
            yield ngettext(
                "“%(group)s” (%(share)s by the sorting) is ruled out by %(experts)s, "
                "which recognises hardly any that it knows.",
                "“%(group)s” (%(share)s by the sorting) is ruled out by %(experts)s, "
                "which recognise hardly any that they know.",
                len(against),
            ) % {
                "group": group_in_words(other),
                "share": wording.percent(coarse[other]),
                "experts": _listed(voice.title for voice in against),
            }


def _rivals(
    answer: Identification,
    voices: Sequence[_Voice],
    taxon: str,
    names: Mapping[str, Name],
    tree: Tree,
) -> Iterable[Rival]:
    """R3: the other taxa that some expert put first, or that came next, and why they lost."""
    line = {node.key for node in tree.lineage(taxon)}
    nexts = (str(slug) for slug, share in answer.runners_up if share >= LEAST_TOLD)
    told = 0
    for slug in dict.fromkeys([*(voice.first for voice in voices), *nexts]):
        below = any(node.key == taxon for node in tree.lineage(slug))
        if slug not in names or slug in line or below:
            continue
        yield Rival(names[slug], _against(slug, voices, taxon, tree))
        told += 1
        if told == RIVALS:
            return


def _against(slug: str, voices: Sequence[_Voice], taxon: str, tree: Tree) -> str:
    group, right = tree.group(slug), tree.group(taxon)
    supporters = [voice for voice in voices if voice.first == slug]
    opponents = [
        voice
        for voice in voices
        if voice.listed.get(group)
        and _given(voice, slug, group, tree) < RULED_OUT
        and voice not in supporters
    ]
    values = {
        "supporters": _listed(
            f"{voice.title} ({wording.percent(voice.scores[slug])})" for voice in supporters
        ),
        "opponents": _listed(voice.title for voice in opponents),
        "group": group_in_words(right),
    }
    if group != right:
        if supporters:
            return _("First choice of %(supporters)s, but all votes together say “%(group)s”.") % (
                values
            )
        return _("All votes together say “%(group)s”, and it is none.") % values
    if supporters and opponents:
        return (
            _("First choice of %(supporters)s, but %(opponents)s gave it next to nothing.") % values
        )
    if supporters:
        return _("First choice of %(supporters)s, but the other votes weigh more.") % values
    if opponents:
        return _("Nobody's first choice, and %(opponents)s gave it next to nothing.") % values
    return _("Nobody's first choice, though every expert gave it something.")


def _given(voice: _Voice, slug: str, group: str, tree: Tree) -> float:
    """Return the share of a group that an expert gives a taxon, or the nearest one above it."""
    above = (voice.scores.get(node.key, 0.0) for node in tree.lineage(slug))
    return max(above, default=0.0) / voice.listed[group]


def _kept(voices: Sequence[_Voice], group: str) -> str:
    """R4: what even the surest expert keeps for animals that it has no name for."""
    knowing = [voice for voice in voices if voice.listed.get(group)]
    if not knowing:
        return ""

    def unnamed(voice: _Voice) -> float:
        return voice.none / (voice.none + voice.listed[group])

    surest = min(knowing, key=unnamed)
    if unnamed(surest) < LEAST_TOLD:
        return ""
    return _(
        "Even %(expert)s, the surest of those who know such animals, keeps %(share)s for animals "
        "that it has no name for. That share belongs to the class, and to no species in it."
    ) % {"expert": surest.title, "share": wording.percent(unnamed(surest))}


def _stop(answer: Identification, names: Mapping[str, Name], rules: Rules) -> str:
    """R5: why the walk ended."""
    if not answer.walk:
        return ""
    slug, _rank, mass, taken = answer.walk[-1]
    if taken or slug not in names:
        return _("At every fork one branch held at least %(needed)s of the vote.") % {
            "needed": wording.percent(rules.walk)
        }
    return _(
        "It stops here because the best branch below, %(name)s, holds %(share)s of the vote. "
        "To go on it takes %(needed)s."
    ) % {
        "name": names[slug].title,
        "share": wording.percent(mass),
        "needed": wording.percent(rules.walk),
    }


def _listed(titles: Iterable[str]) -> str:
    return get_text_list(list(titles), _("and"))
