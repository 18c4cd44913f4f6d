"""What workers wrote down in English, told to readers of Chinese."""

import io

import pytest
from django.utils.translation import override

from pipelines.pictures import PictureUnreadable, media_type_of
from tests.images import saved, scene
from wildlife.identifications import lineup, sweeping
from wildlife.identifications.execution import MODEL_UNUSABLE
from wildlife.told import told


def in_chinese(written: str) -> str:
    with override("zh-hans"):
        return told(written)


@pytest.mark.parametrize(
    "content",
    [b"", b"no photo at all", saved(scene(64, 64))[:600]],
    ids=["empty", "no photo", "cut short"],
)
def test_what_is_wrong_with_a_file(content):
    with pytest.raises(PictureUnreadable) as refused:
        media_type_of(io.BytesIO(content), max_pixels=1e6)
    assert in_chinese(str(refused.value)) != str(refused.value)


def test_numbers_are_put_into_the_sentence():
    with pytest.raises(PictureUnreadable) as refused:
        media_type_of(io.BytesIO(saved(scene(1500, 1000))), max_pixels=1e6)
    assert in_chinese(str(refused.value)).startswith("这张照片有 2 百万像素，上限为 1 百万像素。")


def test_a_sentence_within_a_sentence_is_told_too():
    written = MODEL_UNUSABLE.format(error=sweeping.NOBODY_CAME)
    assert in_chinese(written) == "识别照片的模型无法使用。没有处理进程及时完成此步骤。"


def test_what_hinders_a_run():
    sentences = (lineup.NO_DETECTOR, lineup.NO_COARSE, lineup.NO_EXPERT, sweeping.BREAKS_WORKERS)
    assert all(in_chinese(sentence) != sentence for sentence in sentences)


def test_what_nobody_translated_stays_as_it_is():
    assert in_chinese("Disk on fire (3).") == "Disk on fire (3)."
    assert in_chinese("") == ""


def test_english_stays_english():
    with override("en"):
        assert told("3 photos together") == "3 photos together"
