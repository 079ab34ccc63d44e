"""Very large sets of images, on engines that Apache Beam runs on."""

import errno
import json
import pathlib

import apache_beam as beam
from apache_beam.ml.inference.base import ModelHandler
from apache_beam.ml.inference.base import RunInference

from semst_tf.data.channels import convert_channels
from semst_tf.data.image_files import check_format
from semst_tf.data.image_files import decode_image
from semst_tf.data.image_files import printable
from semst_tf.storage.atomic_files import replacing

_FULL_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class TranslatorHandler(ModelHandler):
    """Loads an exported SavedModel and translates images with it.

    Beam loads it once in each worker process and hands it batches.

    Args:
        folder: str. Path of the SavedModel, readable on every worker.
    """

    def __init__(self, folder):
        super().__init__()
        self._folder = folder

    def load_model(self):
        """Returns the `SavedTranslator`; called by Beam."""
        from semst_tf.loading.load_translator import load_translator

        return load_translator(self._folder)

    def run_inference(self, batch, model, inference_args=None):
        """Translates one job after the other; called by Beam.

        Args:
            batch: List of pairs of paths, the image and what it becomes.
            model: `SavedTranslator`.
            inference_args: Unused.

        Returns:
            List of dicts, one an image, with `"source"` and, where it could
            not be translated, `"error"`.
        """
        return [_translated(model, *job) for job in batch]

    def batch_elements_kwargs(self):
        # Images differ in size; a batch is only one hand-over.
        return {"max_batch_size": 8}


def _translated(translator, source, output):
    """Translates one file; what is wrong with it is returned, not raised."""
    from semst_tf.inference.translate import translate
    from semst_tf.inference.translate_files import write_translation

    try:
        original = decode_image(source)
        image = convert_channels(original.pixels, translator.input_channels)
        check_format(output, image.dtype.name, translator.output_channels)
        translation = translate(translator, image)
        write_translation(pathlib.Path(output), translation, original)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in _FULL_DISK:
            raise  # Not this image's fault: every other one would fail too.
        reason = " ".join(str(error).split())
        return {"source": printable(source), "error": reason}
    return {"source": printable(source)}


def translate_all(model, jobs, errors, options=None):
    """Translates any number of images, of which some may be bad.

    A translation that exists is not made again, so that the same call goes on
    where an earlier one stopped; each is written wholly or not at all. Bad
    images do not stop the others.

    Args:
        model: Path of an exported SavedModel.
        jobs: Iterable of pairs of paths: an image, and the file that its
            translation becomes.
        errors: Path of the file that gets one line of JSON for each image
            that could not be translated, with `source` and `error`. It is
            replaced when all images are done, and empty if all are well.
        options: `apache_beam.options.pipeline_options.PipelineOptions`, or
            `None` for this machine.

    Returns:
        Dict with the numbers of images that were `"translated"`, were
        there `"already"`, and that `"failed"`.

    Raises:
        ValueError: If the model cannot be read.
    """
    from semst_tf.loading.load_translator import load_translator

    load_translator(model)  # A wrong model is told here, not by each worker.
    jobs = [(str(source), str(output)) for source, output in jobs]
    waiting = [job for job in jobs if not pathlib.Path(job[1]).exists()]
    errors = pathlib.Path(errors)
    errors.parent.mkdir(parents=True, exist_ok=True)
    with replacing(errors) as unfinished:
        unfinished.touch()
        if waiting:
            _run(str(model), waiting, unfinished, options)
        failed = sum(1 for _ in open(unfinished))
    return {
        "translated": len(waiting) - failed,
        "already": len(jobs) - len(waiting),
        "failed": failed,
    }


def _run(model, jobs, errors, options):
    with beam.Pipeline(options=options) as pipeline:
        (
            pipeline
            | "Images" >> beam.Create(jobs)
            | "Spread" >> beam.Reshuffle()
            | "Translate" >> RunInference(TranslatorHandler(model))
            | "Bad ones" >> beam.Filter(lambda result: "error" in result)
            | "Lines" >> beam.Map(json.dumps, sort_keys=True)
            | "Write"
            >> beam.io.WriteToText(
                str(errors), num_shards=1, shard_name_template=""
            )
        )
