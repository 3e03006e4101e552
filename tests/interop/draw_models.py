"""Draws random Sequential models and writes down what real Keras makes of them: for each a JSON file, and the model in
the middle of its training as a `.keras` and a legacy `.h5` file and its weights in several files.

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

import absl.logging
import jax
import keras
import numpy as np
import slope_of_abs
from keras import constraints, layers, losses, metrics, optimizers, regularizers

absl.logging.set_verbosity(absl.logging.ERROR)  # Keras warns of every legacy file
slope_of_abs.use_zero_at_zero()

STEP_TOLERANCE = 1e-4  # outputs, penalties and gradients
FIT_TOLERANCE = 2e-3  # history and weights after three epochs
MARGIN = 0.25
STEP_MOVE = 1e-6  # of the weights, relative
FIT_MOVE = 1e-5
EPOCHS = 2  # before the model is saved; then comes one more
MOST_KERAS_FAILURES = 3  # exceptions from Keras itself for one seed; more are a fault of the drawing


class Draw:
    """Random choices, all from one seed."""

    def __init__(self, seed):
        self.random = np.random.RandomState(seed)
        self.masked = False  # whether the model that is drawn begins with a mask
        self.keras_failures = 0

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


def maybe_constraint(draw, rank):
    if draw.chance(0.75):
        return None
    axis = list(range(rank - 1)) if rank > 2 else 0
    return draw.among(constraints.MaxNorm(draw.real(0.5, 2.0), axis=axis), constraints.NonNeg(),
                      constraints.UnitNorm(axis=axis),
                      constraints.MinMaxNorm(0.3, draw.real(0.8, 1.5), rate=draw.real(0.3, 1.0), axis=axis))


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
    return dict(activation=activation(draw), use_bias=truth(draw, 0.75),
                kernel_regularizer=maybe_regularizer(draw, kernel_rank == 2), bias_regularizer=maybe_regularizer(draw),
                activity_regularizer=maybe_regularizer(draw, False, 0.25),
                kernel_constraint=maybe_constraint(draw, kernel_rank), bias_constraint=maybe_constraint(draw, 1),
                name=odd_name(draw))


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


def rules_of(draw, slots):
    """A regularizer and a constraint for each of these slots, now and then."""
    found = {}
    for slot, rank in slots.items():
        found |= {f"{slot}_regularizer": maybe_regularizer(draw), f"{slot}_constraint": maybe_constraint(draw, rank)}
    return dict(found, activation=activation(draw), use_bias=truth(draw, 0.75),
                activity_regularizer=maybe_regularizer(draw, False, 0.25), name=odd_name(draw))


def depthwise(draw, shape):
    """Depthwise and separable: one or two spatial axes."""
    rank = len(shape) - 1
    size = [draw.whole(1, min(3, extent)) for extent in shape[:-1]]
    room = min((extent - 1) // max(k - 1, 1) for extent, k in zip(shape[:-1], size))
    strides, dilation = draw.among((1, draw.whole(1, max(1, min(2, room)))), ([draw.whole(1, 2)] * rank, 1))
    options = dict(strides=strides, padding=draw.among("valid", "same"), depth_multiplier=draw.whole(1, 2),
                   dilation_rate=dilation)
    slots = {"depthwise": rank + 2, "bias": 1}
    if draw.chance(0.5):
        return getattr(layers, f"DepthwiseConv{rank}D")(size, **options, **rules_of(draw, slots))
    rules = rules_of(draw, slots | {"pointwise": rank + 2})
    return getattr(layers, f"SeparableConv{rank}D")(draw.whole(1, 4), size, **options, **rules)


def transposed(draw, shape):
    rank = len(shape) - 1
    strides = draw.whole(1, 2)
    return getattr(layers, f"Conv{rank}DTranspose")(
        draw.whole(1, 2), draw.whole(1, 3), strides=strides, padding=draw.among("valid", "same"),
        output_padding=draw.among(None, None, strides - 1), **weighted(draw, rank + 2))


def moved(draw, shape):
    """Layers over spatial axes without weights."""
    rank = len(shape) - 1
    interpolation = draw.among("nearest", "bilinear", "bicubic")
    enlarged = dict(interpolation=interpolation) if rank == 2 else {}
    kinds = [
        lambda: getattr(layers, f"ZeroPadding{rank}D")(draw.whole(0, 2)),
        lambda: getattr(layers, f"Cropping{rank}D")(draw.whole(0, 1)),
        lambda: getattr(layers, f"UpSampling{rank}D")(2, **enlarged),
        lambda: getattr(layers, f"Adaptive{draw.among('Max', 'Average')}Pooling{rank}D")(draw.whole(1, 4)),
        lambda: layers.Permute(tuple(int(i) + 1 for i in draw.random.permutation(rank + 1))),
    ]
    if rank == 2:
        kinds += [lambda: layers.Resizing(draw.whole(2, 6), draw.whole(2, 6), interpolation=interpolation),
                  lambda: layers.CenterCrop(draw.whole(1, 5), draw.whole(1, 5))]
    return draw.among(*kinds)()


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


def normalizing(draw):
    """What batch, layer and group normalization share."""
    return dict(epsilon=draw.among(1e-3, 1e-2), center=truth(draw, 0.7), scale=truth(draw, 0.7),
                beta_regularizer=maybe_regularizer(draw), gamma_regularizer=maybe_regularizer(draw),
                beta_constraint=maybe_constraint(draw, 1), gamma_constraint=maybe_constraint(draw, 1),
                activity_regularizer=maybe_regularizer(draw, probability=0.1), name=odd_name(draw))


def batch_normalization(draw, shape):
    return layers.BatchNormalization(axis=draw.among(-1, 1), **normalizing(draw),
                                     momentum=draw.among(float, np.float32)(draw.real(0.5, 0.99)))


def own_normalization(draw, shape):
    """Of each sample by itself, over at least two numbers. Keras scales by RMS along the last axes alone."""
    kind = draw.among("layer", "layer", "group", "rms", "unit")
    size = int(np.prod(shape))
    if shape[0] == 1 or shape[-1] == 1 or size == 1:
        return layers.LayerNormalization(axis=list(range(1, len(shape) + 1))) if size > 1 else layers.Identity()
    own = dict(activity_regularizer=maybe_regularizer(draw, probability=0.1), name=odd_name(draw))
    axis = draw.among(-1, 1, [1, -1]) if len(shape) > 1 else draw.among(-1, [1])
    if kind == "unit":
        return layers.UnitNormalization(axis=axis, **own)
    if kind == "rms":
        return layers.RMSNormalization(axis=list(range(1, len(shape) + 1)) if draw.chance(0.3) else -1, **own)
    if kind == "layer":
        return layers.LayerNormalization(axis=axis, **normalizing(draw))
    axis = draw.among(-1, 1)
    channels = shape[axis if axis < 0 else 0]
    groups = [g for g in (1, 2, 3) if channels % g == 0 and size > g] + ([-1] if size > channels else [])
    return layers.GroupNormalization(draw.among(*groups), axis=axis, **normalizing(draw))


def units_and_noise(draw, shape):
    """What has weights for each unit or none; noise that adds nothing, since Keras draws other numbers."""
    per_channel = [draw.real(0.5, 2.0) for _ in range(shape[-1])]
    spatial = {2: layers.SpatialDropout1D, 3: layers.SpatialDropout2D, 4: layers.SpatialDropout3D}.get(len(shape))
    return draw.among(
        lambda: layers.PReLU("glorot_uniform" if len(shape) > 1 else "ones", alpha_regularizer=maybe_regularizer(draw),
                             alpha_constraint=maybe_constraint(draw, 1),
                             shared_axes=draw.among(None, list(range(1, len(shape))) or None)),
        lambda: layers.LeakyReLU(draw.real(0.0, 0.5)), lambda: layers.ELU(draw.real(0.5, 1.5)),
        lambda: layers.Identity(),
        lambda: layers.Rescaling(draw.among(draw.real(0.5, 2.0), per_channel), draw.among(0.0, draw.real(-1.0, 1.0))),
        lambda: layers.Normalization(mean=draw.real(-1.0, 1.0), variance=draw.real(0.5, 2.0), invert=draw.chance(0.3)),
        lambda: layers.Normalization(mean=per_channel, variance=per_channel, invert=draw.chance(0.3)),
        lambda: draw.among(layers.GaussianNoise, layers.GaussianDropout, layers.AlphaDropout)(0.0),
        lambda: spatial(0.0) if spatial else layers.Dropout(0.0))()


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
        lambda: layers.Softmax(axis=draw.among(-1, 1)) if not draw.masked else layers.Activation("softmax"),
        lambda: layers.ActivityRegularization(draw.real(0.0, 0.02), draw.real(0.0, 0.02)),
        lambda: layers.Flatten(activity_regularizer=maybe_regularizer(draw, probability=0.2)))()


def time_distributed(draw, shape, depth):
    """One layer, whose own activity regularizer Keras passes over, or a model, in which it counts for each step."""
    inner = shape[1:]
    kinds = [dense, dense, reshape]
    kinds += [] if draw.masked else [batch_normalization]  # Keras 3.15 fails on a mask of the batch alone
    kinds += [conv, pooling, global_pooling] if len(inner) > 1 else []
    kinds += [lambda d, s: nested(d, s, depth)] if depth < 2 else []
    layer = draw.among(*kinds)(draw, inner)
    if isinstance(layer, keras.Sequential) and not layer.layers:
        layer = dense(draw, inner)
    return layers.TimeDistributed(layer, activity_regularizer=maybe_regularizer(draw, probability=0.2))


def embedding(draw):
    return layers.Embedding(draw.whole(4, 7), draw.whole(1, 4), embeddings_regularizer=maybe_regularizer(draw, True),
                            embeddings_constraint=maybe_constraint(draw, 2), mask_zero=draw.masked,
                            activity_regularizer=maybe_regularizer(draw, probability=0.2))


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
        kinds = [dense, dense, batch_normalization, own_normalization, plain, units_and_noise, reshape]
        if spatial:
            kinds += [conv] * 5 + [pooling] * 2 + [global_pooling] + [transposed] + [moved] * 2
            kinds += [depthwise] * 2 if len(shape) < 4 else []
            kinds += [lambda d, s: time_distributed(d, s, depth)]
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
    kind = draw.among(*["SGD", "Adam", "RMSprop"] * 3, "AdamW", "Adamax", "Nadam", "Adagrad", "Adadelta", "Ftrl", "Lion",
                      "Adafactor", "Lamb")
    low, high = RATES[kind]
    own = {}
    if kind in ("Adam", "AdamW", "Adamax", "Nadam", "Lamb", "Lion"):
        own.update(beta_1=draw.real(0.5, 0.95), beta_2=draw.real(0.9, 0.999))
    if kind not in ("SGD", "Ftrl", "Lion", "Adafactor"):
        divides_by_none = kind in ("Adam", "RMSprop") and draw.chance(0.05)
        own["epsilon"] = 0.0 if divides_by_none else draw.among(1e-7, 1e-5, 1e-3)
    if kind in ("Adam", "AdamW"):
        own["amsgrad"] = draw.chance(0.3)
    if kind == "AdamW" and common["weight_decay"] is None:
        del common["weight_decay"]  # it has one by default, and takes no None
    if kind == "SGD":
        own.update(momentum=draw.among(0.0, draw.real(0.5, 0.95)), nesterov=draw.chance(0.5))
    if kind == "RMSprop":
        own.update(rho=draw.real(0.5, 0.95), momentum=draw.among(0.0, draw.real(0.1, 0.9)), centered=draw.chance(0.3))
    if kind == "Adagrad":
        own["initial_accumulator_value"] = draw.real(0.05, 0.5)
    if kind == "Adadelta":
        own["rho"] = draw.real(0.5, 0.95)
    if kind == "Ftrl":
        own.update(learning_rate_power=draw.among(-0.5, -0.3), initial_accumulator_value=draw.real(0.05, 0.5),
                   l2_regularization_strength=draw.among(0.0, draw.real(0.001, 0.1)), beta=draw.among(0.0, 0.1),
                   l2_shrinkage_regularization_strength=draw.among(0.0, draw.real(0.001, 0.1)),
                   l1_regularization_strength=draw.among(0.0, draw.real(0.001, 0.01)))
    if kind == "Adafactor":
        own.update(beta_2_decay=draw.real(-0.9, -0.5), clip_threshold=draw.real(0.5, 2.0),
                   relative_step=draw.chance(0.5))
    return getattr(optimizers, kind)(learning_rate(draw, draw.real(low, high)), **own, **common)


RATES = {"SGD": (0.005, 0.05), "Adam": (0.001, 0.02), "RMSprop": (0.001, 0.01), "AdamW": (0.001, 0.02),
         "Adamax": (0.001, 0.02), "Nadam": (0.001, 0.02), "Adagrad": (0.005, 0.05), "Adadelta": (0.1, 1.0),
         "Ftrl": (0.005, 0.05), "Lion": (0.0005, 0.005), "Adafactor": (0.001, 0.02), "Lamb": (0.001, 0.02)}


def learning_rate(draw, rate):
    """A number, or a schedule that begins about there."""
    if draw.chance(0.75):
        return rate
    steps, schedules = draw.whole(2, 12), optimizers.schedules
    return draw.among(
        lambda: schedules.ExponentialDecay(rate, steps, draw.real(0.5, 0.95), staircase=draw.chance(0.5)),
        lambda: schedules.InverseTimeDecay(rate, steps, draw.real(0.1, 1.0), staircase=draw.chance(0.5)),
        lambda: schedules.PiecewiseConstantDecay([steps, 2 * steps], [rate, 0.5 * rate, 0.1 * rate]),
        lambda: schedules.PolynomialDecay(rate, steps, 0.1 * rate, power=draw.among(1.0, 2.0), cycle=draw.chance(0.5)),
        lambda: schedules.CosineDecay(rate, steps, alpha=draw.among(0.0, 0.1)),
        lambda: schedules.CosineDecay(0.1 * rate, steps, warmup_target=rate, warmup_steps=draw.whole(1, 5)),
        lambda: schedules.CosineDecayRestarts(rate, steps, t_mul=draw.among(1.0, 2.0), m_mul=draw.real(0.5, 1.0)))()


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
        indices = rank == 1 and draw.chance(0.4)
        draw.masked = (indices or rank == 2) and draw.chance(0.4)
        behind = shape
        if indices:
            self.model.add(embedding(draw))
            behind = self.model.output_shape[1:]
        elif draw.masked:
            self.model.add(layers.Masking(draw.among(0.0, 0.5)))
        behind = grow(draw, self.model, behind, draw.whole(1, 5))
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
        if indices:
            self.x = draw.random.randint(0, self.model.layers[0].input_dim, size=(n, *shape)).astype("float32")
        elif draw.masked:
            self.x[draw.random.uniform(size=self.x.shape[:2]) < 0.3] = self.model.layers[0].mask_value
        if draw.masked:
            self.x[:, draw.whole(0, 1)] = 1.0  # a mean needs a step that counts
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
        if weight.path.endswith(("gamma", "/scale")):
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

    def fit(self, weights, file=None):
        """Trains, saves the model to the file, and goes on."""
        model = self.model
        model.set_weights(weights)
        model.optimizer.build(model.trainable_variables)
        if not hasattr(self, "fresh"):
            self.fresh = [np.asarray(v.value) for v in model.optimizer.variables]
        for variable, value in zip(model.optimizer.variables, self.fresh):
            variable.assign(value)
        if model.optimizer.use_ema:  # averages begin at zero, whatever the weights
            averages = model.optimizer._model_variables_moving_average
            assert len(averages) == len(model.trainable_variables)
            assert not any(np.any(average.value) for average in averages)
        history = self.train(EPOCHS)
        weights_after = model.get_weights()
        if file is not None:
            model.save(file)
            keras.models.load_model(file).save(file.with_suffix(".h5"))  # which then forgets its optimizer's config
            largest = max([4, *(value.nbytes for value in weights_after)])
            model.save_weights(file.with_name(f"shards_of_{file.stem}.weights.json"), max_shard_size=2 * largest / 2**30)
        outputs_after = np.asarray(model(self.x, training=False))
        losses_after = [float(value) for value in model.losses]
        return {"history": history, "weights_after": weights_after, "outputs_after": outputs_after,
                "losses_after": losses_after, "next_history": self.train(1), "next_weights": model.get_weights()}

    def train(self, epochs):
        history = self.model.fit(self.x, self.y, epochs=epochs, shuffle=False, verbose=0, **self.fit_options).history
        for weight in self.model.weights:  # with use_ema, fit leaves them the very arrays of the averages,
            weight.assign(np.array(weight.value))  # and the next one fails to give both away
        return history

    def moved(self, amount):
        for way in (amount, -amount):
            yield [(value * (1.0 + way * signs)).astype("float32") for value, signs in zip(self.start, self.noise)]

    def case(self, file):
        """The numbers, or why they are no fair question."""
        step, fit = self.step(self.start), self.fit(self.start, file)
        figures = [step["total"], *step["losses"], *fit["losses_after"],
                   *[v for part in ("history", "next_history") for values in fit[part].values() for v in values]]
        arrays = [*fit["weights_after"], *fit["next_weights"], step["outputs"], fit["outputs_after"]]
        largest = max(np.abs(v).max() for v in figures + arrays)
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


def has_large_group_with_names_beyond_ascii(model):
    """Whether HDF5 keeps the names of a legacy file's group in a heap, which Strata refuses by name."""
    names = [layer.name for layer in model.layers]
    inner = [layer for layer in model.layers if isinstance(layer, keras.Sequential)]
    return (len(names) > 7 and not "".join(names).isascii()) or any(map(has_large_group_with_names_beyond_ascii, inner))


