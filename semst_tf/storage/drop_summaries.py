"""Takes back what TensorBoard was told after a step."""

import pathlib

from semst_tf.storage.atomic_files import replacing


def drop_summaries(folder, after):
    """Removes the points of later steps from the event files of a folder.

    A training that goes on from a checkpoint writes the points after it
    again; without this they would be there twice. Also removes the torn end
    that a killed process leaves. Subfolders are not looked at.

    TensorBoard has a mark for this, `SessionLog.START`, of which its reader
    drops the points behind. It is not enough: the reader for programs,
    `event_accumulator.EventAccumulator`, drops old kinds of summaries only
    and keeps both points of those that TensorFlow 2 writes, which are
    tensors.

    Args:
        folder: Path of a TensorBoard log folder, which need not exist.
        after: int. The last step that stays.
    """
    for path in sorted(pathlib.Path(folder).glob("*.tfevents.*")):
        records, points, changed = _kept(path, after)
        if not points:
            path.unlink()
        elif changed:
            _write(path, records)


def read_events(path):
    """Reads an event file up to its end, or to where it is torn.

    Args:
        path: Path of the file.

    Yields:
        `tf.compat.v1.Event`.

    Raises:
        ValueError: After the last whole event, if something follows.
    """
    import tensorflow as tf

    try:
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            yield tf.compat.v1.Event.FromString(record)
    except tf.errors.DataLossError as error:
        raise ValueError(
            f"This event file is torn. Received: {path}"
        ) from error


def _kept(path, after):
    """The records that stay, how many are points, and if any does not."""
    records, points, changed = [], 0, False
    try:
        for event in read_events(path):
            if not event.HasField("summary") or event.step <= after:
                records.append(event.SerializeToString())
                points += event.HasField("summary")
            else:
                changed = True
    except ValueError:
        changed = True
    return records, points, changed


def _write(path, records):
    import tensorflow as tf

    with replacing(path) as unfinished:
        with tf.io.TFRecordWriter(str(unfinished)) as writer:
            for record in records:
                writer.write(record)
