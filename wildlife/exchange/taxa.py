"""Taxa as records, each looked up once per export."""

from collections.abc import Iterable, Sequence

from wildlife.exchange.records import MAIN_RANKS, TaxonRecord
from wildlife.photos.models import Photo
from wildlife.species.models import CommonName, Taxon, TaxonIdentifier
from wildlife.species.paths import lineages


class TaxonBook:
    """The taxa that were met so far. There are few, however many photos show them."""

    def __init__(self) -> None:
        self._records: dict[str, TaxonRecord] = {}

    def __getitem__(self, slug: str) -> TaxonRecord:
        return self._records[slug]

    def get(self, slug: str) -> TaxonRecord | None:
        return self._records.get(slug)

    def learn(self, photos: Sequence[Photo]) -> None:
        """Look up what is said to be on photos whose answers and verdicts are prefetched."""
        self.look_up(slug for photo in photos for slug in _slugs(photo))

    def look_up(self, slugs: Iterable[str]) -> None:
        """Look up taxa by their slugs: four queries, none where all are known. A synonym is
        written down under its own slug with what it is a synonym of."""
        missing = set(slugs) - self._records.keys()
        if not missing:
            return
        rows = Taxon.objects.filter(slug__in=missing).select_related("accepted")
        asked = {row.slug: row.accepted or row for row in rows}
        taxa = {row.pk: row for row in asked.values()}
        lines = lineages(taxa.values())
        english = CommonName.objects.filter(taxon__in=taxa, language="en", preferred=True)
        names = dict(english.values_list("taxon_id", "name"))
        gbif = TaxonIdentifier.objects.filter(
            taxon__in=taxa, authority=TaxonIdentifier.Authority.GBIF
        )
        numbers = dict(gbif.values_list("taxon_id", "value"))
        for slug, taxon in asked.items():
            lineage = {one.rank: one.scientific_name for one in lines[taxon.pk]}
            self._records[slug] = TaxonRecord(
                slug=taxon.slug,
                scientific_name=taxon.scientific_name,
                rank=taxon.rank,
                lineage={rank: lineage[rank] for rank in MAIN_RANKS if rank in lineage},
                common_name=names.get(taxon.pk, ""),
                gbif=numbers.get(taxon.pk, ""),
            )


def _slugs(photo: Photo) -> Iterable[str]:
    for detection in photo.detections.all():
        answer = getattr(detection, "identification", None)
        if answer is None:
            continue
        if answer.taxon is not None:
            yield answer.taxon.slug
        yield from (slug for slug, _ in answer.runners_up)
    yield from (one.taxon.slug for one in photo.verdicts.all() if one.taxon is not None)
