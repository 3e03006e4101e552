"""Gives Keras on JAX the slope of |x| at 0 that it has on TensorFlow and torch, and that Strata has: 0. JAX says 1, so that
a model whose weights a constraint holds at 0 would train differently under L1.
"""

import jax
import jax.numpy as jnp
from keras.src import backend


@jax.custom_jvp
def absolute(x):
    return jnp.absolute(x)


absolute.defjvps(lambda tangent, _, x: tangent * jnp.sign(x))


def use_zero_at_zero():
    backend.numpy.absolute = lambda x: absolute(backend.convert_to_tensor(x))
