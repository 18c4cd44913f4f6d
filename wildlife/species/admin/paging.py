"""Pages of long lists that do not count every row first."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db import connection, models
from django.db.models import Max
from django.utils.translation import gettext as _

COUNTED = 20_000
"""Tables up to about this size are counted; of larger ones an estimate will do."""
MOST_MATCHES = 10_000
"""So many matches of a search or filter are counted and paged through; nobody reads more."""


class QuickPaginator(Paginator):
    """Counts what is quick to count; `said_count` says in words how far the number can be trusted.

    Without a condition a large table is estimated, with one counting ends at MOST_MATCHES.
    """

    template_name = "admin/species/pagination.html"

    @cached_property
    def count(self) -> int:
        return self._counted[0]

    @property
    def said_count(self) -> str:
        number, how = self._counted
        return f"{how} {number:,}".strip()

    @cached_property
    def _counted(self) -> tuple[int, str]:
        rows: Any = self.object_list
        if not isinstance(rows, models.QuerySet):
            return len(rows), ""
        if not rows.query.where:
            size = estimate(rows.model)
            return (rows.count(), "") if size < COUNTED else (size, _("about"))
        number = rows.order_by()[: MOST_MATCHES + 1].count()
        return (number, "") if number <= MOST_MATCHES else (MOST_MATCHES, _("more than"))


def estimate(model: type[models.Model]) -> int:
    """Return about how many rows a table has, without reading them."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            table = model._meta.db_table
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = to_regclass(%s)", [table])
            found = cursor.fetchone()
        # Never analysed: -1, and the table is new or small.
        return max(0, int(found[0])) if found else 0
    newest = model._default_manager.aggregate(newest=Max("pk"))["newest"]
    return int(newest or 0)
