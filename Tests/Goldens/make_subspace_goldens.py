"""Makes Tests/Goldens/subspace: float32 models and what FusionBench merges them to by methods that
decompose weight matrices.

    pip install fusion-bench safetensors && python Tests/Goldens/make_subspace_goldens.py

FusionBench computes in float64 here and its results are rounded to float32: in float32 its own
rounding changes the results for `low` by 3e-4 of the largest change.

`full` has task vectors of full rank, `low` of rank 3 with noise of 1 % of their size. Matrices are
wide, tall and square, as in a transformer; there are a convolution, biases and an embedding.
"""

import copy
import os

import torch
import transformers.models.clip.modeling_clip as clip
from omegaconf import OmegaConf
from safetensors.torch import save_file

from fusion_bench.method import (
    ISO_C_Merge,
    ISO_CTS_Merge,
    SingularProjectionMergingAlgorithm,
    TaskSingularVectorMerging,
    WUDIMerging,
)
from fusion_bench.method.knots.knots_utils import subspace_alignment
from fusion_bench.method.ties_merging.ties_merging_utils import ties_merging
from fusion_bench.method.singular_value_calibration import (
    SingularValueCalibrationArithmeticTask,
    SingularValueCalibrationWithBaseMethod,
)
from fusion_bench.modelpool import BaseModelPool
from lightning import Fabric

# What importing FusionBench's CLIP modules needs and newer releases of transformers lack.
if not hasattr(clip, "CLIPVisionTransformer"):
    clip.CLIPVisionTransformer = clip.CLIPVisionModel
from fusion_bench.method.smile_upscaling.error_accumulation import LowRankApproximation

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "subspace")
MODELS = ["a", "b", "c", "d"]


class CopyingPool(BaseModelPool):
    """A pool that hands out copies, as one that loads from disk does."""

    def load_model(self, *args, **kwargs):
        return copy.deepcopy(super().load_model(*args, **kwargs))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(10, 40)
        self.conv = torch.nn.Conv2d(3, 4, 4, bias=False)
        self.fc1 = torch.nn.Linear(32, 48)
        self.fc2 = torch.nn.Linear(48, 32)
        self.q = torch.nn.Linear(40, 40)


def doubles(kind):
    return {name: net.double() for name, net in models(kind).items()}


def models(kind):
    torch.manual_seed(3)
    base = Net()
    nets = {"_pretrained_": base}
    for position, name in enumerate(MODELS):
        net = Net()
        generator = torch.Generator().manual_seed(20 + position)

        def normal(*shape):
            return torch.randn(shape, generator=generator)

        with torch.no_grad():
            for (key, value), (_, start) in zip(net.named_parameters(), base.named_parameters()):
                if value.dim() == 2 and kind == "low":
                    m, n = value.shape
                    delta = normal(m, 3) @ normal(3, n) * 0.005 + normal(m, n) * 0.0001
                else:
                    delta = normal(*value.shape) * 0.01
                value.copy_(start + delta)
        nets[name] = net
    return nets


def cases():
    def base_method(**kwargs):
        return SingularValueCalibrationWithBaseMethod(**kwargs)

    def projection(**kwargs):
        config = {"full_matrices": False, "device": "cpu", "model_path": None}
        return SingularProjectionMergingAlgorithm(OmegaConf.create(config | kwargs))

    return {
        "tsvm": TaskSingularVectorMerging(alpha=0.7),
        "tsvm_list": TaskSingularVectorMerging(
            alpha=[0.5, 1.0, -1.5, 2.0], exclude_keys=["embedding.weight"]),
        "iso_c": ISO_C_Merge(scaling_factor=1.3, exclude_keys=["q.weight"]),
        "iso_cts": ISO_CTS_Merge(scaling_factor=0.9, common_space_fraction=0.7),
        "svc_task_arithmetic": SingularValueCalibrationArithmeticTask(
            scaling_factor=0.3, alpha=0.1),
        "wudi": WUDIMerging(iter_num=400),
        "svc_wudi": base_method(base_method=WUDIMerging(iter_num=50), alpha=1.0),
        "projection_low": projection(k=-1, rank="low"),
        "projection_high": projection(k=5, rank="high"),
        "projection_high_full": projection(k=5, rank="high", full_matrices=True),
        "svc_tsvm": base_method(base_method=TaskSingularVectorMerging(alpha=1), alpha=1.0),
    }


def knots(nets, scale, threshold, merge_func, eps=1e-4, exclude=()):
    """FusionBench's alignment and its TIES merging of what it gives, matrix by matrix."""
    base = nets["_pretrained_"]
    merged = copy.deepcopy(base)
    with torch.no_grad():
        for key, value in merged.named_parameters():
            deltas = [nets[name].get_parameter(key) - value for name in MODELS]
            if value.dim() == 2 and key not in exclude:
                u, s, parts = subspace_alignment(deltas, eps=eps)
                shape = parts[0].shape
                flat = torch.vstack([part.reshape(-1) for part in parts])
                change = u @ torch.diag(s) @ ties_merging(
                    flat, reset_thresh=threshold, merge_func=merge_func).reshape(shape)
            else:
                change = sum(deltas) / len(deltas)
            value.copy_(value + scale * change)
    return merged


def save(path, model):
    values = model.float().state_dict().items()
    save_file({key: value.contiguous() for key, value in values}, path)


def main():
    fabric = Fabric(accelerator="cpu", devices=1)
    for kind in ["full", "low"]:
        folder = os.path.join(HERE, kind)
        os.makedirs(folder, exist_ok=True)
        for name, net in models(kind).items():
            save(os.path.join(folder, f"{name}.safetensors"), net)
        for name, algorithm in cases().items():
            algorithm._fabric_instance = fabric
            merged = algorithm.run(CopyingPool(doubles(kind)))
            save(os.path.join(folder, f"merged_{name}.safetensors"), merged)
        save(os.path.join(folder, "merged_knots.safetensors"),
             knots(doubles(kind), 0.4, 30, "sum"))
        save(os.path.join(folder, "merged_knots_mean.safetensors"),
             knots(doubles(kind), 1.0, 60, "mean", eps=0.05, exclude=["q.weight"]))
        low_rank = LowRankApproximation(rank=3)
        low_rank.rank, low_rank.device = 3, "cpu"
        save(os.path.join(folder, "merged_low_rank.safetensors"),
             low_rank.run(CopyingPool(models(kind)))["c"])
        single = TaskSingularVectorMerging(return_single_task_models=True)
        single._fabric_instance = fabric
        for name, model in single.run(CopyingPool(doubles(kind))).items():
            if name in ["b", "merged"]:
                save(os.path.join(folder, f"merged_tsvm_single_{name}.safetensors"), model)


if __name__ == "__main__":
    main()
