"""Which taxon a name of a stranger's file means."""

from collections.abc import Sequence

from django.utils.translation import gettext_noop as _

from wildlife.exchange.imports.entries import WrongValue
from wildlife.species.models import CommonName, NameKey, Taxon
from wildlife.species.names import LONGEST_KEY, fold


class Names:
    """Looks each name up once: scientific ones with synonyms, then common ones of any language."""

    def __init__(self) -> None:
        self._known: dict[str, Taxon | WrongValue] = {}

    def taxon(self, names: Sequence[str]) -> Taxon:
        """Return the accepted taxon of the first name that is known. Raises WrongValue."""
        wrong = WrongValue("unknown_taxon", _("No name of an animal is told."))
        for number, name in enumerate(names):
            found = self._look_up(name)
            if isinstance(found, Taxon):
                return found
            wrong = found if number == 0 or found.code != "unknown_taxon" else wrong
        raise wrong

    def _look_up(self, name: str) -> Taxon | WrongValue:
        key = fold(name)[:LONGEST_KEY]
        if key not in self._known:
            self._known[key] = self._asked(name, key)
        return self._known[key]

    def _asked(self, name: str, key: str) -> Taxon | WrongValue:
        tiers: list[int] = NameKey.Tier.values
        rows = NameKey.objects.filter(key=key, whole=True, tier__in=tiers)
        found = set(rows.values_list("taxon_id", "language"))
        scientific = {pk for pk, language in found if not language}
        common = {pk for pk, language in found if language}
        if not scientific and len(common) > 1:
            folded = CommonName.objects.filter(taxon__in=common, preferred=True)
            preferred = {
                pk for pk, told in folded.values_list("taxon", "name") if fold(told) == key
            }
            common = preferred if len(preferred) == 1 else common
        meant = scientific or common
        if not key or not meant:
            return WrongValue(
                "unknown_taxon", _("No animal is known as “%(name)s”."), name=name[:120]
            )
        if len(meant) > 1:
            told = sorted(
                Taxon.objects.filter(pk__in=meant).values_list("scientific_name", flat=True)
            )
            return WrongValue(
                "ambiguous_taxon",
                _("“%(name)s” may be %(taxa)s. Write the scientific name."),
                name=name[:120],
                taxa=", ".join(told[:5]),
            )
        return Taxon.objects.get(pk=meant.pop())
