"""Makes Tests/Goldens/randes: small float32 models and adapters, and what FusionBench's RanDeS makes
of them.

    pip install fusion-bench safetensors && python Tests/Goldens/make_randes_goldens.py

FusionBench computes in float64 here, but for the case "null", with its contexts as they are, in
float32. Three things are replaced in it: Python's hash of a name, which is another in every process,
by the one that the program here has; the device "cuda" by the CPU; and the seed of rotations, which
it makes a float that SciPy refuses, by the integer.
"""

import copy
import json
import os

import numpy as np
import torch
from safetensors.torch import save_file

import fusion_bench.method.randes.base_algorithm as randes
from fusion_bench.method.randes import (
    SuperposedModelSoupAlgorithm,
    SuperposedTaskArithmeticAlgorithm,
    SuperposedTaskArithmeticLoRAAlgorithm,
)
from fusion_bench.modelpool import BaseModelPool
from fusion_bench.utils.state_dict_arithmetic import state_dict_sub

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "randes")
MODELS = ["a", "b", "c"]
SHARED = dict(
    target_layer=["mlp_w", "attn_w"], random_seed=42, different_across_layers=True,
    joint_matrix_mode="flatten_hstack", rank=1, random_components=False, shift_layers=0,
    absorber="None", debug=0, ms_mode="average", verbose=0, dropout_rate=1)


class Hash(int):
    def __mod__(self, other):
        return int(self) % int(other)


def fnv(name):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return Hash(value & 0x7FFFFFFF)


randes.hash = fnv
to_device = torch.Tensor.to
torch.Tensor.to = lambda self, *a, **k: self if a == ("cuda",) else to_device(self, *a, **k)
from_numpy, eye = torch.from_numpy, torch.eye


def wide(values):
    return {name: value.double() for name, value in values.items()}


def in_double(flag):
    torch.from_numpy = (lambda x: from_numpy(x).double()) if flag else from_numpy
    torch.eye = (lambda n: eye(n).double()) if flag else eye


def save(tensors, name):
    path = os.path.join(HERE, f"{name}.safetensors")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    save_file({k: v.detach().clone().contiguous() for k, v in tensors.items()}, path)


def save_all(results, name):
    """The models of one result in a file: tensors are called model:name."""
    save({f"{n}:{k}": v for n in results for k, v in results[n].items()}, name)


def models():
    generator = torch.Generator().manual_seed(3)
    shapes = {"embedding.weight": (7, 8)}
    for layer in range(3):
        shapes[f"layers.{layer}.self_attn.q.weight"] = (5, 8)
        shapes[f"layers.{layer}.self_attn.q.bias"] = (5,)
        shapes[f"layers.{layer}.mlp.fc.weight"] = (6, 2, 12)
    shapes["norm.weight"] = (8,)
    base = {k: torch.randn(s, generator=generator) for k, s in shapes.items()}
    return base, {
        name: {k: v + 0.1 * torch.randn(v.shape, generator=generator) for k, v in base.items()}
        for name in MODELS
    }


def task_arithmetic(name, base, nets, **changes):
    algorithm = SuperposedTaskArithmeticAlgorithm(scaling_factor=0.5, **{**SHARED, **changes})
    # As the program here does, differences are rounded to float32.
    vectors = {n: wide(state_dict_sub(nets[n], base)) for n in nets}
    found, _ = algorithm._compress_and_retrieve(vectors, mode="superposed_task_arithmetic")
    save_all({n: {k: v.double() + 0.5 * found[n][k] for k, v in base.items()} for n in nets}, name)


def whole_models():
    base, nets = models()
    save(base, "_pretrained_")
    for name in nets:
        save(nets[name], name)
    rotation, dense = "random_rotation_matrix", "random_dense_matrix"
    task_arithmetic("rotation", base, nets, mode=rotation)
    task_arithmetic("dense", base, nets, mode=dense, different_across_layers=False)
    task_arithmetic("all", base, nets, mode=rotation, target_layer=["all"], dropout_rate=2)
    task_arithmetic("shift_1", base, nets, mode="random_binary_diagonal_matrix", shift_layers=1)
    task_arithmetic("shift_4", base, nets, mode="identity_matrix", shift_layers=4)
    task_arithmetic("shift_back", base, nets, mode="random_diagonal_matrix", shift_layers=-2)
    task_arithmetic("shuffle", base, nets, mode=rotation, shift_layers=-1)
    for name, mode, shift in (("soup_dense", dense, 0), ("soup_shuffle", "identity_matrix", -1)):
        soup = SuperposedModelSoupAlgorithm(**{**SHARED, "mode": mode, "shift_layers": shift})
        found, _ = soup._compress_and_retrieve(
            {n: wide(nets[n]) for n in nets}, mode="superposed_model_soup")
        save_all({n: {k: v / 3 for k, v in found[n].items()} for n in nets}, name)


