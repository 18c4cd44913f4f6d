"""Any file becomes an upright RGB picture, or a sentence that a person understands."""

import contextlib
import io
import struct
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageChops, ImageFile, ImageStat

from pipelines.pictures import (
    BACKGROUND,
    Origin,
    Picture,
    PictureUnreadable,
    decode,
    media_type_of,
    sniff,
)
from tests.images import bomb, saved, scene

LIMIT = 1_000_000


def decoded(data: bytes, long_side: int = 64, max_pixels: int = LIMIT) -> Picture:
    return decode(io.BytesIO(data), long_side=long_side, max_pixels=max_pixels)


def difference(left: Image.Image, right: Image.Image) -> float:
    """The mean difference of two RGB images, 0..255."""
    return max(ImageStat.Stat(ImageChops.difference(left, right)).mean)


def refusal(data: bytes, **options: int) -> PictureUnreadable:
    with pytest.raises(PictureUnreadable) as caught:
        decoded(data, **options)
    return caught.value


def outcome(file: io.BytesIO) -> Picture | PictureUnreadable:
    try:
        return decode(file, long_side=64, max_pixels=LIMIT)
    except PictureUnreadable as error:
        return error


def png(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    """A PNG made by hand, for the kinds that Pillow does not write."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


KINDS: dict[str, tuple[Callable[[], bytes], str]] = {
    "jpeg": (lambda: saved(scene(), quality=95), "image/jpeg"),
    "progressive jpeg": (lambda: saved(scene(), quality=95, progressive=True), "image/jpeg"),
    "cmyk jpeg": (lambda: saved(scene().convert("CMYK"), quality=95), "image/jpeg"),
    "multi-picture jpeg": (
        lambda: saved(
            scene(), "MPO", quality=95, save_all=True, append_images=[Image.new("RGB", (8, 8))]
        ),
        "image/jpeg",
    ),
    "png": (lambda: saved(scene(), "PNG"), "image/png"),
    "palette png": (lambda: saved(scene().quantize(16), "PNG"), "image/png"),
    "animated png": (
        lambda: saved(scene(), "PNG", save_all=True, append_images=[Image.new("RGB", (64, 48))]),
        "image/png",
    ),
    "animated gif": (
        lambda: saved(scene(), "GIF", save_all=True, append_images=[Image.new("RGB", (64, 48))]),
        "image/gif",
    ),
    "animated webp": (
        lambda: saved(scene(), "WEBP", save_all=True, append_images=[Image.new("RGB", (64, 48))]),
        "image/webp",
    ),
    "lossy webp": (lambda: saved(scene(), "WEBP", quality=95), "image/webp"),
    "lossless webp": (lambda: saved(scene(), "WEBP", lossless=True), "image/webp"),
    "tiff": (lambda: saved(scene(), "TIFF"), "image/tiff"),
    "cmyk tiff": (lambda: saved(scene().convert("CMYK"), "TIFF"), "image/tiff"),
    "many-page tiff": (
        lambda: saved(scene(), "TIFF", save_all=True, append_images=[Image.new("RGB", (9, 9))]),
        "image/tiff",
    ),
    "compressed tiff": (lambda: saved(scene(), "TIFF", compression="tiff_lzw"), "image/tiff"),
    "bmp": (lambda: saved(scene(), "BMP"), "image/bmp"),
    "heic": (lambda: saved(scene(), "HEIF", quality=95), "image/heic"),
    "avif": (lambda: saved(scene(), "AVIF", quality=95), "image/avif"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_becomes_the_same_rgb_picture(kind: str) -> None:
    make, media_type = KINDS[kind]
    data = make()
    picture = decoded(data)
    assert sniff(data) == media_type
    assert picture.image.mode == "RGB"
    assert (picture.width, picture.height) == picture.image.size == (64, 48)
    assert difference(picture.image, scene()) < 12


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_is_told_and_the_limit_kept_without_decoding(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = KINDS[kind][0]()
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decoded"))
    assert media_type_of(io.BytesIO(data), max_pixels=64 * 64) == KINDS[kind][1]
    with pytest.raises(PictureUnreadable, match="pixels"):
        media_type_of(io.BytesIO(data), max_pixels=64 * 48 - 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_in_half_is_refused_or_still_whole(kind: str) -> None:
    """Where the first picture of several lies in the first half, it may be looked at."""
    data = KINDS[kind][0]()
    result = outcome(io.BytesIO(data[: len(data) // 2]))
    if isinstance(result, Picture):
        assert kind.startswith(("animated", "multi", "many"))
        assert difference(result.image, scene()) < 12
    else:
        assert result.code in {"cut_short", "damaged"}


@pytest.mark.parametrize("kind", ["jpeg", "progressive jpeg", "png", "tiff", "lossy webp", "heic"])
def test_a_file_cut_short_is_called_that(kind: str) -> None:
    data = KINDS[kind][0]()
    error = refusal(data[: len(data) * 3 // 4])
    assert error.code == "cut_short"
    assert "cut short" in str(error)
    assert "camera's card" in str(error)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "HEIF", "AVIF"])
def test_photos_are_turned_upright(kind: str, orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = scene().transpose(undo[orientation]) if orientation in undo else scene()
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    picture = decoded(saved(stored, kind, exif=exif.tobytes()))
    assert (picture.width, picture.height) == picture.image.size == (64, 48)
    assert difference(picture.image, scene()) < 25


def test_a_turned_photo_that_is_scaled_down_tells_its_full_upright_size() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    picture = decoded(saved(scene(640, 480).transpose(Image.Transpose.ROTATE_90), exif=exif), 100)
    assert (picture.width, picture.height) == (640, 480)
    assert picture.image.size == (160, 120)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("side", "long_side"),
    [(1000, 1000), (1000, 999), (1000, 501), (1000, 500), (1000, 90), (7, 90)],
)
def test_no_more_is_decoded_than_needed(kind: str, side: int, long_side: int) -> None:
    picture = decoded(saved(scene(side, side // 3), kind), long_side)
    longest = max(picture.image.size)
    assert min(side, long_side) <= longest
    assert longest < 2 * long_side
    assert (picture.width, picture.height) == (side, side // 3)


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_deep_greys_are_scaled_by_the_bits_in_use(kind: str, bits: int) -> None:
    top = 2**bits - 1
    deep = Image.new("I;16", (4, 1))
    for x, share in enumerate((0, 0.25, 0.5, 1)):
        deep.putpixel((x, 0), round(top * share))
    image = decoded(saved(deep, kind)).image
    assert [image.getpixel((x, 0))[0] for x in range(4)] == pytest.approx([0, 64, 128, 255], abs=1)


@pytest.mark.parametrize(
    ("mode", "values", "expected"),
    [
        ("I", (0, 32768, 65535), (0, 127, 255)),
        ("I", (0, 1_000_000, 2_000_000), (0, 127, 255)),
        ("I", (-100, 0, 100), (0, 127, 255)),
        ("F", (0.0, 0.5, 1.0), (0, 127, 255)),
        ("F", (0.0, 127.0, 255.0), (0, 127, 255)),
        ("F", (-1.0, 0.0, 1.0), (0, 127, 255)),
        ("F", (0.0, 0.0, 0.0), (0, 0, 0)),
    ],
)
def test_32_bit_greys_are_scaled_and_not_clipped(
    mode: str, values: tuple[float, ...], expected: tuple[int, ...]
) -> None:
    grey = Image.new(mode, (3, 1))
    for x, value in enumerate(values):
        grey.putpixel((x, 0), value)
    image = decoded(saved(grey, "TIFF")).image
    assert [image.getpixel((x, 0))[0] for x in range(3)] == pytest.approx(expected, abs=1)


def test_a_grey_without_a_brightness_is_refused() -> None:
    assert refusal(saved(Image.new("F", (3, 3), float("nan")), "TIFF")).code == "damaged"


def test_16_bit_colours_are_read() -> None:
    rows = b"".join(b"\0" + struct.pack(">HHH", 65535, 32768, 0) * 2 for _ in range(2))
    assert decoded(png(2, 2, 16, 2, rows)).image.getpixel((0, 0)) == pytest.approx(
        (255, 128, 0), abs=1
    )


@pytest.mark.parametrize("mode", ["1", "L"])
def test_greyscale_is_read(mode: str) -> None:
    grey = scene().convert(mode)
    assert difference(decoded(saved(grey, "PNG")).image, grey.convert("RGB")) < 1


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_shows_a_neutral_background(mode: str) -> None:
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    clear.paste((10, 10, 10, 255), (0, 0, 4, 8))
    data = saved(clear.convert(mode), "PNG")
    image = decoded(data).image
    assert image.getpixel((7, 7)) == BACKGROUND
    assert image.getpixel((0, 0)) == pytest.approx((10, 10, 10), abs=2)


def test_an_empty_file_and_text_are_told_apart() -> None:
    assert refusal(b"").code == "empty"
    assert "empty" in str(refusal(b""))
    assert refusal(b"%PDF-1.7 not a photo").code == "not_an_image"
    assert "JPEG" in str(refusal(b"hello"))
    assert refusal(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom").code == "not_an_image"


def bombs() -> dict[str, bytes]:
    """Small files whose headers announce far too many pixels."""
    gif = bytearray(saved(scene(), "GIF"))
    gif[6:10] = struct.pack("<HH", 65535, 65535)
    frame = bytearray(saved(scene(), "GIF"))
    place = frame.rindex(b"\x2c", 0, frame.index(struct.pack("<HH", 64, 48), 10) + 1)
    frame[place + 5 : place + 9] = struct.pack("<HH", 65535, 65535)
    bmp = bytearray(saved(scene(), "BMP"))
    bmp[18:26] = struct.pack("<ii", 40000, 40000)
    webp = bytearray(KINDS["animated webp"][0]())
    webp[24:30] = (16382).to_bytes(3, "little") * 2
    heic = saved(scene(), "HEIF").replace(
        struct.pack(">II", 64, 64), struct.pack(">II", 40000, 40000)
    )
    tiff = saved(scene(), "TIFF").replace(
        struct.pack("<HHII", 257, 4, 1, 48), struct.pack("<HHII", 257, 4, 1, 10**8)
    )
    return {
        "jpeg": bomb(),
        "png": png(50000, 50000, 8, 0, b""),
        "gif": bytes(gif),
        "gif frame": bytes(frame),
        "bmp": bytes(bmp),
        "webp": bytes(webp),
        "heic": heic,
        "tiff": tiff,
    }


@pytest.mark.parametrize("kind", bombs())
@pytest.mark.filterwarnings("error")
def test_a_bomb_is_refused_by_its_header(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decoded"))
    error = refusal(bombs()[kind])
    assert error.code == "too_many_pixels"
    assert "million pixels" in str(error)
    with pytest.raises(PictureUnreadable, match="1 million"):
        media_type_of(io.BytesIO(bombs()[kind]), max_pixels=LIMIT)


def test_the_limit_is_the_callers_and_exact() -> None:
    data = saved(scene(), "PNG")
    assert decoded(data, max_pixels=64 * 48).width == 64
    assert refusal(data, max_pixels=64 * 48 - 1).code == "too_many_pixels"


def test_a_very_large_limit_is_not_overruled() -> None:
    """Pillow's own limit would refuse 200 million pixels."""
    large = png(20_000, 10_000, 1, 0, b"")
    assert media_type_of(io.BytesIO(large), max_pixels=200_000_000) == "image/png"


def test_broken_exif_does_not_spoil_a_good_picture() -> None:
    data = saved(scene(), exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40)
    picture = decoded(data)
    assert difference(picture.image, scene()) < 25
    assert picture.origin == Origin()


def located(
    latitude: object, longitude: object, south: str = "N", west: str = "E", taken: str | None = None
) -> io.BytesIO:
    exif = Image.Exif()
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = south, latitude
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = west, longitude
    if taken is not None:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    return io.BytesIO(saved(scene(), exif=exif))


def origin(file: io.BytesIO) -> Origin:
    return decode(file, long_side=64, max_pixels=LIMIT).origin


def test_time_and_place_are_read_from_exif() -> None:
    file = located((33.0, 30.0, 36.0), (18.0, 15.0, 0.0), "S", "W", taken="2016:09:25 18:35:10")
    assert origin(file) == Origin(datetime(2016, 9, 25, 18, 35, 10), -33.51, -18.25)


@pytest.mark.parametrize(
    ("offset", "minutes"),
    [("+02:00", 120), ("-03:30", -210), ("+0545", 345), ("+15:00", None), ("east", None)],
)
def test_the_zone_of_the_clock_is_read_where_it_is_one(offset: str, minutes: int | None) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {
            ExifTags.Base.DateTimeOriginal: "2016:09:25 18:35:10",
            ExifTags.Base.OffsetTimeOriginal: offset,
        }
    )
    assert origin(io.BytesIO(saved(scene(), exif=exif))).utc_offset == minutes


