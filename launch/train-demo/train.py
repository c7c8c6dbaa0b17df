"""Makes launch/demo-assets: a small CLIP vision model, fine-tuned on four tasks.

    python train.py --out ../demo-assets [--fonts /usr/share/fonts]

Nobody needs to run this: its results are in the repository. On one CPU core it takes about a
quarter of an hour. The same machine gives the same weights; another one differs by rounding.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch.nn import functional
from transformers import CLIPVisionModel

import data
from model import CONFIG, PREPROCESSOR, PROJECTION, logits, pixels

SEED = 20
BATCH = 64
# The base sees so many training images per class of each task, in batches of 6 per task, and
# so many images per batch of the extra data.
FEW_SHOTS = {"fashion_mnist": 5, "mnist": 2, "digits": 1, "letters": 2}
FEW_SHARE, EXTRA_SHARE = 6, {"glyphs": 22, "fashion_groups": 18}
BASE_STEPS, BASE_RATE = 2000, 1e-3
TUNE_STEPS, TUNE_RATE = 400, 1e-4


def jitter(values, generator):
    """Turns, scales and moves every image a little."""
    n = len(values)
    angle, scale, x, y = torch.rand(4, n, generator=generator) * 2 - 1
    angle, scale = angle * 0.2, 1 + scale * 0.12
    cos, sin = angle.cos() * scale, angle.sin() * scale
    theta = torch.stack([cos, -sin, x * 0.14, sin, cos, y * 0.14], 1).view(n, 2, 3)
    grid = functional.affine_grid(theta, values.shape, align_corners=False)
    return functional.grid_sample(values, grid, padding_mode="border", align_corners=False)


def train(parameters, sources, loss_of, steps, rate, generator, label):
    """AdamW with a cosine schedule; every step takes one batch from each source's share."""
    optimizer = torch.optim.AdamW(parameters, rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps, pct_start=0.1)
    start, shown = time.time(), 0.0
    for step in range(steps):
        loss = 0
        for name, (images, labels, share) in sources.items():
            rows = torch.randint(len(images), (share,), generator=generator)
            values = jitter(pixels(images[rows]), generator)
            loss = loss + loss_of(name, values, labels[rows]) * share / BATCH
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        shown += loss.item()
        if (step + 1) % 100 == 0:
            print(f"{label} {step + 1}/{steps} loss {shown / 100:.3f} {time.time() - start:.0f} s",
                  flush=True)
            shown = 0.0


def few_shots(tasks, random):
    chosen = {}
    for name, (_, (images, labels, _, _)) in tasks.items():
        if name == "letters":  # the first drawings: a few fonts only
            count = FEW_SHOTS[name] * len(data.LETTERS)
            chosen[name] = (images[:count], labels[:count])
        else:
            chosen[name], _ = data.take(images, labels, FEW_SHOTS[name], random)
    return chosen


def make_base(tasks, extra):
    """Trains base, projection, class vectors and scale together; returns them frozen."""
    generator = torch.Generator().manual_seed(SEED)
    torch.manual_seed(SEED)
    vision = CLIPVisionModel(CONFIG)
    sizes = {name: len(entry[0]) for name, entry in {**tasks, **extra}.items()}
    weights = {k: torch.nn.Parameter(torch.randn(n, PROJECTION)) for k, n in sizes.items()}
    projection = torch.nn.Parameter(torch.randn(PROJECTION, CONFIG.hidden_size) * 128**-0.5)
    scale = torch.nn.Parameter(torch.tensor(10.0).log())

    def loss_of(name, values, labels):
        weight = functional.normalize(weights[name], dim=-1)
        found = logits(vision, projection, weight, scale.clamp(max=3.2), values)
        return functional.cross_entropy(found, labels)

    random = np.random.default_rng(SEED)
    sources = {
        name: (torch.tensor(images), torch.tensor(labels), FEW_SHARE)
        for name, (images, labels) in few_shots(tasks, random).items()
    }
    for name, (_, images, labels) in extra.items():
        sources[name] = (torch.tensor(images), torch.tensor(labels), EXTRA_SHARE[name])
    parameters = [*vision.parameters(), *weights.values(), projection, scale]
    train(parameters, sources, loss_of, BASE_STEPS, BASE_RATE, generator, "base")
    heads = {
        name: functional.normalize(weights[name].detach(), dim=-1) for name in tasks
    }
    return vision, projection.detach(), heads, scale.detach().clamp(max=3.2)


def fine_tune(name, number, state, task, projection, head, scale):
    """Trains a copy of the base on one task; head, projection and scale stay as they are."""
    generator = torch.Generator().manual_seed(SEED + 1 + number)
    vision = CLIPVisionModel(CONFIG)
    vision.load_state_dict(state)

    def loss_of(_, values, labels):
        found = logits(vision, projection, head, scale, values)
        return functional.cross_entropy(found, labels)

    images, labels = task[1][:2]
    sources = {name: (torch.tensor(images), torch.tensor(labels), BATCH)}
    train(list(vision.parameters()), sources, loss_of, TUNE_STEPS, TUNE_RATE, generator, name)
    return vision


def save_model(vision, path):
    vision.half().save_pretrained(path)
    (path / "model.safetensors").chmod(0o644)
    (path / "preprocessor_config.json").write_text(json.dumps(PREPROCESSOR, indent=2) + "\n")


def save_data(tasks, out):
    for name, (classes, (_, _, images, labels)) in tasks.items():
        if name != "letters":
            data.write_idx(out / name / "t10k-images-idx3-ubyte.gz", images)
            data.write_idx(out / name / "t10k-labels-idx1-ubyte.gz", labels)
            continue
        for index, label in enumerate(classes):
            (out / name / label).mkdir(parents=True, exist_ok=True)
            for number, image in enumerate(images[labels == index]):
                Image.fromarray(image).save(
                    out / name / label / f"{number:02}.png", optimize=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fonts", type=Path, default=Path("/usr/share/fonts"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    tasks, extra = data.load(options.fonts, SEED)
    for name, (_, (train_images, _, test_images, _)) in tasks.items():
        print(f"{name}: {len(train_images)} to train, {len(test_images)} to test")
    save_data(tasks, options.out / "data")

    vision, projection, heads, scale = make_base(tasks, extra)
    (options.out / "heads").mkdir(parents=True, exist_ok=True)
    for name, weight in heads.items():
        tensors = {
            "weight": weight.contiguous(), "logit_scale": scale,
            "visual_projection.weight": projection,
        }
        metadata = {"format": "pt", "classnames": json.dumps(tasks[name][0])}
        save_file(tensors, options.out / "heads" / f"{name}.safetensors", metadata)
    save_model(vision, options.out / "models" / "_pretrained_")

    # Fine-tuning starts from the shipped, rounded base.
    state = {k: v.float() for k, v in vision.state_dict().items()}
    for number, name in enumerate(tasks):
        tuned = fine_tune(name, number, state, tasks[name], projection, heads[name], scale)
        save_model(tuned, options.out / "models" / name)


if __name__ == "__main__":
    main()
