"""The network of the demo and its forward pass from pixels to logits."""

import torch
from torch.nn import functional
from transformers import CLIPVisionConfig

MEAN, STD = 0.25, 0.35
PROJECTION = 64

CONFIG = CLIPVisionConfig(
    hidden_size=128, intermediate_size=512, num_hidden_layers=4, num_attention_heads=4,
    image_size=28, patch_size=7, projection_dim=PROJECTION, hidden_act="quick_gelu",
)

PREPROCESSOR = {
    "crop_size": {"height": 28, "width": 28},
    "do_center_crop": True,
    "do_convert_rgb": True,
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": True,
    "image_mean": [MEAN] * 3,
    "image_processor_type": "CLIPImageProcessor",
    "image_std": [STD] * 3,
    "resample": 3,
    "rescale_factor": 1 / 255,
    "size": {"shortest_edge": 28},
}


def pixels(images):
    """Normalised float32 [n, 3, 28, 28] from uint8 [n, 28, 28]."""
    values = (torch.as_tensor(images).float() / 255 - MEAN) / STD
    return values.unsqueeze(1).expand(-1, 3, -1, -1)


def logits(vision, projection, weight, logit_scale, values):
    """CLIP's zero-shot logits [n, classes]: scaled cosines of image and class vectors."""
    embeds = functional.normalize(vision(values).pooler_output @ projection.T, dim=-1)
    return logit_scale.exp() * embeds @ weight.T
