"""Configs as Keras 3 writes them: models' `to_json()`, in configs.json beside this script.

    pip install keras jax && python make_configs.py [directory]

Every case holds the text, the shapes of all weights in Keras's order (null if the model is unbuilt) and the output's
shape. Layers, slots, losses, metrics and optimizers are those that Strata knows.
"""

import json
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np
from keras import constraints, initializers, layers, losses, metrics, optimizers, regularizers

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
CASES = []


def case(name, model, **compiled):
    if compiled:
        model.compile(**compiled)
    shapes = [list(weight.shape) for weight in model.weights] if model.built else None
    output = list(model.output_shape) if model.built else None
    CASES.append({"name": name, "json": model.to_json(), "weights": shapes, "output_shape": output})


def stack(*members, name="net"):
    return keras.Sequential(list(members), name=name)


def slots(kind):
    """All slots of a layer with a kernel, each with a rule of its own."""
    rules = {
        "kernel_regularizer": regularizers.L1L2(0.01, 0.02),
        "bias_regularizer": regularizers.L1(0.1),
        "activity_regularizer": regularizers.L2(0.001),
        "kernel_constraint": constraints.MaxNorm(2, axis=0),
        "bias_constraint": constraints.NonNeg(),
        "kernel_initializer": initializers.HeNormal(seed=3),
        "bias_initializer": initializers.Constant(0.5),
    }
    if kind == "dense":
        rules["kernel_regularizer"] = regularizers.OrthogonalRegularizer(0.03, mode="columns")
        rules["kernel_initializer"] = initializers.Orthogonal(gain=2.0, seed=7)
        rules["kernel_constraint"] = constraints.MinMaxNorm(0.5, 1.5, rate=0.9, axis=1)
        rules["bias_constraint"] = constraints.UnitNorm(axis=0)
        rules["bias_initializer"] = initializers.RandomUniform(-0.1, 0.1, seed=1)
    return rules


def layers_cases():
    case("dense", stack(layers.Input((4,), name="entry"), layers.Dense(3, name="dense")))
    case("dense_slots", stack(layers.Input((4,), batch_size=5, name="entry"),
                              layers.Dense(3, activation="tanh", use_bias=True, name="hidden", **slots("dense")),
                              layers.Dense(2, use_bias=False, trainable=False, name="frozen")))
    case("conv", stack(
        layers.Input((12, 12, 12, 2), name="entry"),
        layers.Conv3D(4, 3, name="conv3d"),
        layers.MaxPooling3D(2, name="max_pooling3d"),
        layers.AveragePooling3D((1, 2, 1), strides=1, padding="same", name="average_pooling3d"),
        layers.Reshape((5, 5, 20), name="reshape"),
        layers.Conv2D(6, (3, 2), strides=(2, 1), padding="same", groups=2, activation="relu", name="conv2d",
                      **slots("conv")),
        layers.MaxPooling2D((2, 1), name="max_pooling2d"),
        layers.AveragePooling2D(1, name="average_pooling2d"),
        layers.Reshape((-1, 6), name="reshape_1"),
        layers.Conv1D(3, 2, padding="causal", dilation_rate=2, use_bias=False, name="conv1d"),
        layers.MaxPooling1D(2, strides=1, name="max_pooling1d"),
        layers.AveragePooling1D(pool_size=2, name="average_pooling1d"),
        layers.Flatten(name="flatten"),
    ))
    for rank, shape in enumerate([(6, 2), (6, 5, 2), (6, 5, 4, 2)], start=1):
        for kind in ("Average", "Max"):
            pooling = getattr(layers, f"Global{kind}Pooling{rank}D")
            case(f"global_{kind.lower()}{rank}d", stack(layers.Input(shape, name="entry"),
                                                        pooling(keepdims=rank == 2, name="pool")))
    case("plain", stack(
        layers.Input((4,), name="entry"),
        layers.Dropout(0.25, seed=5, name="dropout"),
        layers.Activation("relu", name="activation"),
        layers.ReLU(max_value=6, negative_slope=0.125, threshold=0.5, name="re_lu"),
        layers.Softmax(name="softmax"),
        layers.ActivityRegularization(l1=0.5, l2=0.25, name="activity_regularization"),
        layers.Dropout(0.5, noise_shape=(None, 1), name="dropout_1"),
    ))
    case("batch_normalization", stack(
        layers.Input((3, 4), name="entry"),
        layers.BatchNormalization(name="first"),
        layers.BatchNormalization(
            axis=1, momentum=0.9, epsilon=0.01, center=True, scale=True, beta_initializer="ones",
            gamma_initializer=initializers.RandomNormal(1.0, 0.1, seed=2), beta_regularizer="l2",
            gamma_regularizer=regularizers.L1(0.5), beta_constraint="non_neg",
            gamma_constraint=constraints.MaxNorm(1.0), name="second"),
        layers.BatchNormalization(center=False, scale=False, trainable=False, name="third"),
    ))