def null_direction():
    """A dense matrix of which float32 cannot tell a direction from nothing."""
    columns = 24
    for seed in range(1_000_000):
        np.random.seed(seed)
        matrix = np.random.randn(columns, columns).astype(np.float32)
        values = np.linalg.svd(matrix.astype(np.float64), compute_uv=False)
        if values[-1] < 0.3 * columns * 2**-23 * values[0]:
            break
    print("null: seed", seed, "singular values", values[0], values[-2], values[-1])
    generator = torch.Generator().manual_seed(4)
    key = "layers.0.mlp.fc.weight"
    nets = {n: {key: torch.randn(5, columns, generator=generator)} for n in ("a", "b")}
    soup = SuperposedModelSoupAlgorithm(
        **{**SHARED, "mode": "random_dense_matrix", "random_seed": seed,
           "different_across_layers": False})
    in_double(False)
    found, _ = soup._compress_and_retrieve(copy.deepcopy(nets), mode="superposed_model_soup")
    in_double(True)
    for n in nets:
        save(nets[n], f"null_input_{n}")
    save_all({n: {k: v / 2 for k, v in found[n].items()} for n in nets}, "null")


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.self_attn = torch.nn.ModuleDict({"q_proj": torch.nn.Linear(8, 6)})
        self.mlp = torch.nn.ModuleDict({"up": torch.nn.Linear(8, 10, bias=False)})


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList(Block() for _ in range(3))
        self.head = torch.nn.Linear(6, 4)


class Adapters(BaseModelPool):
    def __init__(self, base, adapters):
        super().__init__({"_pretrained_": base, **{n: base for n in adapters}})
        self.base, self.adapters = base, adapters

    def load_model(self, name, *args, **kwargs):
        return self.base if name == "_pretrained_" else self.adapters[name]


def adapters():
    torch.manual_seed(5)
    net = Net()
    save(net.state_dict(), "lora/base/model")
    generator = torch.Generator().manual_seed(6)
    found = {}
    for name in MODELS:
        factors = {}
        for layer in range(3):
            for module, outputs in (("self_attn.q_proj", 6), ("mlp.up", 10)):
                key = f"base_model.model.layers.{layer}.{module}"
                factors[f"{key}.lora_A.weight"] = torch.randn(3, 8, generator=generator)
                factors[f"{key}.lora_B.weight"] = torch.randn(outputs, 3, generator=generator)
        save(factors, f"lora/{name}/adapter_model")
        # The scale of c is 2, that of the others 1.
        with open(os.path.join(HERE, "lora", name, "adapter_config.json"), "w") as file:
            json.dump({"peft_type": "LORA", "r": 3, "lora_alpha": 6 if name == "c" else 3}, file)
        found[name] = wide(factors)
    net = net.double()
    start = {k: v.detach().clone() for k, v in net.state_dict().items()}
    for case, changes in {
        "binary": dict(mode="random_binary_diagonal_matrix"),
        "dense": dict(mode="random_dense_matrix"),
        "rotation_shift": dict(
            mode="random_rotation_matrix", shift_layers=1, different_across_layers=False),
        "mlp": dict(mode="random_diagonal_matrix", target_layer=["mlp"]),
        "dropout": dict(mode="random_rotation_matrix", dropout_rate=3, shift_layers=-1),
    }.items():
        algorithm = SuperposedTaskArithmeticLoRAAlgorithm(
            scaling_factor=0.5, **{**SHARED, **changes})
        results = algorithm.run(Adapters(net, found))["models"]
        # FusionBench leaves out the adapter's scale.
        scales = {name: 2 if name == "c" else 1 for name in MODELS}
        save_all(
            {n: {k: start[k] + scales[n] * (v - start[k])
                 for k, v in results[n].state_dict().items()} for n in MODELS}, f"lora/{case}")


if __name__ == "__main__":
    with torch.no_grad():
        in_double(True)
        whole_models()
        null_direction()
        adapters()
