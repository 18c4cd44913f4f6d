"""A MobileNetV2 with a narrow last layer: for few labels most of its features are not needed."""

from functools import partial
from typing import Any

from timm.models import register_model
from timm.models._efficientnet_builder import decode_arch_def, round_channels
from timm.models.efficientnet import EfficientNet
from torch import nn

STAGES = (
    "ds_r1_k3_s1_c16",
    "ir_r2_k3_s2_e6_c24",
    "ir_r3_k3_s2_e6_c32",
    "ir_r4_k3_s2_e6_c64",
    "ir_r3_k3_s1_e6_c96",
    "ir_r3_k3_s2_e6_c160",
    "ir_r1_k3_s1_e6_c320",
)


@register_model
def mobilenetv2_slim(pretrained: bool = False, features: int = 384, **others: Any) -> EfficientNet:
    """Return timm's `mobilenetv2_100` with `features` channels in the last layer."""
    for key in ("pretrained_cfg", "pretrained_cfg_overlay", "cache_dir"):
        others.pop(key, None)
    return EfficientNet(
        decode_arch_def([[stage] for stage in STAGES]),
        num_features=int(features),
        round_chs_fn=partial(round_channels, multiplier=1.0),
        norm_layer=nn.BatchNorm2d,
        act_layer=nn.ReLU6,
        **others,
    )
