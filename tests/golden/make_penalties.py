"""Right answers for the rules that Keras lacks, in float64: values by their formulas, gradients by JAX, proximal points
by solving their optimality conditions, whole solutions by scikit-learn.

    pip install jax numpy scikit-learn && python make_penalties.py > penalties.json
"""
import json

import jax
import numpy as np

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp  # noqa: E402
from sklearn import linear_model  # noqa: E402

rng = np.random.default_rng(20261128)
rounded = lambda a: np.asarray(a, np.float32).astype(np.float64)  # what a float32 program is given
WEIGHTS = {
    "dense": rounded(rng.normal(size=(4, 3))),
    "wide": rounded(rng.normal(size=(2, 5))),
    "conv2d": rounded(rng.normal(size=(3, 2, 2, 3))),
    "with_zero_row": rounded(np.concatenate([rng.normal(size=(2, 3)), np.zeros((1, 3))])),
    "zero": np.zeros((3, 2)),
}


def matrix(w):
    return w.reshape(-1, w.shape[-1])


def group_axes(w, groups):  # the axes that run inside a group
    last = w.ndim - 1
    inner = {"inputs": set(range(last - 1)) | {last}, "outputs": set(range(last)), "filters": set(range(last - 1))}
    return tuple(sorted(inner[groups])) if isinstance(groups, str) else tuple(a for a in range(w.ndim) if a != groups)


def norms(w, axes):  # gradient 0 where a norm is 0
    squares = jnp.sum(jnp.square(w), axis=axes)
    return jnp.where(squares > 0, jnp.sqrt(jnp.where(squares > 0, squares, 1.0)), 0.0)


def group_lasso(w, factor, groups):
    axes = group_axes(w, groups)
    size = int(np.prod([w.shape[a] for a in axes])) if axes else 1
    return factor * np.sqrt(size) * jnp.sum(norms(w, axes))


def absolute(w):
    return jnp.sum(jnp.where(w == 0, 0.0, jnp.abs(w)))


def soft_orthogonal(w, factor):
    m = matrix(w)
    g = m @ m.T if m.shape[0] < m.shape[1] else m.T @ m
    return factor * jnp.sum(jnp.square(g - jnp.eye(len(g))))


def total_variation(x, factor, axes):
    return factor * sum(absolute(jnp.diff(x, axis=a)) for a in axes)


def kl_sparsity(a, factor, rho):
    mean = jnp.clip(jnp.mean(a, axis=tuple(range(a.ndim - 1))), 1e-7, 1 - 1e-7)
    return a.shape[0] * factor * jnp.sum(rho * jnp.log(rho / mean) + (1 - rho) * jnp.log((1 - rho) / (1 - mean)))


RULES = [
    *[("GroupLasso", {"factor": 0.3, "groups": g}, group_lasso, ["dense", "wide", "conv2d", "with_zero_row", "zero"]) for g in ["inputs", "outputs", "filters", 0]],
    ("SparseGroupLasso", {"l1": 0.2, "factor": 0.3, "groups": "inputs"},
     lambda w, l1, factor, groups: l1 * absolute(w) + group_lasso(w, factor, groups), ["dense", "conv2d", "with_zero_row", "zero"]),
    ("SpectralNorm", {"factor": 0.5}, lambda w, factor: factor * jnp.square(jnp.linalg.svd(matrix(w), compute_uv=False)[0]), ["dense", "wide", "conv2d"]),
    ("NuclearNorm", {"factor": 0.5}, lambda w, factor: factor * jnp.sum(jnp.linalg.svd(matrix(w), compute_uv=False)), ["dense", "wide", "conv2d"]),
    ("SoftOrthogonal", {"factor": 0.1}, soft_orthogonal, ["dense", "wide", "conv2d", "zero"]),
    ("HoyerSquare", {"factor": 0.1}, lambda w, factor: factor * jnp.square(absolute(w)) / jnp.sum(jnp.square(w)), ["dense", "wide", "conv2d"]),
    ("TotalVariation", {"factor": 0.1, "axes": [0, 1]}, total_variation, ["dense", "conv2d"]),
]
cases = []
for name, arguments, rule, weights in RULES:
    for key in weights:
        w = WEIGHTS[key]
        value, gradient = jax.value_and_grad(lambda x: rule(x, **arguments))(jnp.asarray(w))
        cases.append({"rule": name, "arguments": arguments, "x": w.tolist(), "value": float(value), "gradient": np.asarray(gradient).tolist()})
activity = rounded(rng.uniform(0.02, 0.98, size=(6, 4)))
value, gradient = jax.value_and_grad(lambda a: kl_sparsity(a, 0.5, 0.05))(jnp.asarray(activity))
cases.append({"rule": "KLSparsity", "arguments": {"factor": 0.5, "rho": 0.05}, "x": activity.tolist(), "value": float(value), "gradient": np.asarray(gradient).tolist()})


def soft(v, t):
    return np.sign(v) * np.maximum(np.abs(v) - t, 0)


def shrink_group(v, t, c):  # argmin 1/2 sum (w - v)^2 / t + c |w|
    v, t = v.ravel(), np.broadcast_to(t, v.shape).ravel()
    if c == 0:
        return v
    if np.sum(np.square(v / (t * c))) <= 1:
        return np.zeros_like(v)
    low, high = 0.0, float(np.linalg.norm(v))
    for _ in range(200):
        s = 0.5 * (low + high)
        low, high = (s, high) if np.sum(np.square(v / (s + t * c))) > 1 else (low, s)
    w = v * s / (s + t * c)
    assert np.allclose((w - v) / t + c * w / np.linalg.norm(w), 0, atol=1e-9)
    return w