def test_the_camera_is_named_without_what_would_spoil_a_line() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "RECO\nNYX\0", "HC600 " + "x" * 90
    found = origin(io.BytesIO(saved(scene(), exif=exif)))
    assert found.camera_make in ("RECO NYX", "RECO")
    assert len(found.camera_model) == 64


@pytest.mark.parametrize("kind", ["HEIF", "WEBP", "AVIF", "PNG", "TIFF"])
def test_time_is_read_from_other_kinds_too(kind: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2020:01:02 03:04:05"
    file = io.BytesIO(saved(scene(), kind, exif=exif.tobytes()))
    assert origin(file).taken_at == datetime(2020, 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
        ((91.0, 0.0, 0.0), (10.0, 0.0, 0.0)),
        ((10.0, 0.0, 0.0), (180.0, 1.0, 0.0)),
        ((10.0, 0.0, 0.0), ()),
    ],
)
def test_an_impossible_place_is_no_place(latitude: object, longitude: object) -> None:
    found = origin(located(latitude, longitude))
    assert (found.latitude, found.longitude) == (None, None)


def test_a_place_with_a_zero_denominator_is_no_place() -> None:
    data = located((33.0, 30.0, 36.0), (18.0, 15.0, 0.0)).getvalue()
    broken = data.replace(struct.pack(">II", 33, 1), struct.pack(">II", 33, 0))
    assert broken != data
    assert origin(io.BytesIO(broken)).latitude is None


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "yesterday", "", "0001:01:01 00:00:00"])
def test_an_unset_clock_is_no_time(taken: str) -> None:
    assert origin(located((1.0,), (1.0,), taken=taken)).taken_at is None


