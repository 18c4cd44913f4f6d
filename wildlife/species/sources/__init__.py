"""Readers of sources that others publish: the IUCN Red List, Wikidata, iNaturalist."""
