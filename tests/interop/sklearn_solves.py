"""Compares scikit-learn's minima with where Strata's proximal steps come to rest.

    python sklearn_solves.py FILE

FILE is what strata_interop_sklearn wrote. Coefficients must agree to 1e-3 with the same zeros; the conditions of Karush,
Kuhn and Tucker must hold to 1e-4 with Strata's weights, which is all that is asked of the rules that scikit-learn lacks.
"""

import json
import pathlib
import sys

import numpy as np
from sklearn import linear_model

COEFFICIENTS = 1e-3
CONDITIONS = 1e-4


def array(written):
    return np.reshape(np.asarray(written["data"], np.float64), written["shape"])


def solution(case, x, y):
    """scikit-learn's coefficients and intercept; None where it has no such model.

    Its squared errors are halved, and C is the inverse of the penalty's factor in a sum over the samples.
    """
    l1, l2 = case["factors"].get("l1", 0.0), case["factors"].get("l2", 0.0)
    exact = {"tol": 1e-12, "max_iter": 1_000_000}
    if case["rule"] == "Lasso":
        model = linear_model.Lasso(alpha=l1 / 2, **exact)
    elif case["rule"] == "ElasticNet":
        alpha = l1 / 2 + l2
        model = linear_model.ElasticNet(alpha=alpha, l1_ratio=l1 / 2 / alpha, **exact)
    elif case["rule"] == "LogisticRegression":
        model = linear_model.LogisticRegression(l1_ratio=1.0, solver="saga", C=1 / (len(x) * l1), random_state=0, **exact)
    else:
        return None
    model.fit(x, y[:, 0])
    return np.reshape(model.coef_, (-1, 1)), np.ravel(model.intercept_)


def gradients(case, x, y, kernel, bias):
    """Of the data loss, by kernel and bias."""
    outputs = x @ kernel + bias
    if case["loss"] == "logistic":
        errors = (1 / (1 + np.exp(-outputs)) - y) / y.size
    else:
        errors = 2 * (outputs - y) / y.size
    return x.T @ errors, errors.sum(axis=0)


def violation(case, x, y, kernel, bias):
    """By how much the conditions of optimality are missed, at most."""
    factors = case["factors"]
    l1, l2, group = (factors.get(name, 0.0) for name in ("l1", "l2", "group"))
    of_kernel, of_bias = gradients(case, x, y, kernel, bias)
    worst = np.abs(of_bias).max()
    strength = group * np.sqrt(kernel.shape[1])
    for w, g in zip(kernel, of_kernel):  # a group is a row
        left = np.sign(g) * np.maximum(np.abs(g) - l1, 0)
        norm = np.linalg.norm(w)
        if norm == 0:
            worst = max(worst, np.linalg.norm(left) - strength)
            continue
        forces = g + 2 * l2 * w + l1 * np.sign(w) + strength * w / norm
        worst = max(worst, np.abs(np.where(w != 0, forces, left)).max())
    return worst


def main():
    written = json.loads(pathlib.Path(sys.argv[1]).read_text())
    x = array(written["x"])
    solved = {}
    failed = 0
    for case in written["cases"]:
        y, kernel, bias = array(case["targets"]), array(case["kernel"]), array(case["bias"])
        name = f"{case['rule']} {case['factors']} by {case['optimizer']}"
        problem = json.dumps([case["rule"], case["factors"]])
        if problem not in solved:
            solved[problem] = solution(case, x, y)
        found = [f"the conditions are missed by {missed:.2g}" for missed in [violation(case, x, y, kernel, bias)]
                 if not missed <= CONDITIONS]
        if solved[problem] is not None:
            coefficients, intercept = solved[problem]
            off = max(np.abs(kernel - coefficients).max(), np.abs(bias - intercept).max())
            if not off <= COEFFICIENTS:
                found.append(f"a coefficient is off by {off:.2g}")
            if not np.array_equal(kernel == 0, coefficients == 0):
                found.append(f"{(kernel == 0).sum()} zeros instead of {(coefficients == 0).sum()}")
        if not 0 < (kernel == 0).sum() < kernel.size:
            found.append("the problem has no zeros, or nothing else")
        failed += bool(found)
        for each in found:
            print(f"{name}: {each}")
    print(f"{len(written['cases']) - failed} of {len(written['cases'])} trainings rest at the minimum")
    return 1 if failed or not written["cases"] else 0


if __name__ == "__main__":
    sys.exit(main())
