"""Makes Tests/Goldens/methods/mergekit_*.safetensors: what mergekit's merge functions make of the
models of make_method_goldens.py, tensor by tensor. Integer buffers are the first model's.

    pip install fusion-bench mergekit && python Tests/Goldens/make_mergekit_goldens.py

Made with mergekit a6e402884ba9bc30da7f23e8304a35f19485de95.
"""

import os
from types import SimpleNamespace

import torch
from mergekit.merge_methods.generalized_task_arithmetic import ConsensusMethod, GTATask
from mergekit.merge_methods.karcher import karcher_merge_tensors
from mergekit.merge_methods.multislerp import multislerp
from mergekit.merge_methods.nearswap import nearswap_merge
from mergekit.merge_methods.nuslerp import nuslerp
from mergekit.merge_methods.ram import ram_merge, ramplus_tl_merge
from mergekit.merge_methods.sce import sce_merge
from mergekit.sparsify import RescaleNorm, SparsificationMethod
from safetensors.torch import save_file

from make_method_goldens import HERE, models


def breadcrumbs(consensus, normalize, rescale, lambda_, weights, densities, gammas):
    def merge(base, *tensors):
        parameters = {
            str(i): {"weight": w, "density": d, "gamma": g}
            for i, (w, d, g) in enumerate(zip(weights, densities, gammas))
        }
        task = SimpleNamespace(
            method=SimpleNamespace(
                sparsification_method=SparsificationMethod.magnitude_outliers,
                consensus_method=consensus),
            weight_info=SimpleNamespace(name="", is_embed=False), base_model="base",
            tensor_parameters=SimpleNamespace(data=parameters), int8_mask=False,
            normalize=normalize, lambda_=lambda_,
            rescale_norm=RescaleNorm.l1 if rescale else None)
        inputs = {"base": base} | {str(i): t.clone() for i, t in enumerate(tensors)}
        return GTATask.execute(task, inputs)

    return merge


def nuslerp_by(flatten, dim, with_base, t):
    def merge(base, a, b):
        # In float32 the sine of exactly opposite vectors is 8.7e-8, above mergekit's limit for the
        # straight line, and divides: hence float64.
        origin = base if with_base else torch.zeros_like(base)
        arc = nuslerp(
            t, (a - origin).double(), (b - origin).double(), dim=dim, flatten=flatten)
        return (origin + arc).float()

    return merge


def cases():
    every = ["a", "b", "c", "d"]
    return {
        "nuslerp": (nuslerp_by(True, -1, True, 0.25), ["a", "b"]),
        "nuslerp_values": (nuslerp_by(True, -1, False, 0.25), ["a", "b"]),
        "nuslerp_last": (nuslerp_by(False, -1, True, 0.25), ["a", "b"]),
        "nuslerp_first": (nuslerp_by(False, 0, True, 0.25), ["a", "b"]),
        "multislerp": (
            lambda base, *t: multislerp(
                list(x.clone() for x in t), [0.5, 1.0, 2.0, 0.5], base_tensor=base), every),
        "multislerp_values": (
            lambda base, *t: multislerp(list(t), [0.3, 0.3, 0.2, 0.1], normalize_weights=False),
            every),
        "karcher_values": (lambda base, *t: karcher_merge_tensors(list(t), [0.25] * 4), every),
        "nearswap": (lambda base, a: nearswap_merge([a], base, 0.003), ["a"]),
        "ram": (lambda base, *t: ram_merge(list(t), base, 0.012), every),
        "ramplus_tl": (
            lambda base, *t: ramplus_tl_merge(list(t), base, 0.5, 0.7, 0.012), every),
        "sce": (lambda base, *t: sce_merge(list(t), base), every),
        # It fails where no position is selected: a mask then has the shape of all models.
        "sce_topk": (
            lambda base, *t: sce_merge(list(t), base, select_topk=0.3)
            if base.numel() > 1 else base, every),
        "breadcrumbs": (
            breadcrumbs(None, False, False, 0.8, [0.4, 0.3, 0.2, 0.1], [0.7] * 4, [0.05] * 4),
            every),
        "breadcrumbs_rescaled": (
            breadcrumbs(
                None, True, True, 1.0, [1.0] * 4, [0.9, 0.5, 1.0, 0.98], [0.05, 0.06, 0.05, 0.05]),
            every),
        "breadcrumbs_ties": (
            breadcrumbs(
                ConsensusMethod.sum, True, False, 1.0, [0.4, 0.3, 0.2, 0.1], [0.7] * 4, [0.05] * 4),
            every),
    }


def main():
    nets = {name: net.state_dict() for name, net in models().items()}
    for name, (merge, names) in cases().items():
        merged = {}
        for key, base in nets["_pretrained_"].items():
            if base.is_floating_point():
                # Some functions fail for scalars, or give another answer than for one element.
                shape = base.shape if base.dim() > 0 else (1,)
                tensors = (nets[n][key].clone().reshape(shape) for n in names)
                merged[key] = merge(base.clone().reshape(shape), *tensors)
                merged[key] = merged[key].reshape(base.shape).contiguous()
            else:
                merged[key] = base
        save_file(merged, os.path.join(HERE, f"mergekit_{name}.safetensors"))


if __name__ == "__main__":
    with torch.no_grad():
        main()
