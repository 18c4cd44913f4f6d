"""Pages travel compressed: much of what a form or a table says, it says in every row."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressedPages(GZipMiddleware):
    """Compress HTML, against BREACH with some random bytes, as Django does.

    Photos are compressed already, and what the API tells keeps its strong ETag.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
