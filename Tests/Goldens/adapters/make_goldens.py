"""Makes LoRA adapters beside this file, and what PEFT's merge_and_unload makes of them.

    pip install peft transformers safetensors && python Tests/Goldens/adapters/make_goldens.py

Each folder holds an adapter as save_pretrained writes it, and merged.safetensors. Also f8: an
8-bit checkpoint for every layout of scales, and what DeepSeek's arithmetic makes of it.
"""

import copy
import json
import os
import shutil

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers.pytorch_utils import Conv1D

HERE = os.path.dirname(os.path.abspath(__file__))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = torch.nn.Embedding(11, 6)
        self.fc = torch.nn.Linear(6, 9)
        self.up = torch.nn.ModuleList([torch.nn.Linear(6, 10), torch.nn.Linear(10, 6, bias=False)])
        self.square = torch.nn.Linear(7, 7)
        self.gpt = Conv1D(8, 5)
        self.gpt_square = Conv1D(6, 6)
        self.conv = torch.nn.Conv2d(3, 6, 3, padding=1)
        self.conv_1x1 = torch.nn.Conv2d(4, 5, 1)
        self.conv_1d = torch.nn.Conv1d(4, 6, 3)
        self.norm = torch.nn.LayerNorm(6)
        self.score = torch.nn.Linear(6, 3)

    def forward(self, x):
        return x


LINEAR = ["fc", "up.0", "up.1", "square"]
CASES = {
    "plain": dict(target_modules=LINEAR, r=4, lora_alpha=8),
    "rslora": dict(target_modules=LINEAR, r=3, lora_alpha=7, use_rslora=True),
    "patterns": dict(target_modules=LINEAR, r=4, lora_alpha=8,
                     rank_pattern={"up.1": 2, "^fc": 5}, alpha_pattern={"up.0": 3, "square": 1}),
    "embedding": dict(target_modules=["emb", "fc"], r=2, lora_alpha=5),
    "conv1d_gpt": dict(target_modules=["gpt", "gpt_square"], r=2, lora_alpha=3,
                       fan_in_fan_out=True),
    "conv": dict(target_modules=["conv", "conv_1x1", "conv_1d"], r=3, lora_alpha=6),
    "saved": dict(target_modules=["fc"], r=2, lora_alpha=2, modules_to_save=["norm", "score"]),
    "bias_all": dict(target_modules=["fc", "conv"], r=2, lora_alpha=2, bias="all"),
    "bias_lora_only": dict(target_modules=["fc"], r=2, lora_alpha=2, bias="lora_only"),
    "lora_bias": dict(target_modules=["fc", "up.0"], r=2, lora_alpha=6, lora_bias=True),
    "as_bin": dict(target_modules=LINEAR, r=4, lora_alpha=8),
    "dora": dict(target_modules=["fc"], r=2, lora_alpha=2, use_dora=True),
}


def scramble(model):
    with torch.no_grad():
        for name, value in model.named_parameters():
            if value.requires_grad:
                value.copy_(torch.randn(value.shape) * 0.3)


def f8_block(shape, scale, block):
    """An 8-bit weight with scales of one block size, and its value."""
    codes = torch.randn(shape).mul(40).to(torch.float8_e4m3fn)
    scales = torch.rand(scale) * 0.02
    wide = scales
    for dim, size in enumerate(block):
        wide = wide.repeat_interleave(size, dim)
    wide = wide[tuple(slice(0, s) for s in shape)]
    return codes, scales, (codes.float() * wide).to(torch.bfloat16)


def f8():
    directory = os.path.join(HERE, "f8")
    os.makedirs(directory, exist_ok=True)
    stored, expected = {}, {}

    def put(name, suffix, shape, scale, block, reshape=None):
        codes, scales, value = f8_block(shape, scale, block)
        stored[name] = codes
        stored[name + suffix] = scales.reshape(reshape) if reshape is not None else scales
        expected[name] = value

    put("blocks.weight", "_scale_inv", (37, 70), (3, 5), (16, 16))
    put("experts", "_scale_inv", (2, 20, 33), (2, 2, 3), (1, 16, 16))
    put("rows.weight", "_scale", (9, 12), (9, 1), (1, 12))
    put("vector.weight", "_scale", (9, 12), (9, 1), (1, 12), reshape=(9,))
    put("whole.weight", "_scale", (5, 6), (1, 1), (5, 6), reshape=())
    put("one.weight", "_scale_inv", (5, 6), (1, 1), (5, 6), reshape=(1,))
    stored["rows.input_scale"] = torch.tensor(0.5)
    for name in ("norm.weight", "norm.scale"):
        stored[name] = expected[name] = torch.randn(4).to(torch.bfloat16)
    stored["plain.weight"] = expected["plain.weight"] = torch.randn(3, 4).to(torch.float8_e5m2)
    save_file(stored, os.path.join(directory, "model.safetensors"))
    save_file(expected, os.path.join(HERE, "f8_expected.safetensors"))
    with open(os.path.join(directory, "config.json"), "w") as file:
        json.dump({"quantization_config": {"quant_method": "fp8", "weight_block_size": [16, 16]}},
                  file)


def main():
    torch.manual_seed(0)
    base = Net()
    scramble(base)
    os.makedirs(os.path.join(HERE, "base"), exist_ok=True)
    save_file(base.state_dict(), os.path.join(HERE, "base", "model.safetensors"))
    for name, options in CASES.items():
        model = get_peft_model(copy.deepcopy(base), LoraConfig(**options))
        scramble(model)
        directory = os.path.join(HERE, name)
        shutil.rmtree(directory, ignore_errors=True)
        model.save_pretrained(directory)
        os.remove(os.path.join(directory, "README.md"))
        config = os.path.join(directory, "adapter_config.json")
        with open(config) as file:
            text = json.load(file)
        for key in ("target_modules", "modules_to_save"):
            if isinstance(text[key], list):
                text[key].sort()
        text["base_model_name_or_path"] = "base"
        with open(config, "w") as file:
            json.dump(text, file, indent=1)
        if name == "as_bin":
            weights = os.path.join(directory, "adapter_model.safetensors")
            torch.save(load_file(weights), os.path.join(directory, "adapter_model.bin"))
            os.remove(weights)
        if name != "dora":
            save_file(model.merge_and_unload().state_dict(),
                      os.path.join(directory, "merged.safetensors"))
    f8()


main()
