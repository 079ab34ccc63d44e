"""Does a segmenter profit from translated images?"""

import json
import pathlib

import keras

from semst_tf.adaptation.labelled_translation import translate_labelled
from semst_tf.adaptation.pseudo_labels import pseudo_labelled
from semst_tf.adaptation.segmenter_recipe import SegmenterRecipe
from semst_tf.adaptation.segmenter_training import FeatureCache
from semst_tf.adaptation.segmenter_training import places_in
from semst_tf.adaptation.segmenter_training import probabilities
from semst_tf.adaptation.segmenter_training import train_segmenter
from semst_tf.adaptation.segmenters import make_segmenter
from semst_tf.adaptation.study_settings import changed_settings
from semst_tf.adaptation.study_settings import settings_before
from semst_tf.adaptation.study_settings import study_settings
from semst_tf.adaptation.study_table import adaptation_table
from semst_tf.adaptation.taught_classes import class_names
from semst_tf.adaptation.taught_classes import taught_classes
from semst_tf.adaptation.ways_of_training import check_ways
from semst_tf.adaptation.ways_of_training import ways_of_training
from semst_tf.inference.translate import check_mode
from semst_tf.loading.load_translator import load_translator
from semst_tf.metrics import SemanticConsistency
from semst_tf.storage.atomic_files import write_json
from semst_tf.storage.sole_writer import sole_writer
from semst_tf.version import __version__


