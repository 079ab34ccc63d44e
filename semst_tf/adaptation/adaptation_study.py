"""Does a segmenter profit from translated images?"""

import dataclasses
import hashlib
import json
import pathlib

import keras

from semst_tf.adaptation.labelled_translation import translate_labelled
from semst_tf.adaptation.segmenter_network import STRIDE
from semst_tf.adaptation.segmenter_recipe import SegmenterRecipe
from semst_tf.adaptation.segmenter_training import places_in
from semst_tf.adaptation.segmenter_training import train_segmenter
from semst_tf.adaptation.study_table import adaptation_table
from semst_tf.data.label_spaces import CITYSCAPES_CLASSES
from semst_tf.inference.translate import check_mode
from semst_tf.loading.load_translator import load_translator
from semst_tf.metrics import SemanticConsistency
from semst_tf.pretrained import segment_images
from semst_tf.storage.atomic_files import write_json
from semst_tf.version import __version__


class AdaptationStudy:
    """Trains segmenters on untranslated and on translated images.

    Both see the same labels, the same number of steps, and for each seed the
    same initial weights, order and flips; only the images differ. Labelled
    images of the target domain are looked at for the test alone, unless
    some of them are given to fine-tune on: then three more segmenters for
    each seed tell what pre-training is worth.

    The directory holds `config.json`, `translated/` (a data set of its own),
    `segmenters/<images>/seed_<n>/`, `results.json` and `table.md`. The same
    call continues a study that was stopped; more seeds can be asked for
    later.

    Args:
        workdir: Path of the study's directory. Created if it is missing.
        source: `LabelledImages` to train on.
        test: `LabelledImages` of the target domain to score on.
        translator: Path of the translator, see `load_translator`.
        fine_tuning: `LabelledImages` to fine-tune on, or `None`.
        classes: List of names of Cityscapes classes to teach, or `None` for
            all that occur in the labels of the source.
        seeds: int. Number of repetitions: seeds 0, 1, ... Defaults to `3`.
        recipe: `SegmenterRecipe`, or `None` for its defaults.
        mode: str. How images are translated, see `translate_labelled`.
        strength: float or `None`. How much of the way translations go, see
            `load_translator`.

    Raises:
        ValueError: If classes do not fit the labels, the translator does not
            fit the images, or the directory holds a study of other
            settings.

    Example:

    ```python
    study = AdaptationStudy("runs/adapt", camvid, cityscapes, "runs/street")
    results = study.run()
    print(adaptation_table(results))
    ```

    Reference:
        semst_tf design; classes that the source does not teach are left out
        of the scores, as usual for domains with different classes.
    """

    def __init__(
        self,
        workdir,
        source,
        test,
        translator,
        fine_tuning=None,
        classes=None,
        seeds=3,
        recipe=None,
        mode="whole",
        strength=None,
    ):
        if seeds < 1:
            raise ValueError(f"`seeds` must be positive. Received: {seeds}")
        self.workdir = pathlib.Path(workdir)
        self.source = source
        self.test = test
        self.translator = pathlib.Path(translator)
        self.fine_tuning = fine_tuning
        self.classes = _taught_classes(source, classes)
        self.scored = [c for c in self.classes if c in test.classes]
        if not self.scored:
            raise ValueError(
                "The test images show none of the classes that are taught. "
                f"Received: classes={_names(self.classes)}"
            )
        self.seeds = seeds
        self.recipe = recipe or SegmenterRecipe()
        self.mode = mode
        self.strength = strength

    def run(self):
        """Does what is left to do, and writes results and table.

        Returns:
            Dict: `"settings"`, `"classes"`, `"scored_classes"` and `"cells"`,
            which maps each kind of images to the scores of its seeds.
        """
        # All that can be wrong is checked before anything is written.
        network = _load_colour_translator(self.translator, self.strength)
        check_mode(network, self.mode)
        self._check_directory()
        self.workdir.mkdir(parents=True, exist_ok=True)
        write_json(self.workdir / "config.json", self._settings())
        print("translating")
        translated = translate_labelled(
            self.source, network, self.workdir / "translated", self.mode
        )
        cells = {}
        for seed in range(self.seeds):
            for name, images, steps, start in self._trainings(translated):
                scores = self._cell(name, images, steps, start, seed)
                cells.setdefault(name, []).append(scores)
        return self._write_results(cells)

    def _trainings(self, translated):
        """Name, images, steps, and the training that each starts from."""
        steps = self.recipe.steps
        trainings = [
            ("untranslated", self.source, steps, None),
            ("translated", translated, steps, None),
        ]
        if self.fine_tuning is not None:
            steps = self.recipe.fine_tuning_steps
            trainings += [
                (f"{start or 'nothing'}, fine-tuned",)
                + (self.fine_tuning, steps, start)
                for start in (None, "untranslated", "translated")
            ]
        return trainings

    def _cell(self, name, images, steps, start, seed):
        """Trains and scores one segmenter, or reads its scores."""
        folder = self._folder(name, seed)
        path = folder / "scores.json"
        if path.exists():
            return json.loads(path.read_text())
        print(f"{name}, seed {seed}")
        folder.mkdir(parents=True, exist_ok=True)
        if start is not None:
            start = self._folder(start, seed) / "model.keras"
        model = train_segmenter(
            folder, images, self.classes, self.recipe, steps, seed, start
        )
        scores = self._scores(model)
        write_json(path, scores)
        print(f"mean IoU {scores['mean_iou']:.3f}")
        return scores

    def _folder(self, name, seed):
        words = name.replace(",", "").replace(" ", "_")
        return self.workdir / "segmenters" / words / f"seed_{seed}"

    def _scores(self, model):
        metric = SemanticConsistency(
            num_classes=len(self.classes), class_names=_names(self.classes)
        )
        images = (self.test.image(i) for i in range(len(self.test)))
        seen = segment_images(
            model, images, num_classes=len(self.classes), multiple=STRIDE
        )
        for index, prediction in enumerate(seen):
            label = places_in(self.classes, self.test.label(index))
            metric.update_state(label, prediction)
        report = metric.report()
        # The mean is over the same classes for every segmenter, whatever
        # else one of them believes to see.
        ious = [report["class_iou"][name] for name in _names(self.scored)]
        return {**report, "mean_iou": sum(ious) / len(ious)}

    def _settings(self):
        """What the results depend on; continuing asks for the same."""
        described = {
            "source": _description(self.source),
            "test": _description(self.test),
            "translator": _digest(self.translator),
            "mode": self.mode,
            "classes": _names(self.classes),
            "recipe": dataclasses.asdict(self.recipe),
        }
        if self.strength is not None:
            described["strength"] = self.strength
        if self.fine_tuning is not None:
            described["fine_tuning"] = _description(self.fine_tuning)
        return described

    def _check_directory(self):
        path = self.workdir / "config.json"
        if not path.exists():
            return
        before, now = json.loads(path.read_text()), self._settings()
        if "fine_tuning" not in before:
            # It can be added to a study, as seeds can.
            now.pop("fine_tuning", None)
        changed = [
            name
            for name in {**before, **now}
            if before.get(name) != now.get(name)
        ]
        if changed:
            raise ValueError(
                f"{self.workdir} holds a study with other settings; use "
                "another directory, or the settings it began with. "
                f"Received: other {', '.join(changed)}"
            )

    def _write_results(self, cells):
        results = {
            "semst_tf": __version__,
            "keras": keras.__version__,
            "settings": self._settings(),
            "classes": _names(self.classes),
            "scored_classes": _names(self.scored),
            "cells": cells,
        }
        write_json(self.workdir / "results.json", results)
        (self.workdir / "table.md").write_text(adaptation_table(results))
        return results


