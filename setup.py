"""Which folders become which packages; everything else is in setup.cfg."""

from setuptools import find_packages
from setuptools import setup

setup(
    packages=[
        *find_packages(include=["semst_tf", "semst_tf.*"]),
        "semst_tf_commands",
        "semst_tf.saved_models",
    ],
    package_dir={
        # Outside `semst_tf`, whose import loads Keras.
        "semst_tf_commands": "experiments",
        "semst_tf.saved_models": "saved_models",
    },
)
