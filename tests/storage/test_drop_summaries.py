import tensorflow as tf
from summaries import image_summaries
from summaries import scalars

from semst_tf.storage.drop_summaries import drop_summaries


def write(folder, steps):
    writer = tf.summary.create_file_writer(str(folder))
    for step in steps:
        with writer.as_default(step):
            tf.summary.scalar("loss", 0.5 * step)
    writer.close()


def points(folder):
    return [step for step, _ in scalars(folder)["loss"]]


def test_points_after_the_step_go_and_the_others_stay(tmp_path):
    write(tmp_path, [1, 2, 3, 4])
    drop_summaries(tmp_path, after=2)
    assert points(tmp_path) == [1, 2]
    assert scalars(tmp_path)["loss"][1][1] == 1.0
    write(tmp_path, [3])
    assert points(tmp_path) == [1, 2, 3]


def test_files_without_later_points_are_not_touched(tmp_path):
    write(tmp_path, [1, 2])
    (path,) = tmp_path.iterdir()
    before = path.stat()
    drop_summaries(tmp_path, after=2)
    assert path.stat() == before


def test_files_of_which_no_point_stays_go_too(tmp_path):
    write(tmp_path, [5])
    drop_summaries(tmp_path, after=2)
    assert list(tmp_path.iterdir()) == []


def test_a_torn_end_is_cut_off(tmp_path):
    write(tmp_path, [1, 2, 3])
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-5])
    drop_summaries(tmp_path, after=9)
    assert points(tmp_path) == [1, 2]
    assert not image_summaries(tmp_path)


def test_a_folder_that_is_missing_is_fine(tmp_path):
    drop_summaries(tmp_path / "missing", after=0)


def test_the_mark_of_tensorboard_itself_does_not_do_this(tmp_path):
    # If this fails, TensorBoard has learned it and files can stay as they are.
    write(tmp_path, [1, 2, 3])
    mark = tf.compat.v1.Event(
        step=3,
        session_log=tf.compat.v1.SessionLog(
            status=tf.compat.v1.SessionLog.START
        ),
    )
    (path,) = tmp_path.iterdir()
    records = list(tf.data.TFRecordDataset(str(path)).as_numpy_iterator())
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in [*records, mark.SerializeToString(), records[-1]]:
            writer.write(record)
    assert points(tmp_path) == [1, 2, 3, 3]
