"""Translates very large sets of images with a SavedModel.

Runs on Apache Beam: on this machine by default, on Flink, Spark or Dataflow
with Beam's own flags after `--`. The same command continues one that was
stopped. Bad images are listed in a file and do not stop the others.
Example:

  python experiments/bulk_translate.py --model=saved_models/colour2vintage \\
      --input=photos --output=translated -- --direct_num_workers=4
"""

import pathlib
import sys

from absl import flags
from cli import quiet_imports
from cli import run
from path_flags import check_folders_to_write
from path_flags import check_models
from translation_jobs import mark_output
from translation_jobs import planned_jobs

FLAGS = flags.FLAGS
flags.DEFINE_string("model", None, "An exported SavedModel.", required=True)
flags.DEFINE_string(
    "input", None, "Folder, searched with its subfolders.", required=True
)
flags.DEFINE_string(
    "output", None, "Folder to write to; made if it is missing.", required=True
)
flags.DEFINE_string(
    "errors",
    None,
    "File for a line of JSON about each bad image. Defaults to errors.jsonl "
    "in --output.",
)
BEAM_FLAGS = []


def main(_):
    check_models("model")
    if not pathlib.Path(FLAGS.input).is_dir():
        raise ValueError(f"--input is a folder. Received: {FLAGS.input}")
    check_folders_to_write("output")
    with quiet_imports():
        try:
            from apache_beam.options.pipeline_options import PipelineOptions
        except ImportError as error:
            raise ValueError(
                "Apache Beam is not installed; docs/scale_out.md says how to. "
                f"Received: {error}"
            ) from None
        from bulk_translation import translate_all

    output = pathlib.Path(FLAGS.output)
    errors = pathlib.Path(FLAGS.errors or output / "errors.jsonl")
    jobs = planned_jobs(FLAGS.input, output)
    mark_output(FLAGS.input, jobs, output)
    done = translate_all(
        FLAGS.model,
        jobs,
        errors,
        PipelineOptions(BEAM_FLAGS),
    )
    print(
        f"translated {done['translated']} images into {output}, "
        f"{done['already']} were there already"
    )
    if done["failed"]:
        print(f"{done['failed']} images are bad: {errors}", file=sys.stderr)
        return 2
    return 0


def without_beams_flags(arguments):
    """Takes what follows `--` off the command line, for Beam."""
    if "--" not in arguments:
        return arguments, []
    place = arguments.index("--")
    return arguments[:place], arguments[place + 1 :]


if __name__ == "__main__":
    sys.argv, BEAM_FLAGS = without_beams_flags(sys.argv)
    run(main)
