"""Whether the catalogue's taxa hang together: parents that exist, ranks in order, no circles."""

from collections.abc import Mapping
from dataclasses import replace

from pipelines.taxonomy import RANKS
from wildlife.species.catalogue_rows import Known, Report, TaxonRow


def grown(rows: Mapping[str, TaxonRow], known: Known, report: Report) -> list[TaxonRow]:
    """Return the rows that fit into the tree, parents before their children and synonyms last."""
    accepted = {slug: row for slug, row in rows.items() if not row.accepted}
    standing = {slug: parent for slug, parent in known.taxa.items() if slug not in rows}
    known = replace(known, taxa=standing)
    order: list[TaxonRow] = []
    state: dict[str, bool] = {}
    for row in accepted.values():
        _settle(row, accepted, known, state, order, report)
    for row in rows.values():
        if not row.accepted:
            continue
        if row.accepted in rows and rows[row.accepted].accepted:
            report(row.line, f"{row.accepted!r} is a synonym itself")
        elif not (state.get(row.accepted) or row.accepted in known.taxa):
            report(row.line, f"accepted taxon {row.accepted!r} is unknown")
        else:
            order.append(row)
    return order


def _settle(
    row: TaxonRow,
    rows: Mapping[str, TaxonRow],
    known: Known,
    state: dict[str, bool],
    order: list[TaxonRow],
    report: Report,
) -> None:
    """Decide on a row and all above it, from the top down; `state` holds what was decided."""
    path: list[TaxonRow] = []
    here = row
    seen = {row.slug}
    while here.slug not in state:
        path.append(here)
        above = _parent_row(here.parent, rows, known, seen)
        if above is None:
            break
        seen.add(above.slug)
        here = above
    for one in reversed(path):
        reason = _flaw(one, rows, known, state)
        state[one.slug] = not reason
        if reason:
            report(one.line, reason)
        else:
            order.append(one)


def _parent_row(
    slug: str, rows: Mapping[str, TaxonRow], known: Known, seen: set[str]
) -> TaxonRow | None:
    """Return the nearest row above, also where taxa that only the database has lie between."""
    passed: set[str] = set()
    while slug not in rows and slug in known.taxa and slug not in passed:
        passed.add(slug)
        slug = known.taxa[slug]
    return rows[slug] if slug in rows and slug not in seen else None


def _flaw(
    row: TaxonRow, rows: Mapping[str, TaxonRow], known: Known, state: Mapping[str, bool]
) -> str:
    """Return what is wrong with a row whose parents were decided on before, or ""."""
    if not row.parent:
        return ""
    if row.parent not in rows and row.parent not in known.taxa:
        return f"parent {row.parent!r} is unknown"
    above = _parent_row(row.parent, rows, known, set())
    if above is not None:
        if above.slug not in state:
            return f"the tree runs in a circle here: {row.slug!r} lies above its own parent"
        if not state[above.slug]:
            return f"{above.slug!r}, above it, was left out"
    rank = rows[row.parent].rank if row.parent in rows else known.ranks[row.parent]
    if RANKS.index(row.rank) <= RANKS.index(rank):
        return f"rank {row.rank!r} does not lie below the parent's, {rank!r}"
    return ""
