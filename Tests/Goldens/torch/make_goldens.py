"""Makes the PyTorch checkpoints beside this file, and what they hold as safetensors.

    pip install torch safetensors numpy && python Tests/Goldens/torch/make_goldens.py
"""

import json
import os
from collections import OrderedDict

import torch
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))


def place(name):
    return os.path.join(HERE, name)


def expect(name, tensors):
    save_file({k: v.detach().clone().contiguous() for k, v in tensors.items()}, place(name))


DTYPES = [
    "float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "int64", "int32",
    "int16", "int8", "uint64", "uint32", "uint16", "uint8", "bool",
]


def all_dtypes():
    tensors = OrderedDict()
    for name in DTYPES:
        dtype = getattr(torch, name)
        for label, shape in (("matrix", (2, 3)), ("scalar", ()), ("empty", (0, 3))):
            values = torch.arange(int(torch.tensor(shape).prod()) if shape else 1) % 2 * 3 + 1
            if name == "bool":
                values = values > 1
            tensors[f"{name}.{label}"] = values.reshape(shape).to(dtype)
    return tensors


def views():
    base = torch.arange(120, dtype=torch.float32)
    grid = base.reshape(10, 12)
    cube = torch.arange(2 * 3 * 4 * 5, dtype=torch.int16).reshape(2, 3, 4, 5)
    half = (torch.arange(64) / 8).to(torch.float16).reshape(8, 8)
    return OrderedDict(
        whole=base, tied=base.view(120), transposed=grid.t(), offset=base[7:19], rows=grid[2:5],
        columns=grid[:, 3:7], column=grid[:, 5], stepped=grid[::3, ::2],
        expanded=torch.tensor([[1.5], [2.5]]).expand(2, 4), permuted=cube.permute(3, 1, 0, 2),
        channels_last=torch.arange(48.0).reshape(1, 3, 4, 4).to(memory_format=torch.channels_last),
        inner=cube[1, :, 2], half_t=half.t()[1:, ::2], scalar=base[5], none=grid[4:4],
        last_of_all=cube[1:, 2:, 3:, 4:],
    )


def f8_tables():
    codes = torch.arange(256, dtype=torch.int16).to(torch.uint8)
    tables = {}
    for name in ("float8_e4m3fn", "float8_e5m2"):
        dtype = getattr(torch, name)
        tables[f"{name}.values"] = codes.view(dtype).float()
        # Halves of every sign and size, rounded by PyTorch.
        halves = torch.arange(0, 65536, 7, dtype=torch.int32).to(torch.uint16).view(torch.float16)
        halves = halves[torch.isfinite(halves)]
        tables["halves"] = halves
        tables[f"{name}.rounded"] = halves.float().to(dtype).view(torch.uint8)
    return tables


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/fusion_bench_was_fooled",)


def main():
    tensors = all_dtypes()
    torch.save(tensors, place("all_dtypes.pt"))
    expect("all_dtypes.safetensors", tensors)
    viewed = views()
    torch.save(viewed, place("views.pt"))
    expect("views.safetensors", viewed)
    for protocol in (2, 3, 4, 5):
        torch.save(viewed, place(f"views_{protocol}.pt"), pickle_protocol=protocol)

    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    state = net.state_dict()
    expect("net.safetensors", state)
    torch.save(state, place("net.pth"))
    torch.save(dict(net.named_parameters()) | dict(net.named_buffers()), place("parameters.pt"))
    rest = {"epoch": 3, "best": 0.5, "note": "x", "shape": torch.Size([1, 2]), "kinds": {1, 2},
            "device": torch.device("cpu"), "dtype": torch.float16, "raw": b"abc", "none": None,
            "long": 1 << 80, "negative": -5, "step": torch.tensor(7), "flags": [True, (1, 2)]}
    for key in ("state_dict", "model_state_dict", "model"):
        torch.save({key: state, "optimizer": {"lr": 0.1}, **rest}, place(f"under_{key}.ckpt"))
    torch.save({"module." + k: v for k, v in state.items()}, place("parallel.bin"))
    torch.save({"_orig_mod.module." + k: v for k, v in state.items()}, place("compiled.bin"))

    weight = torch.arange(6.0).reshape(2, 3)
    torch.save({"encoder.weight": weight, "decoder.weight": weight, "part.weight": weight[:1],
                "equal.weight": weight.clone()}, place("tied.bin"))

    directory = place("sharded")
    os.makedirs(directory, exist_ok=True)
    names = list(state)
    shards = {"pytorch_model-00001-of-00002.bin": names[:3],
              "pytorch_model-00002-of-00002.bin": names[3:]}
    for shard, held in shards.items():
        torch.save({k: state[k] for k in held}, os.path.join(directory, shard))
    index = {"metadata": {"total_size": 1},
             "weight_map": {k: shard for shard, held in shards.items() for k in held}}
    with open(os.path.join(directory, "pytorch_model.bin.index.json"), "w") as file:
        json.dump(index, file, indent=2)

    torch.save(net, place("refused_module.pt"))
    torch.save({"w": torch.ones(2), "x": Evil()}, place("refused_evil.pt"))
    torch.save({"w": torch.ones(2, dtype=torch.complex64)}, place("refused_complex.pt"))
    torch.save({"w": torch.eye(2).to_sparse()}, place("refused_sparse.pt"))
    torch.save({"net": {"w": torch.ones(2)}}, place("refused_nested.pt"))
    torch.save(state, place("refused_legacy.pt"), _use_new_zipfile_serialization=False)
    torch.jit.script(torch.nn.Linear(2, 2)).save(place("refused_script.pt"))
    save_file(f8_tables(), place("f8_tables.safetensors"))


main()
