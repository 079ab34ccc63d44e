"""Does a segmenter profit from translated images?"""

import dataclasses
import hashlib
import json
import pathlib

import keras

from semst_tf.adaptation.converted_images import BASELINES
from semst_tf.adaptation.labelled_images import LabelledImages
from semst_tf.adaptation.labelled_translation import translate_labelled
from semst_tf.adaptation.pseudo_labels import pseudo_labelled
from semst_tf.adaptation.segmenter_recipe import SegmenterRecipe
from semst_tf.adaptation.segmenter_training import FeatureCache
from semst_tf.adaptation.segmenter_training import places_in
from semst_tf.adaptation.segmenter_training import probabilities
from semst_tf.adaptation.segmenter_training import train_segmenter
from semst_tf.adaptation.segmenters import make_segmenter
from semst_tf.adaptation.study_table import adaptation_table
from semst_tf.data.label_spaces import CITYSCAPES_CLASSES
from semst_tf.inference.translate import check_mode
from semst_tf.loading.load_translator import load_translator
from semst_tf.metrics import SemanticConsistency
from semst_tf.storage.atomic_files import write_json
from semst_tf.version import __version__

_ADDED_LATER = (
    "fine_tuning",
    "translator",
    "strength",
    "target",
    "oracle",
    "strengths",
    "confidence",
)
"""Settings that a study may begin without: they add ways of training."""


