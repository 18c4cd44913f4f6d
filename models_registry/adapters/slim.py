"""Networks with a narrow last layer: for few labels most of its features are not needed."""

from functools import partial
from typing import Any

from timm.models import register_model
from timm.models._efficientnet_builder import decode_arch_def, round_channels
from timm.models.efficientnet import EfficientNet
from torch import nn

MOBILENET = (
    "ds_r1_k3_s1_c16",
    "ir_r2_k3_s2_e6_c24",
    "ir_r3_k3_s2_e6_c32",
    "ir_r4_k3_s2_e6_c64",
    "ir_r3_k3_s1_e6_c96",
    "ir_r3_k3_s2_e6_c160",
    "ir_r1_k3_s1_e6_c320",
)
EFFICIENTNET_LITE = (
    "ds_r1_k3_s1_e1_c16",
    "ir_r2_k3_s2_e6_c24",
    "ir_r2_k5_s2_e6_c40",
    "ir_r3_k3_s2_e6_c80",
    "ir_r3_k5_s1_e6_c112",
    "ir_r4_k5_s2_e6_c192",
    "ir_r1_k3_s1_e6_c320",
)
TENSORFLOW_EPSILON = 1e-3
"""Of the normalisation in networks that were trained with TensorFlow."""


@register_model
def mobilenetv2_slim(pretrained: bool = False, features: int = 384, **others: Any) -> EfficientNet:
    """Return timm's `mobilenetv2_100` with `features` channels in the last layer."""
    return _slim(MOBILENET, features, nn.BatchNorm2d, others)


@register_model
def efficientnet_lite0_slim(
    pretrained: bool = False, features: int = 512, **others: Any
) -> EfficientNet:
    """Return timm's `tf_efficientnet_lite0` with `features` channels in the last layer."""
    norm = partial(nn.BatchNorm2d, eps=TENSORFLOW_EPSILON)
    return _slim(EFFICIENTNET_LITE, features, norm, {"pad_type": "same", **others})


def _slim(
    stages: tuple[str, ...], features: int, norm: Any, others: dict[str, Any]
) -> EfficientNet:
    for key in ("pretrained_cfg", "pretrained_cfg_overlay", "cache_dir"):
        others.pop(key, None)
    return EfficientNet(
        decode_arch_def([[stage] for stage in stages]),
        num_features=int(features),
        round_chs_fn=partial(round_channels, multiplier=1.0),
        norm_layer=norm,
        act_layer=nn.ReLU6,
        **others,
    )