class AdaptationStudy:
    """Trains segmenters on untranslated and on translated images.

    Both see the same labels, the same number of steps, and for each seed the
    same initial weights, order and flips; only the images differ. Labelled
    images of the target domain are looked at for the test alone, unless
    some of them are given to fine-tune on: then three more segmenters for
    each seed tell what pre-training is worth; or as an oracle.

    More ways of training can be asked for, also in a study that is finished:

    - `baselines`: on images that are adapted without training, by Fourier
      amplitudes (`"fda"`) or one linear map of colours (`"colour_map"`).
    - `mixed`: on untranslated and translated images, in turn.
    - `strengths`: on images translated at several blend strengths, in turn.
    - `self_training`: on translated images and images of the target, in turn,
      with the labels that the segmenter of translated images gives to the
      latter where it is sure.
    - `oracle`: on labelled images of the target, for as many steps.

    The directory holds `config.json`, `translated/` (a data set of its own,
    and beside it those of other ways), `segmenters/<images>/seed_<n>/`,
    `results.json` and `table.md`. The same call continues a study that was
    stopped; more seeds can be asked for later.

    Args:
        workdir: Path of the study's directory. Created if it is missing.
        source: `LabelledImages` to train on.
        test: `LabelledImages` of the target domain to score on.
        translator: Path of the translator, see `load_translator`; `None` for
            a study without translations.
        fine_tuning: `LabelledImages` to fine-tune on, or `None`.
        classes: List of names of Cityscapes classes to teach, or `None` for
            all that occur in the labels of the source.
        seeds: int. Number of repetitions: seeds 0, 1, ... Defaults to `3`.
        recipe: `SegmenterRecipe`, or `None` for its defaults.
        mode: str. How images are translated, see `translate_labelled`.
        strength: float or `None`. Blend strength, see `load_translator`.
        guided_radius: int or `None`. Radius of the guided filter, see
            `load_translator`.
        target: `TargetImages`, which baselines and self-training look at, or
            `None`.
        baselines: List of keys of
            `semst_tf.adaptation.converted_images.BASELINES`.
        mixed: bool. See above.
        strengths: List of float, or empty.
        self_training: bool. See above.
        confidence: float. Probability from which a label of self-training
            counts. Defaults to `0.9`.
        oracle: `LabelledImages` of the target domain, or `None`.

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
        translator=None,
        fine_tuning=None,
        classes=None,
        seeds=3,
        recipe=None,
        mode="whole",
        strength=None,
        guided_radius=None,
        target=None,
        baselines=(),
        mixed=False,
        strengths=(),
        self_training=False,
        confidence=0.9,
        oracle=None,
    ):
        if seeds < 1:
            raise ValueError(f"`seeds` must be positive. Received: {seeds}")
        self.workdir = pathlib.Path(workdir)
        self.source = source
        self.test = test
        self.translator = None
        if translator is not None:
            self.translator = pathlib.Path(translator)
        self.fine_tuning = fine_tuning
        self.classes = taught_classes(source, classes)
        self.scored = [c for c in self.classes if c in test.classes]
        if not self.scored:
            raise ValueError(
                "The test images show none of the classes that are taught. "
                f"Received: classes={class_names(self.classes)}"
            )
        self.seeds = seeds
        self.recipe = recipe or SegmenterRecipe()
        self.mode = mode
        self.strength = strength
        self.guided_radius = guided_radius
        self.target = target
        self.baselines = list(baselines)
        self.mixed = mixed
        self.strengths = [float(value) for value in strengths]
        self.self_training = self_training
        self.confidence = confidence
        self.oracle = oracle
        self._cache = FeatureCache()
        check_ways(self)

    def run(self):
        """Does what is left to do, and writes results and table.

        Returns:
            Dict: `"settings"`, `"classes"`, `"scored_classes"` and `"cells"`,
            which maps each kind of images to the scores of its seeds.

        Raises:
            ValueError: If the translator does not fit, or another process is
                writing into the directory.
        """
        with sole_writer(self.workdir):
            return self._run()

    def _run(self):
        # All that can be wrong is checked before anything is written.
        networks = self._networks()
        settings = self._check_directory()
        write_json(self.workdir / "config.json", settings)
        ways = ways_of_training(
            self,
            lambda *place: self._translated(networks, *place),
            self._pseudo_labelled,
        )
        cells = {}
        for seed in range(self.seeds):
            for way in ways:
                cells.setdefault(way.name, []).append(self._cell(way, seed))
        return self._write_results(cells)

    def _networks(self):
        """The translator at each blend strength that is asked for."""
        if self.translator is None:
            return {}
        networks = {
            strength: _load_colour_translator(
                self.translator, strength, self.guided_radius
            )
            for strength in dict.fromkeys((self.strength, *self.strengths))
        }
        check_mode(networks[self.strength], self.mode)
        return networks

    def _translated(self, networks, strength, folder):
        print("translating")
        return translate_labelled(
            self.source, networks[strength], self.workdir / folder, self.mode
        )

    def _pseudo_labelled(self, seed):
        """Images of the target as the segmenter of translations sees them."""
        model = make_segmenter(self.recipe, len(self.classes), seed)
        model.load_weights(self._folder("translated", seed) / "model.keras")
        return pseudo_labelled(
            model,
            self.target,
            self.classes,
            self.workdir / "pseudo_labels" / f"seed_{seed}",
            self.confidence,
            self._cache,
        )

    def _cell(self, way, seed):
        """Trains and scores one segmenter, or reads its scores."""
        folder = self._folder(way.name, seed)
        path = folder / "scores.json"
        if path.exists():
            return json.loads(path.read_text())
        print(f"{way.name}, seed {seed}")
        folder.mkdir(parents=True, exist_ok=True)
        start = way.start
        if start is not None:
            start = self._folder(start, seed) / "model.keras"
        model = train_segmenter(
            folder,
            way.images_of(seed),
            self.classes,
            self.recipe,
            way.steps,
            seed,
            start,
            self._cache,
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
            num_classes=len(self.classes), class_names=class_names(self.classes)
        )
        seen = probabilities(model, self.test, self._cache)
        for index, maps in enumerate(seen):
            label = places_in(self.classes, self.test.label(index))
            metric.update_state(label, maps.argmax(-1))
        report = metric.report()
        # The mean is over the same classes for every segmenter, whatever
        # else one of them believes to see.
        ious = [report["class_iou"][name] for name in class_names(self.scored)]
        return {**report, "mean_iou": sum(ious) / len(ious)}

    def _check_directory(self):
        """Refuses other settings than the directory has; returns all."""
        before = settings_before(self.workdir / "config.json")
        now = study_settings(self)
        changed = changed_settings(before, now)
        if changed:
            raise ValueError(
                f"{self.workdir} holds a study with other settings; use "
                "another directory, or the settings it began with. "
                f"Received: other {', '.join(changed)}"
            )
        return {**before, **now}

    def _write_results(self, cells):
        results = {
            "semst_tf": __version__,
            "keras": keras.__version__,
            "settings": study_settings(self),
            "classes": class_names(self.classes),
            "scored_classes": class_names(self.scored),
            "cells": cells,
        }
        write_json(self.workdir / "results.json", results)
        (self.workdir / "table.md").write_text(
            adaptation_table(results), "utf-8"
        )
        return results


def _load_colour_translator(path, strength, guided_radius):
    network = load_translator(path, strength, guided_radius)
    channels = network.input_channels, network.output_channels
    if channels != (3, 3):
        raise ValueError(
            "Images for a segmenter have three channels, before and after "
            f"translation. Received: {path} from {channels[0]} to "
            f"{channels[1]} channels"
        )
    return network