def by_groups(v, t, factor, groups):
    axes, out = group_axes(v, groups), np.empty_like(v)
    keep = [a for a in range(v.ndim) if a not in axes]
    size = int(np.prod([v.shape[a] for a in axes])) if axes else 1
    for index in np.ndindex(*[v.shape[a] for a in keep]):
        at = [slice(None)] * v.ndim
        for a, i in zip(keep, index):
            at[a] = i
        at = tuple(at)
        part = np.asarray(v[at])
        out[at] = shrink_group(part, np.broadcast_to(t, v.shape)[at] if np.ndim(t) else t, factor * np.sqrt(size)).reshape(part.shape)
    return out


def nuclear(v, t):
    u, s, vt = np.linalg.svd(matrix(v), full_matrices=False)
    return (u @ np.diag(np.maximum(s - t, 0)) @ vt).reshape(v.shape)


proximal = []
for key in ["dense", "conv2d", "with_zero_row"]:
    v = WEIGHTS[key]
    for label, t in [("one", 0.25), ("each", rounded(rng.uniform(0.05, 0.6, size=v.shape)))]:
        add = lambda rule, arguments, w: proximal.append({"rule": rule, "arguments": arguments, "v": v.tolist(), "t": np.asarray(t).tolist(), "w": np.asarray(w).tolist()})
        add("L1", {"l1": 0.8}, soft(v, 0.8 * t))
        add("L2", {"l2": 0.8}, v / (1 + 1.6 * t))
        add("L1L2", {"l1": 0.4, "l2": 0.8}, soft(v, 0.4 * t) / (1 + 1.6 * t))
        for groups in ["inputs", "outputs"]:
            add("GroupLasso", {"factor": 0.7, "groups": groups}, by_groups(v, t, 0.7, groups))
        add("SparseGroupLasso", {"l1": 0.3, "factor": 0.5, "groups": "outputs"}, by_groups(soft(v, 0.3 * t), t, 0.5, "outputs"))
        add("Sum", {"l1": 0.2, "l2": 0.3, "factor": 0.5, "groups": "inputs"}, by_groups(soft(v, 0.2 * t) / (1 + 0.6 * t), t / (1 + 0.6 * t), 0.5, "inputs"))
        if label == "one":
            add("NuclearNorm", {"factor": 1.5}, nuclear(v, 1.5 * t))

n, d = 60, 8
x = rounded(rng.normal(size=(n, d)) @ np.triu(rng.normal(size=(d, d), scale=0.3) + np.eye(d)))
truth = np.array([1.5, 0, 0, -2.0, 0, 0.7, 0, 0])
y = rounded(x @ truth + 0.4 + rng.normal(size=n, scale=0.3))
labels = (x @ truth + rng.normal(size=n, scale=0.5) > 0).astype(float)
solutions = []
for factor in [0.02, 0.1, 0.5]:  # Keras's mean squared error + factor sum|w|  <=>  Lasso(alpha = factor / 2)
    fit = linear_model.Lasso(alpha=factor / 2, tol=1e-12, max_iter=1000000).fit(x, y)
    solutions.append({"loss": "mse", "rule": "L1", "arguments": {"l1": factor}, "kernel": fit.coef_.tolist(), "bias": float(fit.intercept_)})
for l1, l2 in [(0.1, 0.05), (0.3, 0.2)]:  # alpha l1_ratio = l1 / 2; alpha (1 - l1_ratio) / 2 = l2 / 2
    alpha = l1 / 2 + l2
    fit = linear_model.ElasticNet(alpha=alpha, l1_ratio=l1 / 2 / alpha, tol=1e-12, max_iter=1000000).fit(x, y)
    solutions.append({"loss": "mse", "rule": "L1L2", "arguments": {"l1": l1, "l2": l2}, "kernel": fit.coef_.tolist(), "bias": float(fit.intercept_)})
for factor in [0.01, 0.05]:  # mean crossentropy + factor sum|w|  <=>  C = 1 / (n factor)
    fit = linear_model.LogisticRegression(l1_ratio=1.0, solver="saga", C=1 / (n * factor), tol=1e-12, max_iter=2000000).fit(x, labels)
    solutions.append({"loss": "binary_crossentropy", "rule": "L1", "arguments": {"l1": factor}, "kernel": fit.coef_.ravel().tolist(), "bias": float(fit.intercept_[0])})
alphas, path, _ = linear_model.lasso_path(x - x.mean(0), y - y.mean(), alphas=np.geomspace(1.0, 0.005, 12), tol=1e-12, max_iter=1000000)
folds = [list(range(i, n, 5)) for i in range(5)]
splits = [(sorted(set(range(n)) - set(f)), f) for f in folds]
cv = linear_model.LassoCV(alphas=alphas, cv=splits, tol=1e-12, max_iter=1000000).fit(x, y)
print(json.dumps({
    "cases": cases, "proximal": proximal,
    "linear": {"x": x.tolist(), "y": y.tolist(), "labels": labels.tolist(), "solutions": solutions,
               "path": [{"l1": 2 * float(a), "kernel": path[:, i].tolist()} for i, a in enumerate(alphas)],
               "folds": folds, "best_l1": 2 * float(cv.alpha_), "validation_mse": [{"l1": 2 * float(a), "by_fold": m.tolist()} for a, m in zip(cv.alphas_, cv.mse_path_)]},
}))
