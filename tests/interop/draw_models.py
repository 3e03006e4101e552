"""Draws random Sequential models and writes down what real Keras makes of them, one JSON file a model.

    python draw_models.py DIRECTORY [--count 60] [--seed S | --model M]

Every model's seed stands in its file and follows from S, so that `--seed S` repeats a run and `--model M` one model.
A draw is kept only if it is well-conditioned by Keras's own account: when its weights move a little, one way and the
other, its numbers must not move by more than a quarter of what the comparison with Strata allows. That leaves out draws
near a kink of ReLU, a tie of max pooling, a zero of L1, the edge of a constraint or a division by almost nothing, where
two right programs differ. Over the epochs the weights move by more than rounding makes of them, since a kink that
rounding may reach must be met for sure.
"""

import argparse
import concurrent.futures
import json
import multiprocessing
import os
import pathlib
import secrets
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")  # compiling is most of the time

import jax
import keras
import numpy as np
from keras import constraints, layers, losses, metrics, optimizers, regularizers

STEP_TOLERANCE = 1e-4  # outputs, penalties and gradients
FIT_TOLERANCE = 2e-3  # history and weights after three epochs
MARGIN = 0.25
STEP_MOVE = 1e-6  # of the weights, relative
FIT_MOVE = 1e-5
EPOCHS = 3


class Draw:
    """Random choices, all from one seed."""

    def __init__(self, seed):
        self.random = np.random.RandomState(seed)

    def chance(self, probability):
        return self.random.uniform() < probability

    def whole(self, low, high):
        return int(self.random.randint(low, high + 1))

    def real(self, low, high):
        return float(np.round(self.random.uniform(low, high), 4))

    def among(self, *choices):
        return choices[self.random.randint(len(choices))]

    def normal(self, shape, scale=1.0):
        return self.random.normal(0.0, scale, size=shape).astype("float32")


# ---- rules and layers


def regularizer(draw, matrix=False):
    kinds = ["l1", "l2", "l1_l2"] + (["orthogonal"] if matrix else [])
    kind = draw.among(*kinds)
    if draw.chance(0.1):
        return draw.among(regularizers.L1(0.0), regularizers.L2(-0.0), regularizers.L1L2(), regularizers.L1L2(0.0, 0))
    if kind == "l1":
        return regularizers.L1(draw.real(0.001, 0.05))
    if kind == "l2":
        return regularizers.L2(draw.real(0.001, 0.05))
    if kind == "l1_l2":
        return regularizers.L1L2(draw.real(0.0, 0.05), draw.real(0.0, 0.05))
    return regularizers.OrthogonalRegularizer(draw.real(0.01, 0.1), mode=draw.among("rows", "columns"))


def maybe_regularizer(draw, matrix=False, probability=0.4):
    return regularizer(draw, matrix) if draw.chance(probability) else None


def maybe_constraint(draw, rank, penalty):
    """One that leaves no weight at 0 where L1 would meet it: |w| has the slope 1 there with JAX, 0 with Strata."""
    if draw.chance(0.75):
        return None
    axis = list(range(rank - 1)) if rank > 2 else 0
    found = draw.among(constraints.MaxNorm(draw.real(0.5, 2.0), axis=axis), constraints.NonNeg(),
                       constraints.UnitNorm(axis=axis),
                       constraints.MinMaxNorm(0.3, draw.real(0.8, 1.5), rate=draw.real(0.3, 1.0), axis=axis))
    meets_zero = isinstance(found, constraints.NonNeg) and getattr(penalty, "l1", 0.0)
    return None if meets_zero else found


def truth(draw, probability):
    """True or False, now and then of NumPy's type, which Keras writes as an object."""
    drawn = draw.chance(probability)
    return np.bool_(drawn) if draw.chance(0.1) else drawn


def odd_name(draw):
    return f'odd {draw.whole(0, 10**6)}: é>"\\.#' if draw.chance(0.1) else None


def activation(draw):
    if draw.chance(0.15):
        return draw.among(layers.ReLU(draw.real(0.5, 2.0)), layers.LeakyReLU(draw.real(0.0, 0.5)),
                          layers.ELU(draw.real(0.5, 1.5)), layers.ELU(-0.5), layers.Softmax(), layers.Softmax([-1]))
    return draw.among(None, "relu", "tanh", "sigmoid", "elu", "selu", "softplus", "softsign", "linear", "softmax")


