"""The whole evaluation as values: the figures of all photos, of each group and of each expert."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pipelines.rules import Rules
from pipelines.taxonomy import Tree
from wildlife.identifications.evaluation.figures import Contest, Figures, contest, figures, losses
from wildlife.identifications.evaluation.judging import Judgement, judge, species_of
from wildlife.identifications.evaluation.recording import Header, Record, answers_of
from wildlife.identifications.evaluation.truth import KNOWN_GROUPS, Truth

DIGITS = 4


@dataclass(frozen=True, slots=True)
class Alone:
    """One expert without the others, on the animals that it was asked about.

    `figures` has as nameable what this expert knows. `ensemble` is the answer of all on the same.
    """

    figures: Figures
    ensemble: Figures
    release: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came out. `failed` are (file, why) of photos that could not be read."""

    judgements: tuple[Judgement, ...]
    figures: Figures
    groups: dict[str, Figures]
    experts: dict[str, Alone]
    contests: dict[str, Contest]
    losses: dict[str, int]
    failed: tuple[tuple[str, str], ...] = ()
    releases: tuple[str, ...] = ()
    rules: Rules = field(default_factory=Rules)


def evaluate(
    truths: Iterable[Truth],
    records: Iterable[Record],
    head: Header,
    *,
    tree: Tree,
    rules: Rules,
    weights: Mapping[str, float] | None = None,
) -> Evaluation:
    """Answer every recorded photo by these rules and weights, and judge the answers.

    Truths without a record are left out, and so are photos that could not be read, by name.
    """
    by_file = {one.file: one for one in records}
    pairs = [(truth, by_file[truth.file]) for truth in truths if truth.file in by_file]
    failed = tuple((one.file, one.failure) for _, one in pairs if one.failure)
    pairs = [(truth, one) for truth, one in pairs if not one.failure]
    known = {name: _species(keys, tree) for name, keys in head.can_name.items()}

    def judged(truth: Truth, one: Record, can_name: Mapping[str, Collection[str]]) -> Judgement:
        answers = answers_of(one, tree=tree, rules=rules, weights=weights)
        return judge(truth, one, answers, tree=tree, can_name=can_name)

    every = tuple(judged(truth, one, known) for truth, one in pairs)
    who = head.lineup
    experts = {}
    for member in who.experts:
        own = {member.name: known.get(member.name, frozenset())}
        alone, together = [], []
        for (truth, one), judgement in zip(pairs, every, strict=True):
            if member.name in judgement.voted:
                alone.append(judged(truth, _only(one, member.name), own))
                together.append(_with_names(judgement, member.name))
        experts[member.name] = Alone(figures(alone), figures(together), member.release)
    by_group = {group: [j for j in every if j.truth.group == group] for group in KNOWN_GROUPS}
    contests = {group: contest(some) for group, some in by_group.items()}
    return Evaluation(
        judgements=every,
        figures=figures(every),
        groups={group: figures(some) for group, some in by_group.items() if some},
        experts=experts,
        contests={group: held for group, held in contests.items() if held},
        losses=losses(every),
        failed=failed,
        releases=tuple(one.release for one in (who.detector, who.coarse, *who.experts)),
        rules=rules,
    )


def _species(keys: Iterable[str], tree: Tree) -> frozenset[str]:
    return frozenset(species_of(key, tree) for key in keys) - {""}


def _only(one: Record, expert: str) -> Record:
    return replace(one, ballots=tuple(it for it in one.ballots if it.expert == expert))


def _with_names(judgement: Judgement, expert: str) -> Judgement:
    """Return a judgement of the ensemble that counts as nameable what one expert knows."""
    return replace(judgement, can_name=tuple({expert} & set(judgement.can_name)))


def report_of(result: Evaluation) -> dict[str, Any]:
    """Return the content of report.json: shares rounded, and no machine's paths."""
    return {
        **_rounded(result.figures),
        "losses": result.losses,
        "groups": {group: _rounded(some) for group, some in result.groups.items()},
        "experts": {
            name: {
                "release": alone.release,
                **_rounded(alone.figures),
                "ensemble": _rounded(alone.ensemble),
            }
            for name, alone in result.experts.items()
        },
        "ensemble_against_best_member": {
            group: _plain(asdict(held)) for group, held in result.contests.items()
        },
        "unreadable": dict(result.failed),
        "releases": list(result.releases),
        "rules": asdict(result.rules),
    }


def _rounded(some: Figures) -> dict[str, Any]:
    return _plain(asdict(some))


def _plain(values: Any) -> Any:
    if isinstance(values, dict):
        return {key: _plain(value) for key, value in values.items()}
    return round(values, DIGITS) if isinstance(values, float) else values


def worst(judgements: Sequence[Judgement], most: int) -> list[Judgement]:
    """Return the mistakes that mislead most, worst first.

    First the surest wrong claims and the animals on empty scenes, by confidence; then the animals
    that were not reported at all.
    """
    wrong = [one for one in judgements if _is_wrong(one)]
    wrong.sort(key=lambda one: (-one.confidence, one.truth.file))
    missed = [one for one in judgements if one.truth.is_animal and not one.reported]
    return (wrong + missed)[:most]


def _is_wrong(one: Judgement) -> bool:
    if one.truth.is_animal:
        return one.claimed_right is False or (one.depth != "nothing" and not one.class_right)
    return one.truth.group == "none" and one.reported
