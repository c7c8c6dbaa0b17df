"""Writes networks/demo/ensembles.json: what FusionBench's ensembles of the demo's models score.

    pip install fusion-bench transformers && python Tests/Goldens/make_ensemble_goldens.py

The ensemble modules are FusionBench's, made by its methods; they take the place of the vision model
of the demo's evaluation, as in FusionBench's task pool.
"""

import json
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "launch" / "train-demo"))

from evaluate import TASKS, Assets, all_logits, network, scores  # noqa: E402

from fusion_bench.method import (  # noqa: E402
    MaxModelPredictorAlgorithm,
    SimpleEnsembleAlgorithm,
    WeightedEnsembleAlgorithm,
)
from fusion_bench.modelpool import BaseModelPool  # noqa: E402


def main():
    torch.set_num_threads(1)
    assets = Assets(ROOT / "launch" / "demo-assets")
    pool = BaseModelPool({
        name: network(assets.root, state)
        for name, state in assets.states.items() if name != "_pretrained_"
    })
    methods = {
        "simple_ensemble": SimpleEnsembleAlgorithm(),
        "weighted_ensemble": WeightedEnsembleAlgorithm(
            normalize=True, weights=[0.1, 0.2, 0.3, 0.6]),
        "max_model_predictor": MaxModelPredictorAlgorithm(),
    }
    report = {"models": pool.model_names}
    for name, method in methods.items():
        ensemble = method.run(pool).eval()
        report[name] = {
            task: scores(all_logits(ensemble, assets.heads[task], images), labels)
            for task, (images, labels) in ((task, assets.images[task]) for task in TASKS)
        }
    path = ROOT / "Tests" / "Goldens" / "networks" / "demo" / "ensembles.json"
    path.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
