"""The models that evaluate.py scores: one, or one for each --strength."""

from absl import flags
from cli import quiet_imports
from evaluated_images import value_ranges

FLAGS = flags.FLAGS


def load_model(strength):
    """Loads the model of --model with a strength; `None` without one."""
    if FLAGS.model is None:
        return None
    from semst_tf.loading.load_translator import load_translator

    with quiet_imports():
        model = load_translator(FLAGS.model, strength, FLAGS.guided_radius)
    model.value_range, model.target_value_range = value_ranges(model)
    if FLAGS.fusion is None:
        return model
    if not hasattr(model, "fused_by"):
        raise ValueError(
            "Only a model of two scales has a fusion. "
            f"Received: --fusion={FLAGS.fusion}"
        )
    return model.fused_by(FLAGS.fusion)


def scores_of_models(evaluation, models, images, masks):
    """Scores one model, or several against the untranslated images.

    Args:
        evaluation: `semst_tf.metrics.evaluation.Evaluation`.
        models: Dict from strengths to models. The only key may be `None`;
            then the only model may be `None`, too: untranslated.
        images: `ImageCollection` of source images.
        masks: `KeepMasks` or `None`.

    Returns:
        Dict of scores; of several models with `"untranslated"` and
        `"strengths"`, a list of dicts.
    """
    from semst_tf.data.on_demand import OnDemand
    from semst_tf.metrics.all_scores import score_line

    sources, shown = OnDemand.of(images), OnDemand.scored(images)
    if len(models) == 1:
        (model,) = models.values()
        scores = _scored(evaluation, sources if model else shown, model, masks)
        print(score_line(scores))
        return scores
    untranslated = _scored(evaluation, shown)
    print(f"untranslated: {score_line(untranslated)}")
    rows = []
    for strength, model in models.items():
        scores = _scored(evaluation, sources, model, masks)
        rows.append({"strength": strength, **scores})
        print(f"strength {strength:g}: {score_line(rows[-1])}")
    return {"untranslated": untranslated, "strengths": rows}


def _scored(evaluation, sources, model=None, masks=None):
    """Translates the source images one by one, and scores them.

    Also describes the attention of a model of two scales. Without a model
    the images themselves are scored.
    """
    if model is None:
        return evaluation.scores(sources)
    from semst_tf.inference.kept_regions import with_kept
    from semst_tf.inference.translate import translate
    from semst_tf.inference.translation_ranges import scored_translation
    from semst_tf.metrics.attention_scores import attention_scores

    attention = attention_scores(model, sources)

    def translated(index):
        image = sources[index]
        translation = translate(model, image)
        if masks is not None:
            translation = with_kept(translation, image, masks.load(index))
        return scored_translation(model, translation)

    translations = map(translated, range(len(sources)))
    scores = evaluation.scores(translations)
    return scores if attention is None else scores | {"attention": attention}
