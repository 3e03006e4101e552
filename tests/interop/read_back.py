"""Loads what Strata wrote of the drawn models into real Keras, and compares configs and outputs.

    python read_back.py DIRECTORY
"""

import json
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

import keras
import numpy as np

TOLERANCE = 1e-4

# What Keras 3.15 writes and older releases of Keras 3 don't know; Strata leaves it out.
NEUTRAL = {"quantization_config": None, "input_axes": None, "output_axes": None, "synchronized": False, "renorm": False,
           "renorm_clipping": None, "renorm_momentum": 0.99, "ragged": False, "optional": False}


def portable(config):
    if isinstance(config, dict):
        if config.get("class_name") == "__tensor__":  # a number of one of NumPy's types
            return config["config"]["value"]
        return {k: portable(v) for k, v in config.items() if k not in NEUTRAL or v != NEUTRAL[k]}
    return [portable(v) for v in config] if isinstance(config, list) else config


def array(value):
    return np.array(value["data"], "float32").reshape(value["shape"])


def difference(expected, actual, path=""):
    """Where two configs differ: in the order of keys, in length or in a value; numbers as float32."""
    if isinstance(expected, (int, float)) and isinstance(actual, (int, float)) and not isinstance(expected, bool):
        return None if np.float32(expected) == np.float32(actual) else f"{path}: {expected} against {actual}"
    if isinstance(expected, dict) and isinstance(actual, dict):
        if list(expected) != list(actual):
            return f"{path}: keys {list(expected)} against {list(actual)}"
        pairs = [(key, expected[key], actual[key]) for key in expected]
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            return f"{path}: {expected} against {actual}"
        pairs = [(i, e, a) for i, (e, a) in enumerate(zip(expected, actual))]
    else:
        return None if expected == actual else f"{path}: {expected} against {actual}"
    return next((found for key, e, a in pairs if (found := difference(e, a, f"{path}/{key}"))), None)


def problem(document, text):
    config = json.loads(document["config"])
    if found := difference(portable(config), json.loads(text)):
        return "Strata's config is not Keras's: " + found
    model = keras.models.model_from_json(text)
    as_keras_reads_its_own = json.loads(keras.models.model_from_json(document["config"]).to_json())
    if found := difference(as_keras_reads_its_own, json.loads(model.to_json())):
        return "Keras reads Strata's config as another model: " + found
    model.set_weights([array(value) for value in document["weights"]])
    expected = array(document["outputs"])
    gap = np.abs(np.asarray(model(array(document["x"]))) - expected).max() / max(np.abs(expected).max(), 1e-3)
    return None if gap <= TOLERANCE else f"outputs differ by {gap:.3g}"


def main():
    files = sorted(pathlib.Path(sys.argv[1]).glob("model_*.json"))
    failed = 0
    for file in files:
        document = json.loads(file.read_text())
        keras.utils.clear_session()
        try:
            found = problem(document, file.with_suffix(".strata").read_text())
        except Exception as error:
            found = f"Keras can't read it: {error}"
        if found:
            failed += 1
            print(f"model {document['seed']} ({file.name}): {found}", *document["layers"], sep="\n    ")
    print(f"{len(files) - failed} of {len(files)} models read back by Keras as they were")
    sys.exit(1 if failed or not files else 0)


if __name__ == "__main__":
    main()
