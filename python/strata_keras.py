"""Twins in Keras 3 of the penalties, constraints and layers that Keras lacks, so that it opens Strata's files and trains on
with the same losses.

    import keras, strata_keras

    model = keras.models.load_model("model.keras")
    strata_keras.attach(model, "model.keras")

Importing the module is enough for the configs: each class is registered as `strata>NAME`, with Strata's formula, defaults
and config. A rule that is called with an array takes it for a kernel `(..., in, out)`. `attach` tells each rule which
axes its weight's inputs and outputs run along, as Strata's layers do, gives `Towards` its references and `KeepZeros` the zeros
of its weight. Call it once the model is built, before it is compiled.
"""

import keras
from keras import ops

FLOAT32_EPSILON = 1.1920929e-07


def _checked_factor(who, name, value):
    value = float(value)
    if not 0.0 <= value < float("inf"):
        raise ValueError(f"{who}: {name} must be finite and >= 0. Received: {name}={value}.")
    return value


def _norms(squares):
    """Roots whose gradient at 0 is 0."""
    positive = squares > 0
    return ops.where(positive, ops.sqrt(ops.where(positive, squares, 1.0)), 0.0)


def _absolute(x):
    """Magnitudes whose gradient at 0 is 0."""
    return ops.where(x == 0, 0.0, ops.abs(x))