def model_cases():
    def inner(name, *entry):
        return stack(*entry, layers.Dense(3, kernel_regularizer="l1", name="dense"),
                     layers.BatchNormalization(name="norm"), name=name)

    case("nested", stack(layers.Input((4,), name="entry"), inner("inner", layers.Input((4,), name="inner_entry")),
                         stack(layers.Dense(2, name="dense"), name="late"), layers.Dense(1, name="last")))
    case("nested_first", stack(inner("inner", layers.Input((4,), name="inner_entry")), layers.Dense(2, name="dense")))
    case("unbuilt", stack(layers.Dense(3, name="dense"), layers.Dropout(0.5, name="dropout")))
    case("empty", stack())
    called = stack(layers.Dense(3, name="dense"))
    called(np.ones((2, 5), "float32"))
    case("built_by_a_call", called)
    frozen = stack(layers.Input((4,), name="entry"), layers.Dense(3, name="dense"))
    frozen.trainable = False
    case("frozen", frozen)
    case("every_activation", stack(layers.Input((4,), name="entry"), *[
        layers.Activation(name, name=name) for name in
        ("relu", "sigmoid", "tanh", "softmax", "elu", "selu", "softplus", "softsign", "linear")]))
    case("every_initializer", stack(layers.Input((4,), name="entry"), *[
        layers.Dense(4, kernel_initializer=initializer, name=f"dense_{i}") for i, initializer in enumerate([
            initializers.GlorotNormal(), initializers.GlorotUniform(seed=1), initializers.HeNormal(),
            initializers.HeUniform(seed=2), initializers.LecunNormal(), initializers.LecunUniform(seed=3),
            initializers.Zeros(), initializers.Ones(), initializers.Constant(0.25), initializers.RandomNormal(0, 0.1),
            initializers.RandomUniform(-0.5, 0.5), initializers.Orthogonal()])]))


def compile_cases():
    def net(units=3, activation="softmax"):
        return stack(layers.Input((4,), name="entry"), layers.Dense(units, activation=activation, name="dense"))

    every = dict(weight_decay=0.004, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=10,
                 gradient_accumulation_steps=3)
    case("compile_defaults", net(), loss="mse")
    case("compile_sgd", net(), optimizer=optimizers.SGD(0.1, momentum=0.9, nesterov=True, clipnorm=1.0),
         loss=losses.CategoricalCrossentropy(label_smoothing=0.1), metrics=["accuracy", metrics.MeanSquaredError()])
    case("compile_adam", net(), optimizer=optimizers.Adam(0.01, beta_1=0.8, beta_2=0.9, epsilon=1e-5, amsgrad=True,
                                                          clipvalue=0.5, **every),
         loss=losses.SparseCategoricalCrossentropy(from_logits=True), loss_weights=0.5,
         metrics=["acc", metrics.SparseCategoricalAccuracy(name="mine")], weighted_metrics=["accuracy"])
    case("compile_rmsprop", net(1, "sigmoid"),
         optimizer=optimizers.RMSprop(0.02, rho=0.8, momentum=0.1, epsilon=1e-4, centered=True, global_clipnorm=2.0,
                                      loss_scale_factor=2.0, name="mine"),
         loss=losses.BinaryCrossentropy(label_smoothing=0.2, reduction="sum"),
         metrics=[metrics.BinaryAccuracy(threshold=0.25), "mae", "mse"], jit_compile=False, run_eagerly=True,
         steps_per_execution=4)
    case("compile_functions", net(1, None), optimizer="sgd", loss=losses.mean_absolute_error,
         metrics=[metrics.mean_squared_error, metrics.CategoricalAccuracy(), metrics.MeanAbsoluteError()])
    case("compile_lists", net(1, None), optimizer="adam", loss=["mse"], loss_weights=[0.25],
         metrics=[["mae", "mse"]], weighted_metrics=[["mae"]])
    case("compile_no_loss", net(), optimizer="adam")


layers_cases()
model_cases()
compile_cases()
path = OUT / "configs.json"
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in CASES)
path.write_text(f'{{"keras_version": "{keras.__version__}", "family": "configs", "cases": [\n{lines}\n]}}\n')
print(f"{path.name}: {len(CASES)} cases, {path.stat().st_size} bytes")
