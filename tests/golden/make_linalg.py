"""Golden values and gradients of Keras 3's linear algebra, written to linalg.json beside this script.

    pip install keras jax && python make_linalg.py [directory]

Keras's functions are called on JAX arrays of float64, so that the values hold more digits than float32 has. Each case
gives the inputs, the results and the gradients of sum(weight * result) over all results. Singular vectors and
eigenvectors have no sign of their own, so their squares stand for them, and for the former the product u vh too.
"""

import json
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "jax"

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import keras
import numpy as np
from keras import ops

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
GENERATOR = np.random.default_rng(20240617)


def drawn(*shape):
    return np.round(GENERATOR.normal(size=shape), 3).astype(np.float32)


def symmetric(*shape):
    half = drawn(*shape)
    return np.round((half + np.swapaxes(half, -1, -2)) / 2, 3).astype(np.float32)


def positive(*shape):
    root = drawn(*shape).astype(np.float64)
    return symmetric_part(np.round(root @ np.swapaxes(root, -1, -2) + np.eye(shape[-1]), 3))


def symmetric_part(x):
    return ((x + np.swapaxes(x, -1, -2)) / 2).astype(np.float32)


def svd(x, **arguments):
    if not arguments.get("compute_uv", True):
        return (ops.svd(x, **arguments),)
    u, s, vh = ops.svd(x, **arguments)
    return u * u, s, vh * vh, u @ vh


def eigh(x):
    w, v = ops.eigh(x)
    return w, v * v


FUNCTIONS = {
    "qr": lambda x: tuple(ops.qr(x)),
    "svd": svd,
    "eigh": eigh,
    "cholesky": lambda x, **arguments: (ops.cholesky(x, **arguments),),
    "solve": lambda a, b: (ops.solve(a, b),),
    "inv": lambda x: (ops.inv(x),),
    "det": lambda x: (ops.det(x),),
}

REDUCED = {"full_matrices": False}
CASES = [
    ("qr", {}, drawn(3, 3)),
    ("qr", {}, drawn(5, 3)),
    ("qr", {}, drawn(2, 4, 3)),
    ("svd", REDUCED, drawn(3, 3)),
    ("svd", REDUCED, drawn(5, 3)),
    ("svd", REDUCED, drawn(3, 5)),
    ("svd", REDUCED, drawn(2, 2, 4, 3)),
    ("svd", {}, drawn(2, 3, 3)),
    ("svd", {"full_matrices": True, "compute_uv": False}, drawn(2, 4, 3)),
    ("eigh", {}, symmetric(4, 4)),
    ("eigh", {}, symmetric(2, 3, 3)),
    ("cholesky", {}, positive(4, 4)),
    ("cholesky", {"upper": True}, positive(3, 3)),
    ("cholesky", {}, positive(2, 3, 3)),
    ("solve", {}, drawn(3, 3), drawn(3)),
    ("solve", {}, drawn(3, 3), drawn(3, 2)),
    ("solve", {}, drawn(2, 3, 3), drawn(2, 3, 2)),
    ("inv", {}, drawn(3, 3)),
    ("inv", {}, drawn(2, 2, 2)),
    ("det", {}, drawn(4, 4)),
    ("det", {}, drawn(2, 3, 3)),
    # Of rank 2: the determinant's gradient is the matrix of cofactors.
    ("det", {}, np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], np.float32)),
]


def number(value):
    """An input as the shortest decimal that reads back as the same float32; a result in ten digits."""
    return float(str(np.float32(value))) if np.float32(value) == value else float(f"{value:.10g}")


def tensor(value):
    value = np.asarray(value)
    return {"shape": list(value.shape), "data": [number(v) for v in value.ravel()]}


def case(name, arguments, *inputs):
    inputs = [jnp.asarray(x, jnp.float64) for x in inputs]
    results = FUNCTIONS[name](*inputs, **arguments)
    weights = [np.round(GENERATOR.uniform(0.5, 1.5, size=r.shape), 3) for r in results]

    def loss(*inputs):
        return sum(jnp.sum(w * r) for w, r in zip(weights, FUNCTIONS[name](*inputs, **arguments)))

    gradients = jax.grad(loss, argnums=tuple(range(len(inputs))))(*inputs)
    return {
        "op": name,
        "arguments": arguments,
        "inputs": [tensor(x) for x in inputs],
        "results": [tensor(r) for r in results],
        "weights": [tensor(w) for w in weights],
        "gradients": [tensor(g) for g in gradients],
    }


cases = [case(*entry) for entry in CASES]
head = f'{{"keras_version": "{keras.__version__}", "jax_version": "{jax.__version__}", "family": "linalg", "cases": [\n'
lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases)
(OUT / "linalg.json").write_text(head + lines + "\n]}\n")
