"""Files of a training: whole or not there."""