@dataclasses.dataclass(frozen=True)
class _Training:
    """One way of training a segmenter.

    Args:
        name: str. In results and tables.
        images: List of `LabelledImages` that take turns, or a function from a
            seed to such a list.
        steps: int.
        start: str. Name of the training that it begins with, or `None`.
    """

    name: str
    images: object
    steps: int
    start: str | None = None


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
        strength: float or `None`. How much of the way translations go, see
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
        self.target = target
        self.baselines = list(baselines)
        self.mixed = mixed
        self.strengths = [float(value) for value in strengths]
        self.self_training = self_training
        self.confidence = confidence
        self.oracle = oracle
        self._cache = FeatureCache()
        self._check_ways()

    def _check_ways(self):
        """Raises for ways of training that lack what they need."""
        unknown = set(self.baselines) - set(BASELINES)
        if unknown:
            raise ValueError(
                f"`baselines` are of {', '.join(BASELINES)}. "
                f"Received: {', '.join(sorted(unknown))}"
            )
        of_translations = {
            "mixed": self.mixed,
            "strengths": self.strengths,
            "self_training": self.self_training,
        }
        asked = [name for name, value in of_translations.items() if value]
        if asked and self.translator is None:
            raise ValueError(
                f"`{asked[0]}` needs a translator. Received: translator=None"
            )
        if (self.baselines or self.self_training) and self.target is None:
            raise ValueError(
                "`baselines` and `self_training` look at images of the target "
                "domain, without labels. Received: target=None"
            )
        if not 0 < self.confidence <= 1:
            raise ValueError(
                "`confidence` is a probability above 0. "
                f"Received: {self.confidence}"
            )

    def run(self):
        """Does what is left to do, and writes results and table.

        Returns:
            Dict: `"settings"`, `"classes"`, `"scored_classes"` and `"cells"`,
            which maps each kind of images to the scores of its seeds.
        """
        # All that can be wrong is checked before anything is written.
        networks = self._networks()
        before = self._check_directory()
        self.workdir.mkdir(parents=True, exist_ok=True)
        write_json(self.workdir / "config.json", {**before, **self._settings()})
        trainings = self._trainings(networks)
        cells = {}
        for seed in range(self.seeds):
            for training in trainings:
                scores = self._cell(training, seed)
                cells.setdefault(training.name, []).append(scores)
        return self._write_results(cells)

    def _networks(self):
        """The translator at each blend strength that is asked for."""
        if self.translator is None:
            return {}
        networks = {
            strength: _load_colour_translator(self.translator, strength)
            for strength in dict.fromkeys((self.strength, *self.strengths))
        }
        check_mode(networks[self.strength], self.mode)
        return networks

    def _trainings(self, networks):
        """Lists the ways of training; makes the images that they need."""
        steps = self.recipe.steps
        trainings = [_Training("untranslated", [self.source], steps)]
        for baseline in self.baselines:
            name, convert = BASELINES[baseline]
            print(name)
            images = convert(self.source, self.target, self.workdir / baseline)
            trainings.append(_Training(name, [images], steps))
        if self.translator is not None:
            trainings += self._of_translations(networks, steps)
        if self.oracle is not None:
            trainings.append(_Training("target labels", [self.oracle], steps))
        if self.fine_tuning is not None:
            starts = [None, "untranslated"]
            starts += ["translated"] if self.translator is not None else []
            trainings += [
                _Training(
                    f"{start or 'nothing'}, fine-tuned",
                    [self.fine_tuning],
                    self.recipe.fine_tuning_steps,
                    start,
                )
                for start in starts
            ]
        return trainings

    def _of_translations(self, networks, steps):
        translated = self._translated(networks, self.strength, "translated")
        trainings = [_Training("translated", [translated], steps)]
        if self.mixed:
            both = [self.source, translated]
            trainings.append(_Training("mixed", both, steps))
        if self.strengths:
            several = [
                self._translated(networks, value, f"translated_{value:g}")
                for value in self.strengths
            ]
            trainings.append(_Training("several strengths", several, steps))
        if self.self_training:

            def images(seed):
                return [translated, self._pseudo_labelled(seed)]

            trainings.append(_Training("self-training", images, steps))
        return trainings

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

    def _cell(self, training, seed):
        """Trains and scores one segmenter, or reads its scores."""
        folder = self._folder(training.name, seed)
        path = folder / "scores.json"
        if path.exists():
            return json.loads(path.read_text())
        print(f"{training.name}, seed {seed}")
        folder.mkdir(parents=True, exist_ok=True)
        start, images = training.start, training.images
        if start is not None:
            start = self._folder(start, seed) / "model.keras"
        model = train_segmenter(
            folder,
            images(seed) if callable(images) else images,
            self.classes,
            self.recipe,
            training.steps,
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
            num_classes=len(self.classes), class_names=_names(self.classes)
        )
        seen = probabilities(model, self.test, self._cache)
        for index, maps in enumerate(seen):
            label = places_in(self.classes, self.test.label(index))
            metric.update_state(label, maps.argmax(-1))
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
            "mode": self.mode,
            "classes": _names(self.classes),
            "recipe": dataclasses.asdict(self.recipe),
        }
        if self.translator is not None:
            described["translator"] = _digest(self.translator)
            described["strength"] = self.strength
        for name in ("fine_tuning", "oracle", "target"):
            images = getattr(self, name)
            if images is not None:
                described[name] = _description(images)
        if self.strengths:
            described["strengths"] = self.strengths
        if self.self_training:
            described["confidence"] = self.confidence
        return described

    def _check_directory(self):
        """Returns the settings that the directory has, or an empty dict."""
        path = self.workdir / "config.json"
        if not path.exists():
            return {}
        before, now = _of_today(json.loads(path.read_text())), self._settings()
        changed = [
            name
            for name in {**before, **now}
            if before.get(name) != now.get(name)
            # What adds ways of training may come later, or be left out.
            and not (
                name in _ADDED_LATER and (name not in before or name not in now)
            )
        ]
        if changed:
            raise ValueError(
                f"{self.workdir} holds a study with other settings; use "
                "another directory, or the settings it began with. "
                f"Received: other {', '.join(changed)}"
            )
        return before

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


def _of_today(settings):
    """Settings of a study that an older version began."""
    for name in ("source", "test", "fine_tuning"):
        if "pictures" in settings.get(name, {}):
            described = settings[name]
            settings[name] = {"images": described.pop("pictures"), **described}
    if "translator" in settings:
        settings.setdefault("strength", None)
    recipe = settings.get("recipe", {})
    # There was no other segmenter.
    settings["recipe"] = {
        "segmenter": "deeplab",
        "backbone_rate": 0.0,
        **recipe,
    }
    return settings


def _description(images):
    """What is known of images without the paths of one machine."""
    names = "\n".join(images.names).encode()
    described = {
        "images": len(images),
        "names_sha256": hashlib.sha256(names).hexdigest(),
    }
    if isinstance(images, LabelledImages):
        described["label_space"] = images.space
        described["size"] = list(images.shape)
    return described


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