def _taught_classes(source, names):
    if names is None:
        classes = source.classes
    else:
        unknown = set(names) - set(_names(source.classes))
        if unknown:
            raise ValueError(
                "Classes to teach must occur in the labels of the source, "
                f"which show {', '.join(_names(source.classes))}. "
                f"Received: {', '.join(sorted(unknown))}"
            )
        classes = [c for c in source.classes if CITYSCAPES_CLASSES[c] in names]
    if len(classes) < 2:
        raise ValueError(
            "A segmenter needs at least two classes to tell apart. "
            f"Received: {', '.join(_names(classes)) or 'none'}"
        )
    return classes


def _load_colour_translator(path, strength):
    network = load_translator(path, strength)
    channels = network.input_channels, network.output_channels
    if channels != (3, 3):
        raise ValueError(
            "Images for a segmenter have three channels, before and after "
            f"translation. Received: {path} from {channels[0]} to "
            f"{channels[1]} channels"
        )
    return network


def _names(classes):
    return [CITYSCAPES_CLASSES[c] for c in classes]


def _description(images):
    """What is known of images without the paths of one machine."""
    names = "\n".join(images.names).encode()
    return {
        "images": len(images),
        "names_sha256": hashlib.sha256(names).hexdigest(),
        "label_space": images.space,
        "size": list(images.shape),
    }


def _digest(path):
    """Check sum of the files of a translator."""
    files = [path]
    if path.is_dir():
        kinds = (".keras", ".pb", ".index")
        files = sorted(
            file
            for file in path.rglob("*")
            if file.suffix in kinds or ".data-" in file.name
        )
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
