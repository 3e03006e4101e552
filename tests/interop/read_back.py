"""Loads what Strata wrote of the drawn models into real Keras: its configs and its files. Compares configs and outputs,
and what one more epoch of training makes of the files.

    python read_back.py DIRECTORY
"""

import concurrent.futures
import json
import multiprocessing
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

import absl.logging
import jax
import keras
import numpy as np
import slope_of_abs

absl.logging.set_verbosity(absl.logging.ERROR)  # Keras warns of every legacy file
slope_of_abs.use_zero_at_zero()

TOLERANCE = 1e-4
FILE_TOLERANCE = 1e-5  # outputs of weights that only went through files
FIT_TOLERANCE = 2e-3  # outputs and history of weights that were trained on both sides

# What Keras 3.15 writes and older releases of Keras 3 don't know; Strata leaves it out.
NEUTRAL = {"quantization_config": None, "input_axes": None, "output_axes": None, "synchronized": False, "renorm": False,
           "renorm_clipping": None, "renorm_momentum": 0.99, "rms_scaling": False, "ragged": False, "optional": False}


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


def gap(expected, actual):
    return np.abs(np.asarray(actual) - expected).max() / max(np.abs(expected).max(), 1e-3)


def outputs_gap(document, text):
    """How far the model of a config, with the document's weights, is from its outputs."""
    model = keras.models.model_from_json(text)
    model.set_weights([array(value) for value in document["weights"]])
    return gap(array(document["outputs"]), model(array(document["x"])))


def config_problem(document, text):
    config = json.loads(document["config"])
    if found := difference(portable(config), json.loads(text)):
        return "Strata's config is not Keras's: " + found
    model = keras.models.model_from_json(text)
    as_keras_reads_its_own = json.loads(keras.models.model_from_json(document["config"]).to_json())
    if found := difference(as_keras_reads_its_own, json.loads(model.to_json())):
        return "Keras reads Strata's config as another model: " + found
    return None


def files_problem(document, file):
    # Of some layer normalizations over several axes Keras makes another model than the one it wrote the config of.
    if outputs_gap(document, document["config"]) > TOLERANCE:
        return None
    found = outputs_gap(document, file.with_suffix(".strata").read_text())
    if not found <= TOLERANCE:
        return f"outputs differ by {found:.3g}"
    return (file_problem(document, file.with_suffix(".saved.keras"), FILE_TOLERANCE)
            or file_problem(document, file.with_suffix(".trained.keras"), FIT_TOLERANCE)
            or legacy_problem(document, file.with_suffix(".saved.h5"))
            or shards_problem(document, file.with_name(f"saved_shards_of_{file.stem}.weights.json")))


def file_problem(document, file, tolerance):
    """What is wrong with a file of the model in the middle of its training."""
    model = keras.models.load_model(file)
    x = array(document["x"])
    found = gap(array(document["outputs_after"]), model(x))
    if not found <= tolerance:
        return f"{file.suffixes[0]}: outputs differ by {found:.3g}"
    sample_weight, class_weight = document["sample_weight"], document["class_weight"]
    history = model.fit(x, array(document["y"]), shuffle=False, verbose=0, batch_size=document["batch_size"],
                        validation_split=document["validation_split"],
                        sample_weight=None if sample_weight is None else array(sample_weight),
                        class_weight=class_weight and {int(k): v for k, v in class_weight.items()}).history
    for key, expected in document["next_history"].items():
        found = gap(np.array(expected), history[key])
        if not found <= FIT_TOLERANCE:
            return f"{file.suffixes[0]}: the next epoch's {key} differs by {found:.3g}"
    return None


def weights_problem(document, model, what):
    """What is wrong with a model that has its weights from a file; Keras reads no optimizer from these."""
    found = gap(array(document["outputs_after"]), model(array(document["x"])))
    return None if found <= FILE_TOLERANCE else f"{what}: outputs differ by {found:.3g}"


def normalizes_several_axes(layers):
    by_axes = (keras.layers.LayerNormalization, keras.layers.RMSNormalization, keras.layers.UnitNormalization)
    return any(isinstance(layer, by_axes) and isinstance(layer.axis, list) and len(layer.axis) > 1
               or normalizes_several_axes(getattr(layer, "layers", [])) for layer in layers)


def legacy_problem(document, file):
    # Keras can't read such legacy files, not even its own.
    if normalizes_several_axes(keras.models.model_from_json(document["config"]).layers):
        return None
    # Compiling fails on "mse" and the like beside a metric that is an object, even in Keras's own files.
    return weights_problem(document, keras.models.load_model(file, compile=False), ".saved.h5")


def shards_problem(document, file):
    model = keras.models.model_from_json(document["config"])
    if model.optimizer is not None:
        model.optimizer.build(model.trainable_variables)
    model.load_weights(file)
    return weights_problem(document, model, "shards")


def problem(file):
    document = json.loads(file.read_text())
    keras.utils.clear_session()
    try:
        found = (config_problem(document, file.with_suffix(".strata").read_text())
                 or files_problem(document, file))
    except Exception as error:
        found = f"Keras can't read it: {error}"
    jax.clear_caches()
    if not found:
        return None
    return "\n    ".join([f"model {document['seed']} ({file.name}): {found}", *document["layers"]])


def main():
    files = sorted(pathlib.Path(sys.argv[1]).glob("model_*.json"))
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        problems = [found for found in pool.map(problem, files) if found]
    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"{len(files) - len(problems)} of {len(files)} models read back by Keras as they were")
    sys.exit(1 if problems or not files else 0)


if __name__ == "__main__":
    main()
