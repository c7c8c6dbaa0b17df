"""Makes Tests/Goldens/masking: what FusionBench makes of small float32 models by methods that
choose among elements (MagMax, trust region, TALL masks, EMR, pruning), and RanDeS.

    pip install fusion-bench safetensors && python Tests/Goldens/make_masking_goldens.py

The merged models are those of Tests/Goldens/methods; the pruned one is a tiny Llama.
"""

import copy
import json
import os

import torch
import transformers
from make_method_goldens import MODELS, models
from safetensors.torch import save_file

import fusion_bench
from fusion_bench.method import MagMaxAlgorithm, MagnitudeDiffPruningAlgorithm
from fusion_bench.method.emr_merging.utils import emr_merge
from fusion_bench.method.pruning import MagnitudePruningForLlama
from fusion_bench.method.randes import (
    SuperposedModelSoupAlgorithm,
    SuperposedTaskArithmeticAlgorithm,
)
from fusion_bench.method.tall_mask.task_arithmetic import generate_task_masks
from fusion_bench.method.trust_region import TaskArithmeticWithTrustRegionForCLIP
from fusion_bench.modelpool import BaseModelPool
from fusion_bench.utils.state_dict_arithmetic import state_dict_sub, state_dict_sum

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "masking")


def save(tensors, name):
    # Copies, since tied tensors cannot be saved as they are.
    save_file({k: v.detach().clone().contiguous() for k, v in tensors.items()},
              os.path.join(HERE, f"{name}.safetensors"))


def merged():
    nets = models()
    for scaling in (0.5,):
        net = MagMaxAlgorithm(scaling_factor=scaling).run(BaseModelPool(models()))
        save(net.state_dict(), "magmax")
    for name, quantile in (("trust_region_80", 0.8), ("trust_region_99", 0.99)):
        net = TaskArithmeticWithTrustRegionForCLIP(
            scaling_factor=0.3, threshold_quantile=quantile, max_samples=1, batch_size=1,
            zero_shot=True).run(BaseModelPool(models()))
        save(net.state_dict(), name)
    pair = {name: nets[name] for name in ("_pretrained_", "a")}
    for name, arguments in {
        "magnitude_diff_minor": dict(prune_ratio=0.5, rescale=None, prune_type="minor"),
        "magnitude_diff_major": dict(prune_ratio=0.3, rescale=True, prune_type="major"),
        "magnitude_diff_names": dict(
            prune_ratio=0.75, rescale=2.5, prune_type="minor",
            extract_names=["embed", r"f.\.weight$"]),
        "magnitude_diff_false": dict(prune_ratio=0.5, rescale=False, prune_type="minor"),
    }.items():
        fresh = models()
        pool = BaseModelPool({key: fresh[key] for key in pair})
        save(MagnitudeDiffPruningAlgorithm(**arguments).run(pool).state_dict(), name)


def floats(state_dict):
    return {k: v for k, v in state_dict.items() if v.is_floating_point()}


def by_task():
    """Methods that give each task its own model. FusionBench's algorithms fail on modules here,
    so the functions inside them are called on plain tensors."""
    nets = models()
    base = floats(nets["_pretrained_"].state_dict())
    vectors = [state_dict_sub(floats(nets[name].state_dict()), base) for name in MODELS]
    total = state_dict_sum(vectors)
    with torch.no_grad():
        for name, vector in zip(MODELS, vectors):
            mask = generate_task_masks(total, vector, base, tall_mask_lambda=0.6)
            save({k: base[k] + mask[k] * total[k] for k in base}, f"tall_mask_{name}")
        unified, masks, rescalers = emr_merge(vectors)
        for i, name in enumerate(MODELS):
            save({k: base[k] + unified[k] * masks[k][i] * rescalers[i] for k in base},
                 f"emr_{name}")


def superposed():
    nets = models()
    # A number has no last dimension to multiply.
    base = {k: v for k, v in floats(nets["_pretrained_"].state_dict()).items() if v.dim() > 0}
    plain = {name: {k: nets[name].state_dict()[k] for k in base} for name in MODELS}
    vectors = {name: state_dict_sub(plain[name], base) for name in MODELS}
    shared = dict(
        random_seed=42, different_across_layers=False, joint_matrix_mode="flatten_hstack", rank=1,
        random_components=False, shift_layers=0, absorber="None", debug=0, ms_mode="average",
        verbose=0)
    for kind, mode, target, every in (
        ("binary", "random_binary_diagonal_matrix", ["all"], 1),
        ("diagonal", "random_diagonal_matrix", ["all"], 1),
    ):
        algorithm = SuperposedTaskArithmeticAlgorithm(
            scaling_factor=0.5, mode=mode, target_layer=target, dropout_rate=every, **shared)
        found, _ = algorithm._compress_and_retrieve(
            copy.deepcopy(vectors), mode="superposed_task_arithmetic")
        for name in MODELS:
            save({k: base[k] + 0.5 * found[name][k].reshape(base[k].shape) for k in base},
                 f"randes_{kind}_{name}")
    soup = SuperposedModelSoupAlgorithm(
        mode="random_binary_diagonal_matrix", target_layer=["mlp_w", "attn_w"], dropout_rate=1,
        **shared)
    renamed = {name: {k.replace("fc", "mlp"): v for k, v in plain[name].items()} for name in plain}
    found, _ = soup._compress_and_retrieve(copy.deepcopy(renamed), mode="superposed_model_soup")
    for name in MODELS:
        save(renamed[name], f"soup_input_{name}")
        save({k: v * 0.25 for k, v in found[name].items()}, f"soup_{name}")


def pruned():
    config = transformers.LlamaConfig(
        vocab_size=32, hidden_size=16, intermediate_size=24, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2)

    def llama():
        torch.manual_seed(5)
        model = transformers.LlamaForCausalLM(config)
        with torch.no_grad():
            # Equal magnitudes, whose order has to be that of a stable sort.
            weight = model.model.layers[0].mlp.up_proj.weight
            weight.copy_((weight * 100).round() / 100)
        return model

    save(llama().state_dict(), "llama")
    for name, arguments in {
        "llama_unstructured": dict(prune_type="unstructured", sparsity_ratio=0.35, dtype=None),
        "llama_bfloat16": dict(prune_type="unstructured", sparsity_ratio=0.5, dtype="bfloat16"),
        "llama_2_4": dict(prune_type="semistructured", sparsity_ratio=0.5, dtype=None),
    }.items():
        class Pool:
            def load_pretrained_or_first_model(self):
                model = llama()
                if name == "llama_2_4":
                    # torch.topk takes any of equal values, so there are none here.
                    with torch.no_grad():
                        generator = torch.Generator().manual_seed(6)
                        for layer in model.model.layers:
                            weight = layer.mlp.up_proj.weight
                            weight.copy_(torch.randn(weight.shape, generator=generator))
                    save(model.state_dict(), "llama_2_4_input")
                return model

        algorithm = MagnitudePruningForLlama(device="cpu", n=2, m=4, **arguments)
        save(algorithm.run(Pool()).state_dict(), name)


def main():
    os.makedirs(HERE, exist_ok=True)
    merged()
    by_task()
    superposed()
    pruned()
    version = {
        "torch": torch.__version__, "transformers": transformers.__version__,
        "fusion_bench": getattr(fusion_bench, "__version__", "")}
    with open(os.path.join(HERE, "versions.json"), "w") as file:
        json.dump(version, file, indent=2)


if __name__ == "__main__":
    main()