class Rule(keras.regularizers.Regularizer):
    """What the twins share: the axes of the weight that they are on, which `attach` sets."""

    axes_of_weight = None  # {"input": int, "output": int, "gates": int}

    def attached(self, value, axes):
        """The rule for a weight of this value, whose layer says these axes."""
        copy = self.__class__.from_config(self.get_config())
        copy.axes_of_weight = axes
        return copy

    def kept(self):
        """How many tensors of a file are this rule's."""
        return 0

    def keep(self, tensors):
        pass

    def _axes(self, x):
        rank = len(x.shape)
        if self.axes_of_weight is not None:
            return {"gates": 1} | self.axes_of_weight
        return {"input": rank - 2, "output": rank - 1, "gates": 1} if rank >= 2 else {"gates": 1}

    def _matrix(self, x):
        """`(the other axes, outputs)`."""
        x = ops.convert_to_tensor(x)
        rank = len(x.shape)
        if rank < 2:
            raise ValueError(f"{type(self).__name__} takes tensors of rank >= 2. Received: shape={x.shape}.")
        output = self._axes(x).get("output", rank - 1)
        x = ops.transpose(x, [axis for axis in range(rank) if axis != output] + [output])
        return ops.reshape(x, (-1, x.shape[-1]))

    def _group_norms(self, x, groups):
        """`√|g|` and the norms of the groups."""
        x = ops.convert_to_tensor(x)
        shape, axes = list(x.shape), self._axes(x)
        if isinstance(groups, str):
            needed = {"inputs": ["input"], "outputs": ["input", "output"], "filters": ["input", "output"]}[groups]
            if any(axis not in axes for axis in needed):
                raise ValueError(
                    f"{type(self).__name__} takes groups by name of weights alone whose layer says which axes its inputs "
                    f"and outputs run along; of others, by the number of an axis. Received: groups={groups}, shape={shape}."
                )
            kept = [axes["input"]] if groups != "outputs" else []
            kept += [axes["output"]] if groups != "inputs" else []
            if groups != "inputs" and axes["gates"] > 1:  # the columns of a unit are as far apart as there are units
                output = axes["output"]
                shape[output : output + 1] = [axes["gates"], shape[output] // axes["gates"]]
                x = ops.reshape(x, shape)
                kept = [axis + (axis >= output) for axis in kept]
        else:
            kept = [groups % len(shape)]
        inner = [axis for axis in range(len(shape)) if axis not in kept]
        size = 1
        for axis in inner:
            size *= shape[axis]
        squares = ops.square(x)
        return size**0.5, _norms(ops.sum(squares, axis=inner) if inner else squares)


@keras.saving.register_keras_serializable(package="strata")
class GroupLasso(Rule):
    """`factor Σ_g √|g| ‖w_g‖`."""

    def __init__(self, factor=0.01, groups="inputs"):
        self.factor = _checked_factor("GroupLasso", "factor", factor)
        self.groups = groups

    def __call__(self, x):
        root, norms = self._group_norms(x, self.groups)
        return self.factor * root * ops.sum(norms)

    def get_config(self):
        return {"factor": self.factor, "groups": self.groups}


@keras.saving.register_keras_serializable(package="strata")
class SparseGroupLasso(Rule):
    """`l1 Σ|w| + factor Σ_g √|g| ‖w_g‖`."""

    def __init__(self, l1=0.01, factor=0.01, groups="inputs"):
        self.l1 = _checked_factor("SparseGroupLasso", "l1", l1)
        self.factor = _checked_factor("SparseGroupLasso", "factor", factor)
        self.groups = groups

    def __call__(self, x):
        root, norms = self._group_norms(x, self.groups)
        return self.l1 * ops.sum(_absolute(x)) + self.factor * root * ops.sum(norms)

    def get_config(self):
        return {"l1": self.l1, "factor": self.factor, "groups": self.groups}


class OneFactor(Rule):
    """A rule with a factor alone."""

    def __init__(self, factor=0.01):
        self.factor = _checked_factor(type(self).__name__, "factor", factor)

    def get_config(self):
        return {"factor": self.factor}


class DearRule(OneFactor):
    """A rule that may count in every so manyth update, so many times. Here, where rules don't know the step, it counts in
    each: on average the same."""

    def __init__(self, factor=0.01, every=1):
        super().__init__(factor)
        if every < 1:
            raise ValueError(f"{type(self).__name__}: every must be at least 1. Received: every={every}.")
        self.every = int(every)

    def get_config(self):
        return {**super().get_config(), "every": self.every}


@keras.saving.register_keras_serializable(package="strata")
class SpectralNorm(DearRule):
    """`factor σ₁²`."""

    def __call__(self, x):
        matrix = self._matrix(x)
        u, _, vt = ops.linalg.svd(ops.stop_gradient(matrix), full_matrices=False)
        return self.factor * ops.square(ops.sum(ops.outer(u[:, 0], vt[0]) * matrix))


@keras.saving.register_keras_serializable(package="strata")
class NuclearNorm(DearRule):
    """`factor Σσ`."""

    def __call__(self, x):
        matrix = self._matrix(x)
        u, s, vt = ops.linalg.svd(ops.stop_gradient(matrix), full_matrices=False)
        least = max(matrix.shape) * FLOAT32_EPSILON * s[0]
        direction = ops.matmul(u * ops.cast(s > least, u.dtype), vt)
        return self.factor * ops.sum(direction * matrix)


@keras.saving.register_keras_serializable(package="strata")
class SoftOrthogonal(DearRule):
    """`factor ‖WᵀW - I‖²`, of `WWᵀ` where there are fewer rows."""

    def __call__(self, x):
        matrix = self._matrix(x)
        rows, columns = matrix.shape
        turned = ops.transpose(matrix)
        gram = ops.matmul(matrix, turned) if rows < columns else ops.matmul(turned, matrix)
        return self.factor * ops.sum(ops.square(gram - ops.eye(min(rows, columns), dtype=gram.dtype)))


@keras.saving.register_keras_serializable(package="strata")
class HoyerSquare(OneFactor):
    """`factor (Σ|w|)² / Σw²`, 0 for a weight of zeros."""

    def __call__(self, x):
        squares = ops.sum(ops.square(x))
        safe = ops.where(squares > 0, squares, 1.0)
        return ops.where(squares > 0, self.factor * ops.square(ops.sum(_absolute(x))) / safe, 0.0)


@keras.saving.register_keras_serializable(package="strata")
class TotalVariation(Rule):
    """`factor Σ |x[i + 1] - x[i]|` along each axis."""

    def __init__(self, factor=0.01, axes=0):
        self.factor = _checked_factor("TotalVariation", "factor", factor)
        self.axes = [axes] if isinstance(axes, int) else list(axes)
        if not self.axes or len(set(self.axes)) < len(self.axes):
            raise ValueError(f"TotalVariation: axes must be one axis or several that differ. Received: axes={axes}.")

    def __call__(self, x):
        x = ops.convert_to_tensor(x)
        return self.factor * sum(ops.sum(_absolute(ops.diff(x, axis=axis))) for axis in self.axes)

    def get_config(self):
        return {"factor": self.factor, "axes": self.axes[0] if len(self.axes) == 1 else self.axes}


@keras.saving.register_keras_serializable(package="strata")
class KLSparsity(Rule):
    """Of outputs: `B factor Σ_j ρ log(ρ/a_j) + (1-ρ) log((1-ρ)/(1-a_j))`, which the layer divides by B."""

    def __init__(self, factor=0.01, rho=0.05):
        self.factor = _checked_factor("KLSparsity", "factor", factor)
        self.rho = float(rho)
        if not 0.0 < self.rho < 1.0:
            raise ValueError(f"KLSparsity: rho must be between 0 and 1, and neither. Received: rho={rho}.")

    def __call__(self, x):
        mean = ops.mean(x, axis=list(range(len(x.shape) - 1)))
        a = ops.clip(mean, 1e-7, 1 - 1e-7)
        rho = self.rho
        each = rho * ops.log(rho / a) + (1 - rho) * ops.log((1 - rho) / (1 - a))
        return ops.cast(ops.shape(x)[0], each.dtype) * self.factor * ops.sum(each)

    def get_config(self):
        return {"factor": self.factor, "rho": self.rho}


def _with_axes(rule, value, axes):
    return rule.attached(value, axes) if isinstance(rule, Rule) else rule


@keras.saving.register_keras_serializable(package="strata")
class Towards(Rule):
    """`rule(w - reference)`; without a reference, `attach` gives it the file's or else the weight's value."""

    def __init__(self, rule, reference=None):
        self.rule = keras.regularizers.get(rule)
        if self.rule is None:
            raise ValueError("Towards: rule must be a regularizer. Received: none.")
        self.given = reference
        self.reference = None if reference is None else ops.convert_to_tensor(reference, "float32")

    def __call__(self, x):
        if self.reference is None:
            raise ValueError("Towards: a rule without a reference must be attached to its weight: attach(model).")
        return self.rule(ops.convert_to_tensor(x) - self.reference)

    def attached(self, value, axes):
        copy = Towards(_with_axes(self.rule, value, axes), self.given)
        copy.axes_of_weight = axes
        if copy.reference is None:
            copy.reference = ops.copy(ops.convert_to_tensor(value)) if self.reference is None else self.reference
        return copy

    def kept(self):
        return 1 if self.given is None else 0

    def keep(self, tensors):
        if self.given is None:
            self.reference = ops.convert_to_tensor(tensors[0])

    def get_config(self):
        given = self.given
        if given is not None and not isinstance(given, list):
            given = ops.convert_to_numpy(given).tolist()
        return {"rule": keras.regularizers.serialize(self.rule), "reference": given}


@keras.saving.register_keras_serializable(package="strata")
class Sum(Rule):
    """The sum of other rules."""

    def __init__(self, rules):
        self.rules = [keras.regularizers.get(rule) for rule in rules]
        if not self.rules or None in self.rules:
            raise ValueError(f"Sum: rules must be one regularizer or several. Received: {rules}.")

    def __call__(self, x):
        return sum(rule(x) for rule in self.rules)

    def attached(self, value, axes):
        copy = Sum([_with_axes(rule, value, axes) for rule in self.rules])
        copy.axes_of_weight = axes
        return copy

    def kept(self):
        return sum(rule.kept() for rule in self.rules if isinstance(rule, Rule))

    def keep(self, tensors):
        for rule in self.rules:
            count = rule.kept() if isinstance(rule, Rule) else 0
            if count:
                rule.keep(tensors[:count])
            tensors = tensors[count:]

    def get_config(self):
        return {"rules": [keras.regularizers.serialize(rule) for rule in self.rules]}


class _Around(Rule):
    """What stands around one other rule, and hands on what that one is told."""

    def __init__(self, rule):
        self.rule = keras.regularizers.get(rule)
        if self.rule is None:
            raise ValueError(f"{type(self).__name__}: a rule is needed. Received: none.")

    def attached(self, value, axes):
        copy = super().attached(value, axes)
        copy.rule = _with_axes(self.rule, value, axes)
        return copy

    def kept(self):
        return self.rule.kept() if isinstance(self.rule, Rule) else 0

    def keep(self, tensors):
        if self.kept():
            self.rule.keep(tensors)

    def get_config(self):
        return {"rule": keras.regularizers.serialize(self.rule)}


@keras.saving.register_keras_serializable(package="strata")
class Proximal(_Around):
    """The rule itself, by its gradient: optimizers of Keras take no proximal steps, so that weights which Strata makes 0
    hover around it here."""

    def __call__(self, x):
        return self.rule(x)


@keras.saving.register_keras_serializable(package="strata")
class Scheduled(_Around):
    """`schedule(step) * rule(w)`. Keras tells a rule no step, so that the step is the one that `attach` finds in the
    model's optimizer, and the factor stays there until `attach` is called again."""

    def __init__(self, rule, schedule):
        super().__init__(rule)
        if isinstance(schedule, dict):
            schedule = keras.optimizers.schedules.deserialize(schedule)
        self.schedule, self.step = schedule, 0

    def __call__(self, x):
        return ops.cast(self.schedule(self.step), "float32") * self.rule(x)

    def get_config(self):
        return {**super().get_config(), "schedule": keras.optimizers.schedules.serialize(self.schedule)}


@keras.saving.register_keras_serializable(package="strata")
class KeepZeros(keras.constraints.Constraint):
    """`w`, with 0 wherever the weight was exactly 0 when `attach` was called."""

    kept = None

    def __call__(self, value):
        if self.kept is None:
            raise ValueError("KeepZeros: the constraint must be attached to its weight: attach(model).")
        return ops.where(self.kept, value, ops.zeros_like(value))  # a product would keep NaN

    def attached(self, value):
        copy = KeepZeros()
        copy.kept = ops.not_equal(ops.convert_to_tensor(value), 0)
        return copy

    def get_config(self):
        return {}


@keras.saving.register_keras_serializable(package="strata")
class Chain(keras.constraints.Constraint):
    """Each constraint of what the one before it gives."""

    def __init__(self, constraints):
        self.constraints = [keras.constraints.get(each) for each in constraints]
        if not self.constraints or None in self.constraints:
            raise ValueError(f"Chain: constraints must be one constraint or several. Received: {constraints}.")

    def __call__(self, value):
        for each in self.constraints:
            value = each(value)
        return value

    def attached(self, value):
        return Chain([each.attached(value) if hasattr(each, "attached") else each for each in self.constraints])

    def get_config(self):
        return {"constraints": [keras.constraints.serialize(each) for each in self.constraints]}


@keras.saving.register_keras_serializable(package="strata")
class Select(keras.layers.Layer):
    """Of the last axis the elements at `indices`."""

    def __init__(self, indices, **kwargs):
        super().__init__(**kwargs)
        self.indices = [int(index) for index in indices]
        if not self.indices or min(self.indices) < 0:
            raise ValueError(f"Select: indices must be one index or several, from 0. Received: indices={indices}.")
        self.supports_masking = True

    def call(self, inputs):
        return ops.take(inputs, self.indices, axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], len(self.indices))

    def get_config(self):
        return {**super().get_config(), "indices": self.indices}


