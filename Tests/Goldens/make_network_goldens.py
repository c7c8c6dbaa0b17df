"""Reference outputs for the networks and the evaluator, made by PyTorch and transformers.

    python make_network_goldens.py

Writes networks/demo/: float32 logits of the demo's models on the demo's test images, with accuracy
and loss, also for three merges; and networks/<tiny>/: two random CLIP vision models with inputs
and outputs, one with each spelling of the parameter names.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save
from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModel

ROOT = Path(__file__).resolve().parents[2]
OUT = Path(__file__).resolve().parent / "networks"
sys.path.insert(0, str(ROOT / "launch" / "train-demo"))

from evaluate import TASKS, Assets, all_logits, network, scores  # noqa: E402
from model import pixels  # noqa: E402


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def save_file(tensors, path, metadata=None):
    path.write_bytes(save(tensors, metadata))


def digest(state):
    """SHA-256 of the tensors' bytes, one after another in the order of their names."""
    sha = hashlib.sha256()
    for key in sorted(state):
        sha.update(state[key].contiguous().numpy().tobytes())
    return sha.hexdigest()


def check_processor(assets):
    """The plain arithmetic of `pixels` is what transformers' processor does to these images."""
    processor = CLIPImageProcessor.from_pretrained(assets.root / "models" / "_pretrained_")
    images, _ = assets.images["mnist"]
    rgb = [np.repeat(image[:, :, None], 3, axis=2) for image in images[:20]]
    found = processor(rgb, return_tensors="pt")["pixel_values"]
    torch.testing.assert_close(found, pixels(images[:20]), rtol=0, atol=1e-6)


def demo():
    """Logits [n, classes] per model and task, in evaluation order."""
    assets = Assets(ROOT / "launch" / "demo-assets")
    check_processor(assets)
    out = OUT / "demo"
    out.mkdir(parents=True, exist_ok=True)
    report = {"batch_size": 128, "tasks": TASKS, "models": {}, "merges": {}}
    for name, state in assets.states.items():
        vision = network(assets.root, state)
        tensors, report["models"][name] = {}, {}
        for task in TASKS:
            images, labels = assets.images[task]
            found = all_logits(vision, assets.heads[task], images)
            report["models"][name][task] = scores(found, labels)
            if name in ("_pretrained_", task):
                tensors[task] = found
        save_file(tensors, out / f"{name}.logits.safetensors")
    for name, state in assets.merges().items():
        report["merges"][name] = {"sha256": digest(state), **assets.evaluate(state)}
    labels = {task: assets.images[task][1] for task in TASKS}
    save_file(labels, out / "labels.safetensors")
    write_json(out / "scores.json", report)


def tiny(name, activation, seed, prefix):
    """A random model of hidden size 32, its input, and its outputs in float32."""
    torch.manual_seed(seed)
    config = CLIPVisionConfig(
        hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        image_size=28, patch_size=7, projection_dim=16, hidden_act=activation)
    model = CLIPVisionModel(config).eval()
    with torch.no_grad():
        # Default weights are so small, and biases zero, that wrong code could pass.
        for parameter in model.parameters():
            shift = 0.5 if parameter.ndim == 1 else 0.0
            parameter.copy_(torch.randn(parameter.shape) * 0.15 + shift)
        values = torch.randn(3, 3, 28, 28)
        found = model(values, output_hidden_states=True)
    folder = OUT / name
    model.save_pretrained(folder)
    state = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()  # written again below, under the wanted names
    flat = {key.removeprefix("vision_model."): value for key, value in state.items()}
    if prefix:  # files of that spelling often carry the positions too: nothing may need them
        flat["embeddings.position_ids"] = torch.arange(17).unsqueeze(0)
    save_file({prefix + key: flat[key] for key in sorted(flat)}, folder / "model.safetensors",
              {"format": "pt"})
    save_file(
        {
            "pixel_values": values,
            "pooler_output": found.pooler_output,
            "last_hidden_state": found.last_hidden_state,
            **{f"hidden_states.{i}": h.clone() for i, h in enumerate(found.hidden_states)},
        },
        folder / "reference.safetensors",
    )


def main():
    torch.set_num_threads(1)
    tiny("tiny-quick-gelu-prefixed", "quick_gelu", 1, "vision_model.")
    tiny("tiny-gelu-flat", "gelu", 2, "")
    demo()


if __name__ == "__main__":
    main()