def test_a_failing_storage_is_not_blamed_on_the_file() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionError("the storage is away")

    with pytest.raises(ConnectionError):
        decode(Broken(b"x"), long_side=64, max_pixels=LIMIT)


SEEDS = [make() for make, _ in KINDS.values()]


@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=12),
    cut=st.integers(0, 10_000),
    keep=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_mutated_bytes_never_raise_anything_else(
    seed: bytes, changes: list[tuple[int, int]], cut: int, keep: bool
) -> None:
    data = bytearray(seed)
    for place, value in changes:
        data[place % len(data)] = value
    file = io.BytesIO(bytes(data if keep else data[: cut % len(data)]))
    with contextlib.suppress(PictureUnreadable):
        media_type_of(file, max_pixels=LIMIT)
    result = outcome(file)
    if isinstance(result, Picture):
        assert result.image.mode == "RGB"
    else:
        assert str(result).endswith(".")


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_sniffed_without_an_error(data: bytes) -> None:
    sniff(data)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "tolerance"),
    [("cmyk", 40), ("bw", 40), ("with_exif_orientation", 3)],
)
def test_real_variants_decode_to_nearly_the_plain_photo(
    elephant: Path, name: str, tolerance: float
) -> None:
    def small(path: Path) -> Picture:
        with path.open("rb") as file:
            return decode(file, long_side=500, max_pixels=80_000_000)

    plain, variant = small(elephant), small(elephant.with_name(f"african_elephants_{name}.jpg"))
    assert (variant.width, variant.height) == (plain.width, plain.height) == (2048, 1536)
    assert difference(variant.image, plain.image) < tolerance
    turned = plain.image.transpose(Image.Transpose.ROTATE_180)
    assert difference(variant.image, plain.image) < difference(variant.image, turned)


@pytest.mark.shared
def test_the_real_truncated_photo_is_refused(elephant: Path) -> None:
    path = elephant.with_name("african_elephants_truncated_file.jpg")
    assert refusal(path.read_bytes(), max_pixels=80_000_000).code == "cut_short"
