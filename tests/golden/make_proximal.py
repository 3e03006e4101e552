"""Right answers for proximal steps, in float64, written to proximal.json beside this script.

    pip install numpy scikit-learn && python make_proximal.py [directory]

Steps: five of each optimizer, its formula of Keras's and the proximal step after it written out here once more.
Solutions: the minima of linear models with an L1 penalty, by scikit-learn, whose objectives halve the squared error.
"""

import json
import pathlib
import sys

import numpy as np
from sklearn import linear_model

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
GENERATOR = np.random.default_rng(20261129)


def rounded(values):  # what a float32 program is given
    return np.asarray(values, np.float32).astype(np.float64)


def tensor(values):
    values = np.asarray(values, np.float64)
    return {"shape": list(values.shape), "data": values.ravel().tolist()}


def prox(v, t, rule):
    l1, l2 = rule.get("l1", 0.0), rule.get("l2", 0.0)
    return np.sign(v) * np.maximum(np.abs(v) - t * l1, 0) / (1 + 2 * t * l2)


def sgd(options):
    velocity = 0.0
    m = options.get("momentum", 0.0)

    def step(w, g, t, lr):
        nonlocal velocity
        velocity = m * velocity - lr * g
        return w + (m * velocity - lr * g if options.get("nesterov") else velocity), lr / (1 - m)

    return step


def adam(options):
    m = v = largest = 0.0

    def step(w, g, t, lr):
        nonlocal m, v, largest
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        largest = np.maximum(largest, v)
        root = np.sqrt(largest if options.get("amsgrad") else v) + 1e-7
        rate = lr * np.sqrt(1 - 0.999**t)
        return w - rate / (1 - 0.9**t) * m / root, rate / root

    return step


def nadam(options):
    m = v = 0.0
    product = 1.0

    def step(w, g, t, lr):
        nonlocal m, v, product
        u, next_u = 0.9 * (1 - 0.5 * 0.96**t), 0.9 * (1 - 0.5 * 0.96 ** (t + 1))
        product *= u
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        ahead = next_u * m / (1 - product * next_u) + (1 - u) * g / (1 - product)
        root = np.sqrt(v / (1 - 0.999**t)) + 1e-7
        return w - lr * ahead / root, lr / root

    return step


def rmsprop(options):
    v = mean = velocity = 0.0
    m = options.get("momentum", 0.0)

    def step(w, g, t, lr):
        nonlocal v, mean, velocity
        v = 0.9 * v + 0.1 * g * g
        mean = 0.9 * mean + 0.1 * g
        root = np.sqrt(v - (mean * mean if options.get("centered") else 0) + 1e-7)
        velocity = m * velocity + lr * g / root
        return w - velocity, lr / root / (1 - m)

    return step


def adagrad(options):
    total = 0.1

    def step(w, g, t, lr):
        nonlocal total
        total = total + g * g
        root = np.sqrt(total + 1e-7)
        return w - lr * g / root, lr / root

    return step


def adamax(options):
    m = u = 0.0

    def step(w, g, t, lr):
        nonlocal m, u
        m = 0.9 * m + 0.1 * g
        u = np.maximum(0.999 * u, np.abs(g))
        return w - lr / (1 - 0.9**t) * m / (u + 1e-7), lr / (u + 1e-7)

    return step


def adadelta(options):
    square = change = 0.0

    def step(w, g, t, lr):
        nonlocal square, change
        square = 0.95 * square + 0.05 * g * g
        ratio = np.sqrt(change + 1e-7) / np.sqrt(square + 1e-7)
        change = 0.95 * change + 0.05 * np.square(ratio * g)
        return w - lr * ratio * g, lr * ratio

    return step


START = rounded(GENERATOR.normal(size=(3, 4)))
GRADIENTS = [rounded(GENERATOR.normal(size=(3, 4))) for _ in range(5)]
for gradient in GRADIENTS:
    gradient[0, 1] = 0.0  # a weight that has no gradient, whose move is bounded