def _rules_within(rule):
    """The rule, and those inside it."""
    yield rule
    for inner in [getattr(rule, "rule", None), *getattr(rule, "rules", [])]:
        if inner is not None:
            yield from _rules_within(inner)


def weight_axes(layer, variable):
    """Which axes of one of the layer's weights its inputs and outputs run along, as Strata's layers say it."""
    name, rank, kind = variable.name, len(variable.shape), type(layer).__name__
    gates = next((count for start, count in (("LSTM", 4), ("GRU", 3)) if kind.startswith(start)), 1)
    if kind == "Embedding" or name in ("kernel", "recurrent_kernel", "pointwise_kernel"):
        if name == "kernel" and kind.startswith("Depthwise"):
            return {"input": rank - 2}
        if kind.endswith("Transpose"):
            return {"input": rank - 1, "output": rank - 2}
        return {"input": rank - 2, "output": rank - 1, "gates": gates}
    if name == "depthwise_kernel":
        return {"input": rank - 2}
    return {"output": rank - 1, "gates": gates} if name == "bias" else {}


def _layers(layer, path=""):
    """The layer and those inside it, each with its group in a file of weights."""
    yield path, layer
    container = "cells" if hasattr(layer, "cells") else "layers"
    inside = getattr(layer, container, None)
    if inside is None:  # a wrapper, or a recurrent layer whose cell holds the weights
        for name in ("layer", "forward_layer", "backward_layer", "cell"):
            if isinstance(getattr(layer, name, None), keras.layers.Layer):
                yield from _layers(getattr(layer, name), f"{path}{name}/")
        return
    counts = {}
    for each in inside:
        if isinstance(each, keras.layers.InputLayer):
            continue
        name = keras.src.utils.naming.to_snake_case(type(each).__name__)
        before = counts.get(name, 0)
        counts[name] = before + 1
        yield from _layers(each, f"{path}{container}/{name}{f'_{before}' if before else ''}/")


