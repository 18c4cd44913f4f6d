"""Species: read by everybody, written by curators."""

from collections.abc import Mapping
from typing import Any

from wildlife_client.asking import Call, Page, Taxa, quoted
from wildlife_client.types import catalogue


def taxa(filters: Taxa) -> Call[Page[catalogue.Taxon]]:
    return Call("taxa_list", "GET", "/taxa", params=filters)


def taxon(slug: str) -> Call[catalogue.TaxonDetail]:
    return Call("taxa_read", "GET", f"/taxa/{quoted(slug)}")


def make_taxon(new: catalogue.NewTaxon) -> Call[catalogue.TaxonDetail]:
    return Call("taxa_create", "POST", "/taxa", json=new)


def change_taxon(slug: str, changes: Mapping[str, Any]) -> Call[catalogue.TaxonDetail]:
    return Call("taxa_change", "PATCH", f"/taxa/{quoted(slug)}", json=dict(changes))


def delete_taxon(slug: str, reason: str) -> Call[None]:
    return Call("taxa_delete", "DELETE", f"/taxa/{quoted(slug)}", params={"reason": reason})
