"""Lists the keys that FusionBench's configuration files give to every class.

    python make_config_keys.py /path/to/fusion_bench/config > config_keys.json

Made from the files of FusionBench 0.2.33. Keys of defaults lists are not followed.
"""

import collections
import json
import pathlib
import sys

import yaml

root = pathlib.Path(sys.argv[1])
keys = collections.defaultdict(set)
for group in ("method", "modelpool", "taskpool"):
    for file in sorted((root / group).rglob("*.yaml")):
        node = yaml.safe_load(file.read_text())
        if not isinstance(node, dict) or "defaults" in node and "_target_" not in node:
            continue
        target = node.get("_target_")
        if isinstance(target, str) and target != "???":
            keys[target] |= {key for key in node if key != "defaults"}
json.dump({target: sorted(keys[target]) for target in sorted(keys)}, sys.stdout, indent=1)
print()
