"""Words of libraries that we translate ourselves: they lack them, or say them less well.

Django looks for a word in our own catalogue first.
"""

from django.utils.translation import gettext_noop, pgettext_lazy

ALLAUTH = (gettext_noop("Username or email"), pgettext_lazy("field label", "Login"))

UNFOLD = (
    gettext_noop("Add row"),
    gettext_noop("After you"),
    gettext_noop("All applications"),
    gettext_noop("Apply Filters"),
    gettext_noop("Choose file to upload"),
    gettext_noop("Clear all filters"),
    gettext_noop("Click to cancel"),
    gettext_noop("Click to download"),
    gettext_noop("Dark"),
    gettext_noop("Expand row"),
    gettext_noop("Filter navigation items"),
    gettext_noop("Filters"),
    gettext_noop("General"),
    gettext_noop("Image preview"),
    gettext_noop("Light"),
    gettext_noop("Loading more results..."),
    gettext_noop("More actions"),
    gettext_noop("No data"),
    gettext_noop("No recent searches"),
    gettext_noop("No results found"),
    gettext_noop("No results matching your query"),
    gettext_noop("Objects"),
    gettext_noop("Recent searches"),
    gettext_noop("Record picture"),
    gettext_noop("Remove from sorting"),
    gettext_noop("Reset filters"),
    gettext_noop("Return to site"),
    gettext_noop("Run the selected action"),
    gettext_noop("Save and view"),
    gettext_noop("Search apps and models..."),
    gettext_noop("Select all rows"),
    gettext_noop("Show all"),
    gettext_noop("Submit"),
    gettext_noop("System"),
    gettext_noop("This item will be deleted."),
    gettext_noop("This page yielded into no results. Create a new item or reset your filters."),
    gettext_noop("Toggle password visibility"),
    gettext_noop("Type to search"),
    gettext_noop("Unknown content"),
    gettext_noop("You have been successfully logged out from the administration"),
)
