"""Writes networks/smile: small CLIP vision models and what FusionBench's SMILE upscaling of them makes
of some images; and networks/demo/smile.json: what that of the demo's models scores.

    pip install fusion-bench transformers safetensors && python Tests/Goldens/make_smile_goldens.py

The models of networks/smile share one projection, which no fine-tuning changed. Computed in float32.
"""

import copy
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, CLIPVisionModel

ROOT = Path(__file__).resolve().parents[2]
OUT = Path(__file__).resolve().parent / "networks"
sys.path.insert(0, str(ROOT / "launch" / "train-demo"))

from evaluate import TASKS, Assets, all_logits, network, scores  # noqa: E402
from fusion_bench.method import SmileUpscalingAlgorithm  # noqa: E402
from fusion_bench.modelpool import BaseModelPool  # noqa: E402

CASES = {
    "top_1": {"gate_k": 2, "k": 4, "top_k": 1},
    "top_2_weights": {"gate_k": 3, "k": 5, "top_k": 2, "routing_use_diff": False},
    "dense": {"gate_k": 4, "k": -1, "top_k": 3},
}


def smile(models, **parameters):
    """FusionBench's upscaled model; the pool's models are left alone."""
    method = SmileUpscalingAlgorithm(device="cpu", upscaling_accelerator=None, **parameters)
    return method.run(BaseModelPool(copy.deepcopy(models))).eval()


def tiny():
    torch.manual_seed(11)
    config = CLIPVisionConfig(
        hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
        image_size=8, patch_size=4, projection_dim=8, hidden_act="quick_gelu")
    base = CLIPVisionModel(config).eval()
    models = {"_pretrained_": base}
    with torch.no_grad():
        for parameter in base.parameters():
            shift = 0.5 if parameter.ndim == 1 else 0.0
            parameter.copy_(torch.randn(parameter.shape) * 0.2 + shift)
        for name in ["a", "b", "c"]:
            model = copy.deepcopy(base)
            for key, parameter in model.named_parameters():
                if "layers.0.self_attn.k_proj" not in key:
                    parameter.add_(torch.randn(parameter.shape) * 0.1)
            models[name] = model
        values = torch.randn(5, 3, 8, 8)
        reference = {"pixel_values": values}
        for name, parameters in CASES.items():
            reference[name] = smile(models, **parameters)(values).pooler_output
    folder = OUT / "smile"
    folder.mkdir(parents=True, exist_ok=True)
    config.architectures = ["CLIPVisionModel"]
    (folder / "config.json").write_text(config.to_json_string())
    for name, model in models.items():
        save_file({k: v.contiguous() for k, v in model.state_dict().items()},
                  folder / f"{name}.safetensors", {"format": "pt"})
    save_file(reference, folder / "reference.safetensors")


@torch.no_grad()
def demo():
    assets = Assets(ROOT / "launch" / "demo-assets")
    models = {name: network(assets.root, state) for name, state in assets.states.items()}
    models = {"_pretrained_": models.pop("_pretrained_"), **models}
    parameters = {"gate_k": 4, "k": 16, "top_k": 1}
    upscaled = smile(models, **parameters)
    report = {"parameters": parameters}
    for task in TASKS:
        images, labels = assets.images[task]
        report[task] = scores(all_logits(upscaled, assets.heads[task], images), labels)
    (OUT / "demo" / "smile.json").write_text(json.dumps(report, indent=2) + "\n")


def main():
    torch.set_num_threads(1)
    tiny()
    demo()


if __name__ == "__main__":
    main()
