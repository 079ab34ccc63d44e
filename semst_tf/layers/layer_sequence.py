"""A part of a network: layers that are called in turn."""


class LayerSequence:
    """Layers of a network that belong together, without owning them.

    A view into the layers of a network, such as its encoder. It is no Keras
    layer and no list, so that Keras saves every layer once, where the network
    keeps it.

    Args:
        layers: Sequence of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor that the first layer takes.

    Returns:
        What the last layer returns.

    Example:

    >>> generator = semst_tf.networks.ResNetGenerator(filters=8, blocks=2)
    >>> len(generator.residual_blocks)
    2
    """

    def __init__(self, layers):
        self._layers = tuple(layers)

    def __call__(self, inputs):
        for layer in self._layers:
            inputs = layer(inputs)
        return inputs

    def __len__(self):
        return len(self._layers)

    def __iter__(self):
        return iter(self._layers)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return LayerSequence(self._layers[index])
        return self._layers[index]

    def __add__(self, other):
        return LayerSequence([*self._layers, *other])
