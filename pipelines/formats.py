"""What a file is and how large its picture, told from its first bytes alone."""

import re
import struct

HEAD_BYTES = 64 * 1024
"""Enough for the signature of any format, and for the size in WebP, HEIC and AVIF files."""

EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/tiff": ".tif",
    "image/bmp": ".bmp",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "image/avif": ".avif",
}
"""The media types that are read, and the extension a file of each is kept under."""

READ_WHOLE = frozenset({"image/webp", "image/heic", "image/heif", "image/avif"})
"""Types whose libraries want the whole file in memory before they tell even its size."""

_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
)
_BMP_HEADER_BYTES = {12, 40, 52, 56, 64, 108, 124}
_BRANDS = (
    ({b"avif", b"avis"}, "image/avif"),
    ({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}, "image/heic"),
    ({b"mif1", b"msf1", b"mif2"}, "image/heif"),
)
_ISPE = re.compile(rb"ispe\0\0\0\0(.{8})", re.DOTALL)


def sniff(head: bytes) -> str | None:
    """Return the media type that the first bytes of a file show, None for what is no photo."""
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head[:2] == b"BM" and len(head) >= 18:
        return "image/bmp" if head[14] in _BMP_HEADER_BYTES and not any(head[15:18]) else None
    return None


def _by_brand(head: bytes) -> str | None:
    """Tell photos in the ISO base media format from each other, and from films."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))}
    for known, media_type in _BRANDS:
        if brands & known:
            return media_type
    return None


def size_in_head(media_type: str, head: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels as a `READ_WHOLE` type states them, None if not found.

    They bound the picture from above: HEIC states its coded size, of which a part may be shown.
    """
    if media_type == "image/webp":
        return _webp_size(head)
    sizes: list[tuple[int, int]] = [struct.unpack(">II", found) for found in _ISPE.findall(head)]
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


def stated_length(media_type: str, head: bytes) -> int:
    """Return how many bytes long the file says it is, 0 where its type does not say."""
    if media_type == "image/webp":
        return 8 + int.from_bytes(head[4:8], "little")
    return 0


def _webp_size(head: bytes) -> tuple[int, int] | None:
    if len(head) < 30:
        return None
    kind = head[12:16]
    if kind == b"VP8X":
        width, height = head[24:27], head[27:30]
        return 1 + int.from_bytes(width, "little"), 1 + int.from_bytes(height, "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        size: tuple[int, int] = struct.unpack("<HH", head[26:30])
        return size[0] & 0x3FFF, size[1] & 0x3FFF
    return None
