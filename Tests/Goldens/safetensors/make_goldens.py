"""Writes the safetensors files that the tests compare with.

Run it with torch, safetensors 0.8.0 and huggingface_hub 2.4.0 installed; the files are committed,
so the tests need no Python. `check` instead loads files that the Swift writer made.

    python make_goldens.py
    python make_goldens.py check DIRECTORY
"""

import pathlib
import sys

import torch
from huggingface_hub import save_torch_state_dict
from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).parent
DTYPES = [
    "bfloat16", "bool", "float16", "float32", "float64", "float8_e4m3fn", "float8_e5m2",
    "int16", "int32", "int64", "int8", "uint16", "uint32", "uint64", "uint8",
]
SHAPES = {"empty": [0, 3], "matrix": [2, 3], "scalar": [], "vector": [5]}
NAMES = ["", "\u00e9", "e\u0301", 'quote"back\\slash/', "tab\tline\nbell\x07del\x7f", "\U0001F600"]


def tensor(dtype: str, shape: list[int], seed: int) -> torch.Tensor:
    """Byte i of the data is (31 i + seed) mod 256, or its lowest bit for bool."""
    dtype = getattr(torch, dtype)
    size = dtype.itemsize * torch.Size(shape).numel()
    data = bytearray((31 * i + seed) % 256 & (1 if dtype == torch.bool else 255) for i in range(size))
    if size == 0:
        return torch.empty(shape, dtype=dtype)
    return torch.frombuffer(data, dtype=dtype).reshape(shape)


def all_dtypes() -> dict[str, torch.Tensor]:
    pairs = [(d, s) for d in DTYPES for s in SHAPES]
    return {f"{d}.{s}": tensor(d, SHAPES[s], seed) for seed, (d, s) in enumerate(pairs)}


def odd_names() -> dict[str, torch.Tensor]:
    return {name: tensor("float32", [2], seed) for seed, name in enumerate(NAMES)}


def layers() -> dict[str, torch.Tensor]:
    """In this order; 48 bytes to a shard. The one large tensor gets a shard of its own."""
    sizes = [4, 8, 20, 4, 4, 2]
    return {f"layer.{i}": tensor("float32", [n], i) for i, n in enumerate(sizes)}


def make() -> None:
    save_file(all_dtypes(), HERE / "all_dtypes.safetensors", metadata={"format": "pt"})
    save_file(odd_names(), HERE / "odd_names.safetensors", metadata={"format": "pt"})
    (HERE / "sharded").mkdir(exist_ok=True)
    save_torch_state_dict(
        layers(), HERE / "sharded", filename_pattern="model{suffix}.safetensors", max_shard_size=48
    )


def check(directory: pathlib.Path) -> None:
    for name, expected in [("all_dtypes", all_dtypes()), ("odd_names", odd_names())]:
        found = load_file(directory / f"{name}.safetensors")
        assert found.keys() == expected.keys()
        for key, value in expected.items():
            assert found[key].dtype == value.dtype and found[key].shape == value.shape, key
            same = found[key].flatten().view(torch.uint8) == value.flatten().view(torch.uint8)
            assert same.all(), key
    print("ok")


if __name__ == "__main__":
    check(pathlib.Path(sys.argv[2])) if sys.argv[1:2] == ["check"] else make()
