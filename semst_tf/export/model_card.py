"""What a person must know before they use an exported translator."""

_UNKNOWN = "not stated"


def model_card(name, network, facts, trained_on, licence, metrics):
    """Writes the text of a model card.

    Args:
        name: str. Name of the model.
        network: Keras model.
        facts: Dict of short facts to list, by label.
        trained_on: str or `None`. The images it was trained on.
        licence: str or `None`. Licence of the weights.
        metrics: Dict from names to numbers, or `None`.

    Returns:
        str. Markdown.
    """
    lines = [
        f"# {name}",
        "",
        "An image-to-image translator exported by semst_tf.",
        "",
        f"- Trained on: {trained_on or _UNKNOWN}",
        f"- Licence of the weights: {licence or _UNKNOWN}",
        f"- Network: {type(network).__name__}, "
        f"{network.count_params():,} weights",
        *[f"- {label}: {value}" for label, value in facts.items()],
        "",
        "## Metrics",
        "",
        *_metric_lines(metrics),
    ]
    return "\n".join(lines) + "\n"


def _metric_lines(metrics):
    if not metrics:
        return ["None stated."]
    return [f"- {name}: {value:g}" for name, value in metrics.items()]
