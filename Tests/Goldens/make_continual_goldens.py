"""Makes Tests/Goldens/continual: float32 models and what FusionBench merges them to one after the
other.

    pip install fusion-bench safetensors && python Tests/Goldens/make_continual_goldens.py

FusionBench computes in float64 here and its results are rounded to float32. The parameter `token`
belongs to a module that has others inside, as CLIP's class embedding does.
"""

import copy
import os
from types import SimpleNamespace

import torch
import transformers.models.clip.modeling_clip as clip
from safetensors.torch import save_file

# What importing FusionBench's CLIP modules needs and newer releases of transformers lack.
if not hasattr(clip, "CLIPVisionTransformer"):
    clip.CLIPVisionTransformer = clip.CLIPVisionModel
from fusion_bench.method.dop.dop import ContinualDOPForCLIP
from fusion_bench.method.dop.dop_general import DOPMerging
from fusion_bench.method.opcm.opcm_general import OPCM
from fusion_bench.method.opcm.task_arithmetic import ContinualTaskArithmeticForCLIP
from fusion_bench.method.opcm.ties_merging import ContinualTiesMergingForCLIP
from fusion_bench.method.opcm.weight_average import ContinualWeightAverageForCLIP
from fusion_bench.modelpool import BaseModelPool
from lightning import Fabric

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "continual")


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.token = torch.nn.Parameter(torch.randn(12))
        self.embedding = torch.nn.Embedding(6, 12)
        self.fc1 = torch.nn.Linear(12, 20)
        self.fc2 = torch.nn.Linear(20, 12, bias=False)
        self.norm = torch.nn.LayerNorm(12)


class CopyingPool(BaseModelPool):
    """A pool that hands out copies, as one that loads from disk does."""

    def load_model(self, *args, **kwargs):
        return copy.deepcopy(super().load_model(*args, **kwargs))


def models():
    torch.manual_seed(5)
    base = Net()
    nets = {"_pretrained_": base}
    for name in ["a", "b", "c", "d"]:
        net = copy.deepcopy(base)
        with torch.no_grad():
            for value in net.parameters():
                value.add_(torch.randn_like(value) * 0.02)
        nets[name] = net
    return nets


def cases():
    plain = {"save_on_every_step": False, "evaluate_on_every_step": False}
    return {
        "opcm": OPCM(alpha=0.5, shuffle_order=False, **plain),
        "opcm_seed_7": OPCM(alpha=0.3, shuffle_order=True, seed=7, **plain),
        "task_arithmetic": ContinualTaskArithmeticForCLIP(
            scaling_factor=0.4, shuffle_order=True, seed=7, **plain),
        "ties": ContinualTiesMergingForCLIP(
            scaling_factor=0.5, threshold=20, remove_keys=[], merge_func="sum",
            shuffle_order=False, **plain),
        "ties_seed_7": ContinualTiesMergingForCLIP(
            scaling_factor=0.3, threshold=50, remove_keys=[], merge_func="mean",
            shuffle_order=True, seed=7, **plain),
        "dop": DOPMerging(
            lr=1e-3, num_steps=40, alpha=0.8, ema_beta=0.9, svd_epsilon=0.99999,
            shuffle_order=False, **plain),
        "dop_seed_7": ContinualDOPForCLIP(
            seed=7, shuffle_order=True, lr=1e-3, num_steps=30, alpha=0.8, ema=False,
            svd_epsilon=0.7, svd_proj_space="v", **plain),
        "dop_fixed": DOPMerging(
            lr=5e-4, num_steps=30, mgda=False, alpha=0.3, svd_epsilon=0.9, svd_proj_space="u",
            exclude_keys=["fc2"], shuffle_order=False, **plain),
        "weight_average": ContinualWeightAverageForCLIP(shuffle_order=True, seed=7, **plain),
    }


def save(name, model):
    values = model.float().state_dict().items()
    save_file(
        {key: value.contiguous() for key, value in values},
        os.path.join(FOLDER, f"{name}.safetensors"))


def main():
    os.makedirs(FOLDER, exist_ok=True)
    for name, net in models().items():
        save(name, net)
    for name, algorithm in cases().items():
        algorithm._fabric_instance = Fabric(accelerator="cpu", devices=1)
        algorithm._program = SimpleNamespace(
            taskpool=SimpleNamespace(_test_datasets={}), config={}, path=None)
        pool = CopyingPool({key: net.double() for key, net in models().items()})
        save(f"merged_{name}", algorithm.run(pool))


if __name__ == "__main__":
    main()
