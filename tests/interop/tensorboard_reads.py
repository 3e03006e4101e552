"""Compares what TensorBoard reads in the event files that strata_interop_tensorboard wrote with what they must hold.

    python tensorboard_reads.py DIRECTORY

Tags, kinds, steps and values must be the same. TensorBoard's reader checks the checksums of the records.
"""

import json
import pathlib
import sys

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

BUCKETS = 30


def histogram(values):
    """Left edge, right edge and count of each bucket, as TensorBoard itself makes histograms."""
    values = np.asarray(values, "float64")
    if values.min() == values.max():
        return np.array([[values.min() - 0.5, values.min() + 0.5, len(values)]])
    counts, edges = np.histogram(values, BUCKETS)
    return np.stack([edges[:-1], edges[1:], counts], axis=1)


def fits(kind, found, value):
    if kind == "scalars":
        return found.shape == () and np.isclose(found, value, rtol=1e-6, atol=0)
    expected = histogram(value)
    if found.shape != expected.shape or not np.allclose(found[:, :2], expected[:, :2], rtol=1e-6, atol=1e-7):
        return False
    moved = np.abs(found[:, 2] - expected[:, 2]).sum()  # a value on an edge may be in either bucket
    return found[:, 2].sum() == expected[:, 2].sum() and moved <= 2


def differences(folder, expected):
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    wanted = {tag: (kind, points) for kind, tags in expected.items() for tag, points in tags.items()}
    tags = set(events.Tags()["tensors"])
    for tag in sorted(tags ^ set(wanted)):
        yield f"{tag} is {'missing' if tag in wanted else 'more than was logged'}"
    for tag in sorted(tags & set(wanted)):
        kind, points = wanted[tag]
        plugin = events.SummaryMetadata(tag).plugin_data.plugin_name
        if plugin != kind:
            yield f"{tag} is shown by {plugin}, not {kind}"
        found = events.Tensors(tag)
        if [event.step for event in found] != [step for step, _ in points]:
            yield f"{tag} has the steps {[event.step for event in found]}, not {[step for step, _ in points]}"
            continue
        for event, (step, value) in zip(found, points):
            array = tensor_util.make_ndarray(event.tensor_proto)
            if not fits(kind, array, value):
                yield f"{tag} at step {step} is {array.tolist()}, not {value}"


def main():
    folder = pathlib.Path(sys.argv[1])
    expected = json.loads((folder / "expected.json").read_text())
    failed, tags = 0, 0
    for run, kinds in expected.items():
        tags += sum(map(len, kinds.values()))
        for difference in differences(folder / "logs" / run, kinds):
            failed += 1
            print(f"{run}: {difference}")
    runs = sorted(path.name for path in (folder / "logs").iterdir())
    if runs != sorted(expected):
        failed += 1
        print(f"the runs are {runs}, not {sorted(expected)}")
    print(f"TensorBoard reads {tags} tags of {len(expected)} runs, with {failed} differences from what was logged")
    sys.exit(1 if failed or not tags else 0)


if __name__ == "__main__":
    main()
