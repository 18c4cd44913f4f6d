import io
from types import SimpleNamespace

from PIL import Image

from models_registry.interfaces import Box
from pipelines import steps
from pipelines.types import Photo


def found(*boxes: Box) -> list[tuple[str, float]]:
    """What stays of a detector's boxes: the category and confidence of each detection."""
    file = io.BytesIO()
    Image.new("RGB", (200, 100)).save(file, "JPEG")
    detector = SimpleNamespace(detect=lambda images: (list(boxes) for _ in images))
    tools = SimpleNamespace(
        media=SimpleNamespace(
            open=lambda key: io.BytesIO(file.getvalue()), save=lambda key, data: None
        ),
        models=SimpleNamespace(detector=lambda member: detector),
        max_pixels=10**6,
    )
    member = SimpleNamespace(threshold=0.15)
    (scene,) = steps.detect([Photo("photo", "originals/photo.jpg")], member=member, tools=tools)
    return [(one.category, one.confidence) for one in scene.detections if not one.whole_image]


def test_a_letter_in_the_cameras_strip_is_neither_a_person_nor_an_animal() -> None:
    elephant = Box(0.5, 0.4, 0.1, 0.1, "animal", 0.7)
    letters = [Box(0.1, 0.95, 0.02, 0.03, label, 0.5) for label in ("animal", "person", "vehicle")]
    assert found(elephant, *letters) == [("animal", 0.7)]


def test_what_is_small_but_sure_stays() -> None:
    bird = Box(0.1, 0.2, 0.02, 0.03, "animal", 0.7)
    assert found(bird) == [("animal", 0.7)]
