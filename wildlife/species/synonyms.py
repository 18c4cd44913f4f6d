"""From keys that were written down once to the taxa that they mean today."""

from collections.abc import Iterable

from wildlife.species.models import Taxon


def accepted(slugs: Iterable[str]) -> dict[str, Taxon]:
    """Return the accepted taxa by slug, in one query: for a synonym's slug the one it leads to.

    Votes and answers keep the slugs that they were given with. Slugs that no taxon has are left
    out.
    """
    rows = Taxon.objects.filter(slug__in=set(slugs)).select_related("accepted").order_by()
    return {row.slug: row.accepted or row for row in rows}
