"""The command palette's search for taxa."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from wildlife.species.search import search


def find(request: HttpRequest, term: str) -> list[Any]:
    """Return taxa with a name, in any language, that begins with what was typed."""
    if not request.user.has_perm("species.view_taxon"):
        return []
    return [
        SearchResult(
            title=found.scientific_name,
            description=f"{found.common_name or found.matched} · {found.rank}",
            link=reverse("admin:species_taxon_change", args=[found.taxon_id]),
            icon="pets",
        )
        for found in search(term, limit=20)
    ]
