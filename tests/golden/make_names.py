"""The public names of Keras 3 that Strata has families for, in names.json beside this script.

    pip install keras jax && python make_names.py [directory]

For every module each name, and what it is: "class", "function" or "module"; or "= Name", where it is another name of
the same object.
"""

import inspect
import json
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "jax"

import keras

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
MODULES = """layers losses metrics optimizers optimizers.schedules initializers constraints callbacks activations
    regularizers""".split()


def kind(module, name):
    value = getattr(module, name)
    own = getattr(value, "__name__", name)
    if own != name and getattr(module, own, None) is value:
        return f"= {own}"
    return "class" if inspect.isclass(value) else "module" if inspect.ismodule(value) else "function"


names = {}
for path in MODULES:
    module = keras
    for part in path.split("."):
        module = getattr(module, part)
    names[path] = {name: kind(module, name) for name in sorted(dir(module)) if not name.startswith("_")}
OUT.mkdir(parents=True, exist_ok=True)
text = json.dumps({"keras_version": keras.__version__, "modules": names}, indent=1)
(OUT / "names.json").write_text(text + "\n")
