"""Makes Tests/Goldens/methods: small float32 models and what FusionBench merges them to.

    pip install fusion-bench safetensors && python Tests/Goldens/make_method_goldens.py

The models have 1-D, 2-D and 4-D tensors, a scalar, an integer buffer, entries that equal the base
exactly, and pairs of opposite task vectors whose sum is exactly zero.
"""

import json
import os

import torch
from safetensors.torch import save_file

from fusion_bench.method import (
    SimpleAverageAlgorithm,
    TaskArithmeticAlgorithm,
    TiesMergingAlgorithm,
    WeightedAverageAlgorithm,
)
from fusion_bench.modelpool import BaseModelPool

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "methods")
MODELS = ["a", "b", "c", "d"]


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(40, 24)
        self.conv = torch.nn.Conv2d(3, 8, 4, bias=False)
        self.fc = torch.nn.Linear(24, 32)
        self.norm = torch.nn.LayerNorm(24)
        self.logit_scale = torch.nn.Parameter(torch.tensor(2.6592))
        self.register_buffer("num_batches_tracked", torch.tensor(7))


def models():
    torch.manual_seed(1)
    base = Net()
    nets = {"_pretrained_": base}
    for position, name in enumerate(MODELS):
        net = Net()
        generator = torch.Generator().manual_seed(10 + position)
        with torch.no_grad():
            for (key, value), (_, start) in zip(net.named_parameters(), base.named_parameters()):
                delta = torch.randn(value.shape, generator=generator) * 0.01
                value.copy_(start + delta)
            net.embedding.weight[::5] = base.embedding.weight[::5]
        nets[name] = net
    # Opposite changes that cancel exactly, where the values allow it.
    with torch.no_grad():
        for name, sign in (("a", 1), ("b", -1), ("c", 0), ("d", 0)):
            row = torch.ones(24)
            base.fc.weight[3] = row
            nets[name].fc.weight[3] = row + sign * 0.25
    return nets


def cases():
    return {
        "simple_average": SimpleAverageAlgorithm(),
        "weighted_average": WeightedAverageAlgorithm(normalize=True, weights=[0.4, 0.3, 0.2, 0.1]),
        "task_arithmetic": TaskArithmeticAlgorithm(scaling_factor=0.3),
        "ties_sum": TiesMergingAlgorithm(
            scaling_factor=0.3, threshold=20, remove_keys=[], merge_func="sum"),
        "ties_mean": TiesMergingAlgorithm(
            scaling_factor=1.0, threshold=35, remove_keys=[], merge_func="mean"),
        "ties_max": TiesMergingAlgorithm(
            scaling_factor=0.7, threshold=0.5, remove_keys=[], merge_func="max"),
    }


def main():
    os.makedirs(HERE, exist_ok=True)
    for name, net in models().items():
        save_file(net.state_dict(), os.path.join(HERE, f"{name}.safetensors"))
    for name, algorithm in cases().items():
        merged = algorithm.run(BaseModelPool(models()))
        save_file(merged.state_dict(), os.path.join(HERE, f"merged_{name}.safetensors"))
    import fusion_bench

    version = {"torch": torch.__version__, "fusion_bench": getattr(fusion_bench, "__version__", "")}
    with open(os.path.join(HERE, "versions.json"), "w") as file:
        json.dump(version, file, indent=2)


if __name__ == "__main__":
    main()
