"""Makes Tests/Goldens/recombination.json: what CPython's random and FusionBench's recombination do.

    pip install fusion-bench transformers && python Tests/Goldens/make_recombination_goldens.py

Layers are recognised by the number that fills them: model m, layer or tensor k holds 1000 m + k.
"""

import json
import os
import random
import sys

import torch
from torch import nn
from transformers import CLIPVisionConfig, CLIPVisionModel, LlamaConfig, LlamaForCausalLM

from fusion_bench.method import ModelRecombinationAlgorithm
from fusion_bench.modelpool import BaseModelPool

HERE = os.path.dirname(os.path.abspath(__file__))
SEEDS = [0, 1, 42, -7, 2**31, 2**32 - 1, 2**32, 2**53 + 11, 2**63 - 1]


def words(seed, count):
    random.seed(seed)
    return [random.getrandbits(32) for _ in range(count)]


def shuffles(seed):
    random.seed(seed)
    lists = []
    for length in [1, 2, 3, 4, 5, 8, 16, 17, 33, 100, 3, 3]:
        values = list(range(length))
        random.shuffle(values)
        lists.append(values)
    return lists


def fill(net, model):
    with torch.no_grad():
        for position, value in enumerate(nn.Module.state_dict(net).values()):
            value.fill_(1000 * model + position)


class Cloned:
    """state_dict() hands out copies, so that recombine_state_dict does not read what it has
    overwritten."""

    def state_dict(self, *args, **kwargs):
        return {key: value.clone() for key, value in super().state_dict(*args, **kwargs).items()}


class Net(Cloned, nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(4, 3)
        self.layers = nn.ModuleList([nn.Linear(3, 3) for _ in range(12)])
        self.norm = nn.LayerNorm(3)
        self.scale = nn.Parameter(torch.zeros(()))


class CLIP(Cloned, CLIPVisionModel):
    pass


class Llama(Cloned, LlamaForCausalLM):
    pass


def clip():
    return CLIP(CLIPVisionConfig(
        hidden_size=8, intermediate_size=16, num_hidden_layers=11, num_attention_heads=2,
        image_size=8, patch_size=4))


def llama():
    return Llama(LlamaConfig(
        hidden_size=8, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2,
        vocab_size=16))


def recombined(make, seed, count):
    nets = [make() for _ in range(count)]
    for model, net in enumerate(nets):
        fill(net, model)
    random.seed(seed)
    pool = ModelRecombinationAlgorithm(return_modelpool=True).run(
        BaseModelPool({str(model): net for model, net in enumerate(nets)}))
    return {
        "seed": seed,
        "models": count,
        "keys": list(nets[0].state_dict().keys()),
        "values": [
            [int(value.flatten()[0]) for value in pool.load_model(name).state_dict().values()]
            for name in pool.model_names
        ],
    }


def main():
    module_list = lambda: nn.ModuleList([nn.Linear(2, 2) for _ in range(12)])
    names = ["stem", "body", "head", "10", "aux"]
    module_dict = lambda: nn.ModuleDict({name: nn.Linear(2, 2) for name in names})
    goldens = {
        "python": sys.version.split()[0],
        "torch": torch.__version__,
        "words": [{"seed": seed, "words": words(seed, 700)[::100]} for seed in SEEDS],
        "shuffles": [{"seed": seed, "lists": shuffles(seed)} for seed in SEEDS],
        "module_list": [recombined(module_list, seed, count) for seed, count in [(0, 3), (7, 5)]],
        "module_dict": [recombined(module_dict, seed, count) for seed, count in [(0, 3), (7, 4)]],
        "state_dict": [recombined(Net, seed, count) for seed, count in [(0, 3), (7, 4), (42, 2)]],
        "clip": [recombined(clip, 42, 3)],
        "llama": [recombined(llama, 42, 3)],
    }
    with open(os.path.join(HERE, "recombination.json"), "w") as file:
        json.dump(goldens, file)


if __name__ == "__main__":
    main()
