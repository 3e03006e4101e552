"""Compares the penalties that strata_interop_penalties wrote down with those of their twins in Keras.

    python penalties.py DIRECTORY
"""
import json
import pathlib
import sys

import jax
import jax.numpy as jnp
import keras
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
import strata_keras  # noqa: E402

TOLERANCE = 1e-5
failures = []
compared = 0


def array(value):
    return np.asarray(value["data"], np.float32).reshape(value["shape"])


def compare(what, expected, actual):
    global compared
    compared += 1
    expected, actual = np.asarray(expected), np.asarray(actual)
    gap = np.abs(actual - expected).max() / max(np.abs(expected).max(), 1e-3)
    if not gap <= TOLERANCE:
        failures.append(f"{what}: a gap of {gap:.2e}")


def compare_rule(what, rule, x, expected):
    value, gradient = jax.value_and_grad(rule)(jnp.asarray(x))
    compare(f"{what}, value", expected["penalty"], value)
    compare(f"{what}, gradient", array(expected["gradient"]), gradient)


def in_float32(config):
    """Keras's own rules write their float32 factors with the digits of a double."""
    return json.loads(json.dumps(config, sort_keys=True), parse_float=np.float32)


def compare_config(what, ours, rule):
    theirs = keras.regularizers.serialize(rule)
    if in_float32(ours) != in_float32(theirs):
        failures.append(f"{what}: the config {ours} comes back as {theirs}")


folder = pathlib.Path(sys.argv[1])
written = json.loads((folder / "penalties.json").read_text())
for number, case in enumerate(written["cases"]):
    layer = keras.layers.deserialize(case["layer"])
    model = keras.Sequential([keras.layers.Input(case["inputs"][1:], batch_size=case["inputs"][0]), layer])
    layer.set_weights([array(weight["value"]) for weight in case["weights"]])
    strata_keras.attach(model)
    rules = {key: value for key, value in case["layer"]["config"].items() if key.endswith("_regularizer") and value}
    for variable, weight in zip(layer.weights, case["weights"], strict=True):
        if "penalty" not in weight:
            continue
        what = f"case {number}, {case['layer']['class_name']} {weight['name']}, {type(variable.regularizer).__name__}"
        compare_rule(what, variable.regularizer, variable.value, weight)
    for key, config in rules.items():
        compare_config(f"case {number}, {key}", config, keras.regularizers.deserialize(config))
for case in written["activities"]:
    rule = keras.regularizers.deserialize(case["rule"])
    compare_rule(f"output, {case['rule']['class_name']}", rule, array(case["x"]), case)
    compare_config("output", case["rule"], rule)

path = str(folder / "penalties.keras")
model = strata_keras.attach(keras.models.load_model(path), path)
model(array(written["model"]["x"]))
compare("the model's losses", sorted(written["model"]["losses"]), sorted(float(loss) for loss in model.losses))
again = str(folder / "penalties_again.keras")
model.save(again)
reopened = strata_keras.attach(keras.models.load_model(again), path)
reopened(array(written["model"]["x"]))
compare("the losses of Keras's file", sorted(written["model"]["losses"]), sorted(float(loss) for loss in reopened.losses))

path = str(folder / "pruned.keras")
pruned = strata_keras.attach(keras.models.load_model(path))
compare("a pruned model's outputs", array(written["pruned"]["outputs"]), pruned(array(written["pruned"]["x"])))
for variable, step in zip(pruned.weights, written["pruned"]["projected"], strict=True):
    compare(f"the constraint of {variable.name}", array(step["projected"]), variable.constraint(array(step["value"])))
    poisoned = np.where(np.asarray(variable.value) == 0, np.nan, array(step["value"]))
    compare(f"NaN in the zeros of {variable.name}", array(step["projected"]), variable.constraint(poisoned))
again = str(folder / "pruned_again.keras")
pruned.save(again)
outputs = keras.models.load_model(again)(array(written["pruned"]["x"]))
compare("the outputs of Keras's file", array(written["pruned"]["outputs"]), outputs)

print(f"penalties: {compared} comparisons, {len(failures)} failures")
print("\n".join(failures))
sys.exit(1 if failures or compared < 100 else 0)
