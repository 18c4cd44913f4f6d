"""What an import could not take, as a table for a spreadsheet."""

import csv
from collections.abc import Iterator

from wildlife.exchange.formats.tables import harmless
from wildlife.exchange.imports.models import Import

HEADING = ("line", "item", "code", "reason")


class _Echo:
    def write(self, text: str) -> str:
        return text


def table(job: Import) -> Iterator[str]:
    """Yield the lines of the table, in UTF-8 with its mark, without formulas."""
    writer = csv.writer(_Echo(), lineterminator="\n")
    yield "\ufeff" + writer.writerow(HEADING)
    for row in job.problems.order_by("pk").iterator(chunk_size=2000):
        yield writer.writerow([row.line, harmless(row.item), row.code, harmless(row.why)])
