"""XMP: what is on a photo as the keywords of photo managers, in a file of its own or in a JPEG.

Keywords are written three times: plain (`dc:subject`), and as paths from kingdom to species where
digiKam (`TagsList`, with slashes) and Lightroom (`hierarchicalSubject`, with bars) look for them.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import IO
from xml.etree import ElementTree as ET

from wildlife.exchange.records import PhotoRecord, PlaceRecord, ThingRecord, stamp

_SPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
}
for _prefix, _uri in _SPACES.items():
    ET.register_namespace(_prefix, _uri)
_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_END = '\n<?xpacket end="w"?>\n'
_PACKET = b"http://ns.adobe.com/xap/1.0/\0"
_REST = b"http://ns.adobe.com/xmp/extension/\0"
_EXIF = b"Exif\0"
_START, _APP0, _APP1, _APP15, _COMMENT = 0xD8, 0xE0, 0xE1, 0xEF, 0xFE
_MOST = 0xFFFF - 2
"""Bytes in a segment of a JPEG."""
_CHUNK = 1 << 20


def packet(photo: PhotoRecord) -> bytes:
    """Return the XMP of a photo: keywords, its time, and its place as the record tells it."""
    root = ET.Element(_name("x", "xmpmeta"))
    about = ET.SubElement(ET.SubElement(root, _name("rdf", "RDF")), _name("rdf", "Description"))
    about.set(_name("rdf", "about"), "")
    about.set(_name("xmp", "CreatorTool"), "Wildlife")
    if photo.moment:
        about.set(_name("exif", "DateTimeOriginal"), stamp(photo.moment))
    for axis, text in _degrees(photo.place):
        about.set(_name("exif", axis), text)
    paths = list(dict.fromkeys(_path(thing) for thing in _told(photo)))
    _list(about, _name("dc", "subject"), "Bag", _plain(photo))
    _list(about, _name("digiKam", "TagsList"), "Seq", ("/".join(path) for path in paths))
    _list(about, _name("lr", "hierarchicalSubject"), "Bag", ("|".join(path) for path in paths))
    return f"{_BEGIN}{ET.tostring(root, 'unicode')}{_END}".encode()


def into_jpeg(source: IO[bytes], packet: bytes) -> Iterator[bytes]:
    """Yield a JPEG with this XMP in place of its own; pictures and all else stay as they are.

    Pillow would decode and encode them again. Raises ValueError, before anything is yielded, for
    what is no JPEG, or XMP that is too long for one.
    """
    segments = list(_segments(source))
    if len(_PACKET) + len(packet) > _MOST:
        raise ValueError("too much XMP for a JPEG")
    kept = [
        one for one in segments if not (one[0] == _APP1 and one[1].startswith((_PACKET, _REST)))
    ]
    first = 0
    while first < len(kept) and (
        kept[first][0] == _APP0 or (kept[first][0] == _APP1 and kept[first][1].startswith(_EXIF))
    ):
        first += 1
    kept.insert(first, (_APP1, _PACKET + packet))
    yield bytes((0xFF, _START)) + b"".join(_written(*one) for one in kept)
    while chunk := source.read(_CHUNK):
        yield chunk


def _segments(source: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield marker and content of what stands before a JPEG's picture, and stop before that."""
    if source.read(2) != bytes((0xFF, _START)):
        raise ValueError("no JPEG")
    while True:
        at = source.tell()
        head = source.read(4)
        if len(head) < 4 or head[0] != 0xFF:
            raise ValueError("no JPEG")
        if not (_APP0 <= head[1] <= _APP15 or head[1] == _COMMENT):
            source.seek(at)
            return
        size = struct.unpack(">H", head[2:])[0] - 2
        content = source.read(max(size, 0))
        if size < 0 or len(content) < size:
            raise ValueError("no JPEG")
        yield head[1], content


def _written(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _told(photo: PhotoRecord) -> tuple[ThingRecord | None, ...]:
    """Return what keywords are about: None is a photo with nothing on it."""
    if photo.shown or (photo.state != "done" and not photo.things):
        return photo.shown
    return (None,)


def _path(thing: ThingRecord | None) -> tuple[str, ...]:
    """Return the keywords of a thing from the widest to the narrowest."""
    if thing is None:
        return ("empty",)
    if thing.taxon is None:
        return (thing.kind,)
    names = dict.fromkeys((*thing.taxon.lineage.values(), thing.taxon.scientific_name))
    return tuple(name.replace("/", "-").replace("|", "-") for name in names)


def _plain(photo: PhotoRecord) -> Iterable[str]:
    words: dict[str, None] = {}
    for thing in _told(photo):
        words[_path(thing)[-1]] = None
        if thing and thing.taxon and thing.taxon.common_name:
            words[thing.taxon.common_name] = None
    return words


def _degrees(place: PlaceRecord | None) -> Iterator[tuple[str, str]]:
    """Yield a place as XMP writes it: degrees, minutes with decimals, and the side."""
    if place is None:
        return
    for axis, value, sides in (
        ("GPSLatitude", place.latitude, "NS"),
        ("GPSLongitude", place.longitude, "EW"),
    ):
        # In millionths of a minute, so that 59.9999999 minutes become a degree.
        degrees, minutes = divmod(round(abs(value) * 60_000_000), 60_000_000)
        yield axis, f"{degrees},{minutes / 1_000_000:.6f}{sides[value < 0]}"


def _list(about: ET.Element, name: str, kind: str, items: Iterable[str]) -> None:
    words = list(items)
    if not words:
        return
    bag = ET.SubElement(ET.SubElement(about, name), _name("rdf", kind))
    for word in words:
        ET.SubElement(bag, _name("rdf", "li")).text = word


def _name(prefix: str, name: str) -> str:
    return f"{{{_SPACES[prefix]}}}{name}"
