"""The ways of training a segmenter that a study compares."""

import dataclasses

from semst_tf.adaptation.converted_images import BASELINES


@dataclasses.dataclass(frozen=True)
class WayOfTraining:
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

    def images_of(self, seed):
        """Returns the list of `LabelledImages` of a seed."""
        return self.images(seed) if callable(self.images) else self.images


def check_ways(study):
    """Refuses ways of training that lack what they need.

    Args:
        study: `AdaptationStudy`.

    Raises:
        ValueError: If there are any.
    """
    unknown = set(study.baselines) - set(BASELINES)
    if unknown:
        raise ValueError(
            f"`baselines` are of {', '.join(BASELINES)}. "
            f"Received: {', '.join(sorted(unknown))}"
        )
    of_translations = {
        "mixed": study.mixed,
        "strengths": study.strengths,
        "self_training": study.self_training,
    }
    asked = [name for name, value in of_translations.items() if value]
    if asked and study.translator is None:
        raise ValueError(
            f"`{asked[0]}` needs a translator. Received: translator=None"
        )
    if (study.baselines or study.self_training) and study.target is None:
        raise ValueError(
            "`baselines` and `self_training` look at images of the target "
            "domain, without labels. Received: target=None"
        )
    if not 0 < study.confidence <= 1:
        raise ValueError(
            "`confidence` is a probability above 0. "
            f"Received: {study.confidence}"
        )


def ways_of_training(study, translated, pseudo_labelled):
    """Lists the ways that a study asks for; makes the images that they need.

    Args:
        study: `AdaptationStudy`.
        translated: Function from a blend strength and the name of a folder to
            the `LabelledImages` that were translated at it.
        pseudo_labelled: Function from a seed to `LabelledImages` of the
            target.

    Returns:
        List of `WayOfTraining`, in the order in which they are trained.
    """
    steps = study.recipe.steps
    ways = [WayOfTraining("untranslated", [study.source], steps)]
    for baseline in study.baselines:
        name, convert = BASELINES[baseline]
        print(name)
        images = convert(study.source, study.target, study.workdir / baseline)
        ways.append(WayOfTraining(name, [images], steps))
    if study.translator is not None:
        ways += _of_translations(study, translated, pseudo_labelled)
    if study.oracle is not None:
        ways.append(WayOfTraining("target labels", [study.oracle], steps))
    if study.fine_tuning is not None:
        ways += _fine_tuned(study)
    return ways


def _of_translations(study, translated, pseudo_labelled):
    steps = study.recipe.steps
    images = translated(study.strength, "translated")
    ways = [WayOfTraining("translated", [images], steps)]
    if study.mixed:
        ways.append(WayOfTraining("mixed", [study.source, images], steps))
    if study.strengths:
        several = [
            translated(strength, f"translated_{strength:g}")
            for strength in study.strengths
        ]
        ways.append(WayOfTraining("several strengths", several, steps))
    if study.self_training:

        def with_target(seed):
            return [images, pseudo_labelled(seed)]

        ways.append(WayOfTraining("self-training", with_target, steps))
    return ways


def _fine_tuned(study):
    starts = [None, "untranslated"]
    starts += ["translated"] if study.translator is not None else []
    return [
        WayOfTraining(
            f"{start or 'nothing'}, fine-tuned",
            [study.fine_tuning],
            study.recipe.fine_tuning_steps,
            start,
        )
        for start in starts
    ]
