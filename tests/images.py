"""Pictures made for tests."""

import io

from PIL import Image, ImageDraw


def scene(width: int = 64, height: int = 48) -> Image.Image:
    """A picture that shows when it is turned: red top left, green top right, blue below."""
    image = Image.new("RGB", (width, height), (30, 60, 200))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill=(200, 40, 30))
    draw.rectangle((width // 2, 0, width, height // 2 - 1), fill=(40, 180, 50))
    return image


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """The bytes of an image file of this kind."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def bomb() -> bytes:
    """A small JPEG whose header announces 3,600 million pixels."""
    data = bytearray(saved(scene()))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = (60000).to_bytes(2, "big") * 2
    return bytes(data)
