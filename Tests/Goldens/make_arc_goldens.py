"""Makes Tests/Goldens/methods/merged_*.safetensors of SLERP, linear interpolation, ExPO, Model Stock
with FusionBench, and Tests/Goldens/llama: a tiny Llama and what FusionBench's ExPO for Llama makes
of it.

    pip install fusion-bench safetensors && python Tests/Goldens/make_arc_goldens.py
"""

import os

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

from fusion_bench.method import ExPOAlgorithm, ExPOAlgorithmForLlama, SlerpMergeAlgorithm
from fusion_bench.method.model_stock import ModelStock
from fusion_bench.modelpool import BaseModelPool
from fusion_bench.utils.state_dict_arithmetic import state_dict_weighted_sum

from make_method_goldens import HERE, models

LLAMA = os.path.join(os.path.dirname(HERE), "llama")
ALL = ["_pretrained_", "a", "b", "c", "d"]


def pool(names):
    nets = models()
    return BaseModelPool({name: nets[name] for name in names})


def cases():
    stock = {"ignore_keys": ["conv.weight", "no.such.tensor"]}
    return {
        "slerp": (SlerpMergeAlgorithm(t=0.3), ["a", "b"]),
        "slerp_with_base": (SlerpMergeAlgorithm(t=0.8, DOT_THRESHOLD=0.99), ["_pretrained_", "c"]),
        "expo": (ExPOAlgorithm(extrapolation_factor=0.5), ALL),
        "expo_of_one": (ExPOAlgorithm(extrapolation_factor=0.1), ["_pretrained_", "a"]),
        "model_stock_of_two": (ModelStock(**stock), ["_pretrained_", "a", "d"]),
    }


def without_integers():
    nets = models()
    for net in nets.values():
        del net.num_batches_tracked
    return nets


def model_stock_of_all():
    # Model Stock of more than two models divides integer buffers in place, which fails.
    return ModelStock().run(BaseModelPool(without_integers()))


def linear_interpolation():
    # LinearInterpolationAlgorithm compares a list with 2 and always fails; this is what follows,
    # and it fails for integer buffers.
    nets = without_integers()
    merged = state_dict_weighted_sum([nets["a"].state_dict(), nets["b"].state_dict()], [0.7, 0.3])
    nets["a"].load_state_dict(merged)
    return nets["a"]


def llamas():
    config = LlamaConfig(
        vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=4,
        num_attention_heads=2, num_key_value_heads=1, attention_bias=True,
        tie_word_embeddings=False)
    torch.manual_seed(5)
    base = LlamaForCausalLM(config)
    nets = {"_pretrained_": base}
    for position, name in enumerate("ab"):
        net = LlamaForCausalLM(config)
        generator = torch.Generator().manual_seed(20 + position)
        with torch.no_grad():
            for value, start in zip(net.parameters(), base.parameters()):
                value.copy_(start + torch.randn(value.shape, generator=generator) * 0.01)
        nets[name] = net
    return nets


def llama_cases():
    return {
        "expo": dict(extrapolation_factor=0.5, attention_scaling_factor=0.25),
        "expo_all": dict(
            extrapolation_factor=0.5, attention_scaling_factor=1.0, only_on_backbone=False,
            on_linear_bias=True, on_embedding=True, fix_first_n_layers=1, fix_last_n_layers="half"),
        "expo_bias": dict(
            extrapolation_factor=0.5, attention_scaling_factor=2.0, on_linear_weights=False,
            on_linear_bias=True),
    }


def main():
    for name, (algorithm, names) in cases().items():
        merged = algorithm.run(pool(names))
        save_file(merged.state_dict(), os.path.join(HERE, f"merged_{name}.safetensors"))
    for name, net in [
        ("model_stock", model_stock_of_all()), ("linear_interpolation", linear_interpolation())]:
        net.register_buffer("num_batches_tracked", torch.tensor(7))
        save_file(net.state_dict(), os.path.join(HERE, f"merged_{name}.safetensors"))
    os.makedirs(LLAMA, exist_ok=True)
    for name, net in llamas().items():
        save_file(net.state_dict(), os.path.join(LLAMA, f"{name}.safetensors"))
    for name, parameters in llama_cases().items():
        merged = ExPOAlgorithmForLlama(**parameters).run(BaseModelPool(llamas()))
        save_file(merged.state_dict(), os.path.join(LLAMA, f"merged_{name}.safetensors"))


if __name__ == "__main__":
    main()