def attach(model, path=None):
    """Gives each rule its weight's axes, `KeepZeros` the zeros of its weight, `Scheduled` the step of the model's optimizer, and `Towards` its reference: the
    one in the file at `path`, a `.keras` or `.weights.h5`, if that holds one, else the weight's value. Returns the model.

    Keras doesn't write references: a model that it saves stays, once loaded, near the weights of that file."""
    kept = _kept_in(path) if path is not None else {}
    optimizer = getattr(model, "optimizer", None)
    step = 0 if optimizer is None else int(optimizer.iterations)
    for group, layer in _layers(model):
        own = [*layer._trainable_variables, *layer._non_trainable_variables]
        tensors = list(kept.get(f"{group}kept", []))
        for variable in own:
            if isinstance(variable.constraint, (KeepZeros, Chain)):
                variable.constraint = variable.constraint.attached(variable.value)
            if not isinstance(variable.regularizer, Rule):
                continue
            rule = variable.regularizer.attached(variable.value, weight_axes(layer, variable))
            count = rule.kept()
            if tensors and count:
                rule.keep(tensors[:count])
                tensors = tensors[count:]
            for each in _rules_within(rule):
                if isinstance(each, Scheduled):
                    each.step = step
            variable.regularizer = rule
    return model


def _kept_in(path):
    import io
    import zipfile

    import h5py

    source = path
    if str(path).endswith(".keras"):
        with zipfile.ZipFile(path) as archive:
            source = io.BytesIO(archive.read("model.weights.h5"))
    found = {}
    with h5py.File(source, "r") as file:

        def visit(name, item):
            if isinstance(item, h5py.Group) and name.split("/")[-1] == "kept":
                found[name] = [item[key][()] for key in sorted(item, key=int)]

        file.visititems(visit)
    return found