def weighted(draw, kernel_rank):
    """The slots of a layer with a kernel and a bias; rules for a bias that isn't there have no effect."""
    kernel, bias = maybe_regularizer(draw, kernel_rank == 2), maybe_regularizer(draw)
    return dict(activation=activation(draw), use_bias=truth(draw, 0.75), kernel_regularizer=kernel,
                bias_regularizer=bias, activity_regularizer=maybe_regularizer(draw, False, 0.25),
                kernel_constraint=maybe_constraint(draw, kernel_rank, kernel),
                bias_constraint=maybe_constraint(draw, 1, bias), name=odd_name(draw))


def dense(draw, shape):
    return layers.Dense(draw.whole(2, 6), **weighted(draw, 2))


def conv(draw, shape):
    rank = len(shape) - 1
    groups = draw.among(*[g for g in (1, 2, 3) if shape[-1] % g == 0])
    size = [draw.whole(1, min(3, extent)) for extent in shape[:-1]]
    step = draw.among("plain", "strides", "dilation")
    strides = [draw.whole(1, 2) for _ in range(rank)] if step == "strides" else 1
    room = min((extent - 1) // max(k - 1, 1) for extent, k in zip(shape[:-1], size))
    dilation = draw.whole(1, max(1, min(2, room))) if step == "dilation" else 1
    padding = draw.among("valid", "same", "causal") if rank == 1 else draw.among("valid", "same")
    return [layers.Conv1D, layers.Conv2D, layers.Conv3D][rank - 1](
        groups * draw.whole(1, 2), size, strides=strides, padding=padding, dilation_rate=dilation, groups=groups,
        **weighted(draw, rank + 2))


def pooling(draw, shape):
    rank = len(shape) - 1
    kind = draw.among("Max", "Average")
    size = [draw.whole(1, min(3, extent)) for extent in shape[:-1]]
    strides = draw.among(None, 1, [draw.whole(1, 2) for _ in range(rank)])
    return getattr(layers, f"{kind}Pooling{rank}D")(
        size, strides=strides, padding=draw.among("valid", "same"),
        activity_regularizer=maybe_regularizer(draw, probability=0.1))


def global_pooling(draw, shape):
    kind = draw.among("Max", "Average")
    return getattr(layers, f"Global{kind}Pooling{len(shape) - 1}D")(keepdims=draw.chance(0.3))


def batch_normalization(draw, shape):
    beta, gamma = maybe_regularizer(draw), maybe_regularizer(draw)
    return layers.BatchNormalization(
        axis=draw.among(-1, 1), momentum=draw.among(float, np.float32)(draw.real(0.5, 0.99)),
        epsilon=draw.among(1e-3, 1e-2), center=truth(draw, 0.7), scale=truth(draw, 0.7), beta_regularizer=beta,
        gamma_regularizer=gamma, beta_constraint=maybe_constraint(draw, 1, beta),
        gamma_constraint=maybe_constraint(draw, 1, gamma), name=odd_name(draw),
        activity_regularizer=maybe_regularizer(draw, probability=0.1))


def reshape(draw, shape):
    size = int(np.prod(shape))
    halves = [n for n in range(2, size) if size % n == 0]
    if not halves or draw.chance(0.3):
        return layers.Reshape((-1,))
    first = draw.among(*halves)
    return layers.Reshape(draw.among((first, -1), (first, size // first), (1, first, -1)))


def plain(draw, shape):
    return draw.among(
        lambda: layers.Dropout(0.0), lambda: layers.Activation(activation(draw) or "tanh"),
        lambda: layers.ReLU(draw.among(None, 1.5), draw.among(0.0, 0.2), draw.among(0.0, 0.1)),
        lambda: layers.Softmax(axis=draw.among(-1, 1)),
        lambda: layers.ActivityRegularization(draw.real(0.0, 0.02), draw.real(0.0, 0.02)),
        lambda: layers.Flatten(activity_regularizer=maybe_regularizer(draw, probability=0.2)))()


def nested(draw, shape, depth):
    inner = keras.Sequential()
    if draw.chance(0.5):
        inner.add(layers.Input(shape))
    grow(draw, inner, shape, draw.whole(1, 3), depth + 1)
    return inner


def grow(draw, model, shape, count, depth=0):
    """Adds `count` layers that fit one after the other; gives the shape behind them."""
    for _ in range(count):
        spatial = 2 <= len(shape) <= 4
        kinds = [dense, dense, batch_normalization, plain, reshape]
        if spatial:
            kinds += [conv] * 5 + [pooling] * 2 + [global_pooling]
        if depth < 2:
            kinds += [lambda d, s: nested(d, s, depth)]
        layer = draw.among(*kinds)(draw, shape)
        if isinstance(layer, keras.Sequential) and not layer.layers:
            continue  # nothing fitted in it; Keras fails on its output shape
        after = layer.compute_output_shape((None, *shape))[1:]
        if any(extent is None or extent < 1 for extent in after) or np.prod(after) > 400:
            continue
        if draw.chance(0.12):
            layer.trainable = False
        model.add(layer)
        shape = tuple(after)
    return shape


# ---- what a model is trained with


def task(draw):
    """Loss, units and activation of the last layer, targets for n samples, and metrics that fit."""
    kind = draw.among("mse", "mae", "binary", "categorical", "sparse")
    classes = draw.whole(2, 4)
    units = {"binary": draw.whole(1, 3), "mse": draw.whole(1, 3), "mae": draw.whole(1, 3)}.get(kind, classes)
    logits = draw.chance(0.5)
    smoothing = draw.among(0.0, 0.1)
    reduction = draw.among("sum_over_batch_size", "sum_over_batch_size", "sum", "mean_with_sample_weight")

    def real_targets(n):
        return draw.normal((n, units))

    def labels(n):
        return draw.random.randint(0, classes, size=n)

    if kind == "mse":
        loss = draw.among("mse", losses.MeanSquaredError(reduction=reduction))
        return loss, units, draw.among(None, "tanh"), real_targets, ["mae", metrics.MeanSquaredError(name="mine")]
    if kind == "mae":
        loss = draw.among("mean_absolute_error", losses.MeanAbsoluteError(reduction=reduction))
        return loss, units, None, real_targets, ["mse", metrics.MeanAbsoluteError()]
    if kind == "binary":
        loss = losses.BinaryCrossentropy(from_logits=logits, label_smoothing=smoothing, reduction=reduction)
        loss = loss if logits or draw.chance(0.5) else "binary_crossentropy"
        targets = lambda n: draw.random.randint(0, 2, size=(n, units)).astype("float32")
        found = [metrics.BinaryAccuracy(threshold=draw.among(0.3, 0.5))] + (["accuracy"] if units == 1 else [])
        return loss, units, None if logits else "sigmoid", targets, found
    if kind == "categorical":
        loss = losses.CategoricalCrossentropy(from_logits=logits, label_smoothing=smoothing, reduction=reduction)
        targets = lambda n: np.eye(classes, dtype="float32")[labels(n)]
        return loss, units, None if logits else "softmax", targets, ["accuracy", metrics.CategoricalAccuracy()]
    loss = losses.SparseCategoricalCrossentropy(from_logits=logits, reduction=reduction)
    loss = loss if logits else "sparse_categorical_crossentropy"
    targets = lambda n: labels(n).astype("float32").reshape(draw.among((n,), (n, 1)))
    return loss, units, None if logits else "softmax", targets, ["acc", metrics.SparseCategoricalAccuracy()]


def optimizer(draw):
    common = dict(weight_decay=draw.among(None, None, draw.real(0.001, 0.05)))
    clip = draw.among(None, "clipnorm", "clipvalue", "global_clipnorm")
    if clip:
        common[clip] = draw.real(0.05, 1.0)
    if draw.chance(0.3):
        common.update(use_ema=True, ema_momentum=draw.real(0.5, 0.99),
                      ema_overwrite_frequency=draw.among(None, 2, 5))
    if draw.chance(0.15):
        common["gradient_accumulation_steps"] = draw.whole(2, 3)
    if draw.chance(0.15):
        common["loss_scale_factor"] = draw.among(2.0, 128.0)
    kind = draw.among("sgd", "adam", "rmsprop")
    if kind == "sgd":
        momentum = draw.among(0.0, draw.real(0.5, 0.95))
        return optimizers.SGD(draw.real(0.005, 0.05), momentum=momentum, nesterov=draw.chance(0.5), **common)
    epsilon = draw.among(1e-7, 1e-5, 1e-3) if draw.chance(0.95) else 0.0
    if kind == "adam":
        return optimizers.Adam(draw.real(0.001, 0.02), beta_1=draw.real(0.5, 0.95), beta_2=draw.real(0.9, 0.999),
                               epsilon=epsilon, amsgrad=draw.chance(0.3), **common)
    return optimizers.RMSprop(draw.real(0.001, 0.01), rho=draw.real(0.5, 0.95),
                              momentum=draw.among(0.0, draw.real(0.1, 0.9)), epsilon=epsilon,
                              centered=draw.chance(0.3), **common)


# ---- what Keras makes of it


class Run:
    """A model with its data, and all the numbers that Strata has to meet."""

    def __init__(self, draw):
        keras.utils.clear_session()
        rank = draw.among(1, 2, 2, 3, 3, 4)
        shape = {1: (draw.whole(3, 8),), 2: (draw.whole(4, 10), draw.whole(1, 4)),
                 3: (draw.whole(4, 7), draw.whole(4, 7), draw.whole(1, 4)),
                 4: (draw.whole(3, 5), draw.whole(3, 5), draw.whole(3, 5), draw.whole(1, 3))}[rank]
        loss, units, last, targets, found = task(draw)
        self.model = keras.Sequential([layers.Input(shape)])
        behind = grow(draw, self.model, shape, draw.whole(1, 5))
        if len(behind) > 1:
            self.model.add(layers.Flatten())
        self.model.add(layers.Dense(units, **{**weighted(draw, 2), "activation": last, "use_bias": True,
                                              "kernel_constraint": None}))
        metrics_found = found[: draw.whole(0, len(found))] or None
        if draw.chance(0.1) and targets(1).shape[-1] == units:
            metrics_found = (metrics_found or []) + ["mse", "mse"]
        self.model.compile(
            optimizer=optimizer(draw), loss=loss, metrics=metrics_found,
            weighted_metrics=["mse"] if draw.chance(0.2) and targets(1).shape[-1] == units else None,
            loss_weights=draw.among(None, None, draw.real(0.3, 2.0)))
        self.start = [self.first_weights(draw, weight) for weight in self.model.weights]
        n = draw.whole(17, 45)
        self.x = draw.normal((n, *shape))
        self.y = targets(n)
        self.fit_options = {"batch_size": draw.whole(5, 16), "sample_weight": None, "class_weight": None,
                            "validation_split": draw.among(0.0, 0.0, 0.25)}
        if draw.chance(0.3):
            self.fit_options["sample_weight"] = draw.random.uniform(0.2, 2.0, size=n).astype("float32")
        elif self.y.ndim == 1 and draw.chance(0.5):
            self.fit_options["class_weight"] = {c: draw.real(0.3, 2.0) for c in range(units)}
        self.noise = [np.sign(draw.normal(value.shape)) for value in self.start]

    def first_weights(self, draw, weight):
        if weight.path.endswith("moving_variance"):
            return draw.random.uniform(0.5, 1.5, size=weight.shape).astype("float32")
        if weight.path.endswith("gamma"):
            return draw.random.uniform(0.5, 1.5, size=weight.shape).astype("float32")
        fan = int(np.prod(weight.shape[:-1])) if len(weight.shape) > 1 else 8
        return draw.normal(weight.shape, 1.0 / np.sqrt(fan))

    def step(self, weights):
        """Outputs and losses in inference; total loss and gradients in training."""
        model = self.model
        model.set_weights(weights)
        outputs = np.asarray(model(self.x, training=False))
        penalties = [float(value) for value in model.losses]
        trainable = [v.value for v in model.trainable_variables]
        others = [v.value for v in model.non_trainable_variables]
        metric_values = [v.value for v in model.metrics_variables]

        def total(values):
            y_pred, _, model._losses_override = model.stateless_call(
                values, others, self.x, training=True, return_losses=True)
            return model.stateless_compute_loss(
                values, others, metric_values, x=self.x, y=self.y, y_pred=y_pred,
                sample_weight=self.fit_options["sample_weight"], training=True)[0]

        loss, gradients = jax.jit(jax.value_and_grad(total))(trainable)
        model._losses_override = []
        return {"outputs": outputs, "losses": penalties, "total": float(loss),
                "gradients": [np.asarray(g) for g in gradients]}

    def fit(self, weights):
        model = self.model
        model.set_weights(weights)
        model.optimizer.build(model.trainable_variables)
        if not hasattr(self, "fresh"):
            self.fresh = [np.asarray(v.value) for v in model.optimizer.variables]
        for variable, value in zip(model.optimizer.variables, self.fresh):
            variable.assign(value)
        if model.optimizer.use_ema:  # averages begin at zero, whatever the weights
            assert all(not v.any() for v in self.fresh[2 : 2 + len(model.trainable_variables)])
        history = model.fit(self.x, self.y, epochs=EPOCHS, shuffle=False, verbose=0, **self.fit_options).history
        return {"history": history, "weights_after": model.get_weights()}

    def moved(self, amount):
        for way in (amount, -amount):
            yield [(value * (1.0 + way * signs)).astype("float32") for value, signs in zip(self.start, self.noise)]

    def case(self):
        """The numbers, or why they are no fair question."""
        step, fit = self.step(self.start), self.fit(self.start)
        figures = [step["total"], *step["losses"], *[v for values in fit["history"].values() for v in values]]
        largest = max(np.abs(v).max() for v in figures + fit["weights_after"] + [step["outputs"]])
        if not np.isfinite(largest) or largest > 100.0:
            return None, "not finite, or large"
        if any(gap(step, self.step(moved)) > MARGIN * STEP_TOLERANCE for moved in self.moved(STEP_MOVE)):
            return None, "ill-conditioned in one step"
        if any(gap(fit, self.fit(moved)) > MARGIN * FIT_TOLERANCE for moved in self.moved(FIT_MOVE)):
            return None, "ill-conditioned over the epochs"
        return {**step, **fit}, None

    def document(self, seed, numbers):
        return {"seed": seed, "layers": describe(self.model), "config": self.model.to_json(), "epochs": EPOCHS,
                "weight_names": [weight.path.split("/")[-1] for weight in self.model.weights],
                "weights": self.start, "x": self.x, "y": self.y, **self.fit_options, **numbers}


def gap(expected, actual):
    """The largest difference of two trees of numbers, each array's relative to its largest element."""
    if isinstance(expected, dict):
        return max((gap(expected[key], actual[key]) for key in expected), default=0.0)
    if isinstance(expected, list):
        return max((gap(e, a) for e, a in zip(expected, actual)), default=0.0)
    expected, actual = np.asarray(expected, "float64"), np.asarray(actual, "float64")
    if expected.size == 0:
        return 0.0
    return np.abs(actual - expected).max() / max(np.abs(expected).max(), 1e-3)


def describe(model, indent=""):
    lines = []
    for layer in model.layers:
        config = {k: v for k, v in layer.get_config().items() if k not in ("name", "dtype", "layers", "build_input_shape")}
        config = {k: v["config"] if isinstance(v, dict) and "config" in v else v for k, v in config.items()
                  if v is not None and "initializer" not in k}
        lines.append(f"{indent}{layer.name}: {type(layer).__name__} {config}")
        if isinstance(layer, keras.Sequential):
            lines += describe(layer, indent + "  ")
    return lines


def plain_json(value):
    if isinstance(value, np.ndarray):
        flat = value.astype("float32").ravel()
        return {"shape": list(value.shape), "data": [float(str(v)) for v in flat]}
    if isinstance(value, dict):
        return {str(key): plain_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_json(item) for item in value]
    return value


def draw_model(seed):
    draw = Draw(seed)
    for _ in range(200):
        try:
            run = Run(draw)
        except ValueError as error:  # a stack that doesn't fit after all, which Keras says on building it
            print(f"  model {seed}: drawn again: {str(error).splitlines()[0][:100]}", file=sys.stderr)
            continue
        numbers, why_not = run.case()
        if numbers is not None:
            try:
                return json.dumps(plain_json(run.document(seed, numbers)), allow_nan=False)
            except ValueError:
                why_not = "Keras's own numbers are not finite"
        print(f"  model {seed}: drawn again: {why_not}", file=sys.stderr)
    raise RuntimeError(f"model {seed}: no well-conditioned draw in 200")


def write_model(path, seed):
    path.write_text(draw_model(seed))
    jax.clear_caches()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--model", type=int, default=None, help="draw this one model")
    arguments = parser.parse_args()
    seed = secrets.randbelow(10**6) if arguments.seed is None else arguments.seed
    seeds = [arguments.model] if arguments.model is not None else [seed * 1000 + i for i in range(arguments.count)]
    arguments.directory.mkdir(parents=True, exist_ok=True)
    print(f"Keras {keras.__version__}, seed {seed}: drawing {len(seeds)} models", flush=True)
    paths = [arguments.directory / f"model_{index:03}.json" for index in range(len(seeds))]
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        list(pool.map(write_model, paths, seeds))


if __name__ == "__main__":
    main()
