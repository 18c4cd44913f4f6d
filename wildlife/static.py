"""How static files are stored: by hash of their content, and gzipped once."""

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

MODULES = "js/*.js"
"""The project's own, also those in folders below."""
IMPORTED = r"""(?P<matched>from "(?P<url>\.[^"]+)")"""


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Without brotli: it saves some kilobytes a page, and takes a minute of the first start."""

    # Modules name each other by their hashes too: after an upgrade no browser mixes old and new.
    # Django's own switch for this would also read packaged scripts, of which some name files that
    # they come without.
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        (MODULES, ((IMPORTED, 'from "%(url)s"'),)),
    )

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return Compressor(use_brotli=False, **kwargs)