def draw_model(seed, file):
    draw = Draw(seed)
    for _ in range(200):
        try:
            run = Run(draw)
            if has_large_group_with_names_beyond_ascii(run.model):
                raise ValueError("names beyond ASCII among more than seven layers")
        except ValueError as error:  # a stack that doesn't fit after all, as Keras says on building it, or as above
            print(f"  model {seed}: drawn again: {str(error).splitlines()[0][:100]}", file=sys.stderr)
            continue
        try:
            numbers, why_not = run.case(file)
        except Exception as error:  # Keras accepts the model and fails on training or saving it
            told = [line for line in str(error).splitlines() if line.strip()]
            numbers, why_not = None, f"Keras fails: {type(error).__name__}: {' '.join(told[:2])[:200]}"
            draw.keras_failures += 1
            if draw.keras_failures > MOST_KERAS_FAILURES:
                raise
        if numbers is not None:
            try:
                return json.dumps(plain_json(run.document(seed, numbers)), allow_nan=False)
            except ValueError:
                why_not = "Keras's own numbers are not finite"
        print(f"  model {seed}: drawn again: {why_not}", file=sys.stderr)
    raise RuntimeError(f"model {seed}: no well-conditioned draw in 200")


def write_model(path, seed):
    path.write_text(draw_model(seed, path.with_suffix(".keras")))
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
