"""Puts the folder of the studies on the import path."""

import sys

from scripts import EXPERIMENTS

sys.path.insert(0, str(EXPERIMENTS / "studies"))