RULES = [("L1", {"l1": 0.5}), ("L2", {"l2": 0.5}), ("L1L2", {"l1": 0.3, "l2": 0.25})]
RUNS = [
    ("SGD", sgd, {}),
    ("SGD", sgd, {"momentum": 0.8}),
    ("SGD", sgd, {"momentum": 0.8, "nesterov": True}),
    ("SGD", sgd, {"clipnorm": 0.5}),
    ("SGD", sgd, {"weight_decay": 0.3}),
    ("Adam", adam, {}),
    ("Adam", adam, {"amsgrad": True}),
    ("Adam", adam, {"global_clipnorm": 0.5}),
    ("AdamW", adam, {"weight_decay": 0.3}),
    ("Nadam", nadam, {}),
    ("RMSprop", rmsprop, {}),
    ("RMSprop", rmsprop, {"centered": True}),
    ("RMSprop", rmsprop, {"momentum": 0.5}),
    ("RMSprop", rmsprop, {"momentum": 0.95}),
    ("Adagrad", adagrad, {}),
    ("Adamax", adamax, {}),
    ("Adadelta", adadelta, {}),
]
cases = [{"start": tensor(START), "gradients": [tensor(g) for g in GRADIENTS]}]
for name, make, options in RUNS:
    for rule, arguments in RULES:
        step, w, after = make(options), START, []
        lr = 0.05
        for t, g in enumerate(GRADIENTS, start=1):
            norm = options.get("clipnorm", options.get("global_clipnorm", np.inf))
            scale = min(1.0, norm / np.linalg.norm(g))
            v, steps = step(w - lr * options.get("weight_decay", 0.0) * w, scale * g, t, lr)
            # A step per element moves it by at most ten rates, or ten times as far as the optimizer did.
            most = np.inf if name == "SGD" else 10 * np.maximum(lr, np.abs(v - w))
            w = v - np.clip(v - prox(v, scale * steps, arguments), -most, most)
            after.append(tensor(w))
        cases.append({"optimizer": name, "options": {"learning_rate": lr, **options}, "rule": rule,
                      "arguments": arguments, "after_step": after})

n, d = 40, 6
x = rounded(GENERATOR.normal(size=(n, d)) @ np.triu(GENERATOR.normal(size=(d, d), scale=0.3) + np.eye(d)))
truth = np.array([1.5, 0, 0, -2.0, 0, 0.7])
y = rounded(x @ truth + 0.4 + GENERATOR.normal(size=n, scale=0.3))
labels = (x @ truth + GENERATOR.normal(size=n, scale=0.5) > 0).astype(float)
cases.append({"x": tensor(x), "y": tensor(y[:, None]), "labels": tensor(labels[:, None])})


def solution(loss, rule, arguments, fit):
    cases.append({"loss": loss, "rule": rule, "arguments": arguments,
                  "kernel": tensor(np.reshape(fit.coef_, (d, 1))), "bias": tensor(np.reshape(fit.intercept_, 1))})


for l1 in [0.1, 0.5]:  # alpha = l1 / 2
    fit = linear_model.Lasso(alpha=l1 / 2, tol=1e-12, max_iter=1000000).fit(x, y)
    solution("mse", "L1", {"l1": l1}, fit)
l1, l2 = 0.3, 0.2
alpha = l1 / 2 + l2  # alpha l1_ratio = l1 / 2; alpha (1 - l1_ratio) / 2 = l2 / 2
fit = linear_model.ElasticNet(alpha=alpha, l1_ratio=l1 / 2 / alpha, tol=1e-12, max_iter=1000000).fit(x, y)
solution("mse", "L1L2", {"l1": l1, "l2": l2}, fit)
for l1 in [0.02, 0.05]:  # C = 1 / (n l1)
    fit = linear_model.LogisticRegression(l1_ratio=1.0, solver="saga", C=1 / (n * l1), tol=1e-12, max_iter=2000000)
    solution("binary_crossentropy", "L1", {"l1": l1}, fit.fit(x, labels))

(OUT / "proximal.json").write_text(json.dumps({"cases": cases}) + "\n")
