"""Accuracy and loss of state dicts on the shipped heads and test images, and the table of merges.

    python evaluate.py --assets ../demo-assets
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file
from torch.nn import functional
from transformers import CLIPVisionConfig, CLIPVisionModel

import merge
from data import read_idx
from model import logits, pixels

TASKS = ["fashion_mnist", "mnist", "digits", "letters"]
BATCH = 128
# Scaling factors of the demo, chosen by `--scan`.
ARITHMETIC, TIES = 0.3, 0.8


def read_head(path):
    """The tensors of a zero-shot head and its class names."""
    with safe_open(path, "pt") as file:
        classes = json.loads(file.metadata()["classnames"])
        return {key: file.get_tensor(key) for key in file.keys()}, classes


def read_images(folder, classes):
    """Test images in evaluation order: as stored (IDX); by class, then by file name (PNG)."""
    if (folder / "t10k-images-idx3-ubyte.gz").exists():
        labels = read_idx(folder / "t10k-labels-idx1-ubyte.gz")
        return read_idx(folder / "t10k-images-idx3-ubyte.gz"), torch.tensor(labels).long()
    images, labels = [], []
    for index, name in enumerate(classes):
        for path in sorted((folder / name).glob("*.png")):
            images.append(np.asarray(Image.open(path)))
            labels.append(index)
    return np.stack(images), torch.tensor(labels)


def network(assets, state):
    """The float32 network that holds a state dict."""
    vision = CLIPVisionModel(
        CLIPVisionConfig.from_pretrained(assets / "models" / "_pretrained_", dtype="float32"))
    vision.load_state_dict({k: v.float() for k, v in state.items()})
    return vision.eval()


@torch.no_grad()
def all_logits(vision, head, images):
    """float32 [n, classes], computed in batches of 128."""
    parts = [
        logits(vision, head["visual_projection.weight"], head["weight"], head["logit_scale"],
               pixels(images[start : start + BATCH]))
        for start in range(0, len(images), BATCH)
    ]
    return torch.cat(parts)


def scores(found, labels):
    """Accuracy; the mean over batches of 128 of the batch's mean cross-entropy; and the smallest
    distance between an image's two largest logits."""
    losses = [
        functional.cross_entropy(found[start : start + BATCH], labels[start : start + BATCH])
        for start in range(0, len(labels), BATCH)
    ]
    correct = (found.argmax(1) == labels).sum().item()
    return {
        "accuracy": correct / len(labels),
        "loss": sum(loss.double().item() for loss in losses) / len(losses),
        "correct": correct,
        "smallest_margin": found.topk(2).values.diff().abs().min().item(),
        "count": len(labels),
    }


class Assets:
    """The shipped models, heads and images."""

    def __init__(self, root):
        self.root = Path(root)
        self.states = {
            name: load_file(self.root / "models" / name / "model.safetensors")
            for name in ["_pretrained_", *TASKS]
        }
        self.heads, self.images, self.classes = {}, {}, {}
        for task in TASKS:
            self.heads[task], self.classes[task] = read_head(
                self.root / "heads" / f"{task}.safetensors")
            self.images[task] = read_images(self.root / "data" / task, self.classes[task])

    def evaluate(self, state):
        """task -> accuracy, loss."""
        vision = network(self.root, state)
        return {
            task: scores(all_logits(vision, self.heads[task], images), labels)
            for task, (images, labels) in self.images.items()
        }

    def merges(self, arithmetic=ARITHMETIC, ties=TIES):
        """name -> merged state dict."""
        base = self.states["_pretrained_"]
        models = [self.states[task] for task in TASKS]
        return {
            "simple_average": merge.simple_average(models),
            f"task_arithmetic {arithmetic}": merge.task_arithmetic(base, models, arithmetic),
            f"ties_merging {ties}": merge.ties_merging(base, models, ties),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=Path, required=True)
    parser.add_argument("--scan", action="store_true", help="try many scaling factors")
    options = parser.parse_args()
    torch.set_num_threads(1)
    assets = Assets(options.assets)
    rows = dict(assets.states)
    if options.scan:
        for factor in [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.2]:
            rows.update(assets.merges(factor, factor))
    else:
        rows.update(assets.merges())
    print("| model |", " | ".join([*TASKS, "average"]), "|")
    print("| --- |" + " ---: |" * (len(TASKS) + 1))
    for name, state in rows.items():
        found = [result["accuracy"] * 100 for result in assets.evaluate(state).values()]
        cells = [f"{x:.1f}" for x in [*found, sum(found) / len(found)]]
        print(f"| {name} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
