"""Compares ONNX Runtime with Strata on the models that strata_interop_onnx wrote.

    python onnx_predicts.py DIRECTORY

Each file must pass ONNX's own checker, and predict what Strata predicts, for the whole batch and for one sample, with
the runtime's rewriting of graphs and without.
"""

import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

TOLERANCE = 1e-5  # absolute, and relative to the number expected


def sessions(path):
    for level in (onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL, onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL):
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = level
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        yield onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def difference(path):
    """What is wrong with a file; nothing if it fits."""
    onnx.checker.check_model(str(path), full_check=True)
    x = np.load(path.with_suffix(".input.npy"))
    expected = np.load(path.with_suffix(".output.npy"))
    for session in sessions(path):
        (source,), (result,) = session.get_inputs(), session.get_outputs()
        if source.shape[0] != "batch" or result.shape[0] != "batch":
            return f"the batch is not open: {source.shape} to {result.shape}"
        declared = [extent if isinstance(extent, int) else actual for extent, actual in zip(result.shape, expected.shape)]
        if len(result.shape) != expected.ndim or declared != list(expected.shape):
            return f"declares {result.shape} for {expected.shape}"
        for batch in (len(x), 1):
            (found,) = session.run(None, {source.name: x[:batch]})
            wanted = expected[:batch]
            if found.shape != wanted.shape:
                return f"has shape {found.shape} instead of {wanted.shape}"
            if not np.allclose(found, wanted, rtol=TOLERANCE, atol=TOLERANCE):
                return f"differs by up to {np.abs(found - wanted).max():.3g}"
    return None


def main():
    files = sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"))
    failed = 0
    for path in files:
        try:
            found = difference(path)
        except Exception as error:  # of the checker or the runtime, whose classes are many
            found = f"{type(error).__name__}: {error}"
        if found:
            failed += 1
            print(f"{path.stem}: {found}")
    print(f"{len(files) - failed} of {len(files)} models predict with ONNX Runtime what they predict with Strata")
    sys.exit(1 if failed or not files else 0)


if __name__ == "__main__":
    main()
