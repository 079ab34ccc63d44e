"""train.py three times in one process: twice alike, then another seed."""

import train
from cli import run

RUNS = {"one": 0, "again": 0, "other": 1}


def main(arguments):
    root = train.FLAGS.workdir
    for name, seed in RUNS.items():
        train.FLAGS.workdir = f"{root}/{name}"
        train.FLAGS.seed = seed
        code = train.main(arguments)
        if code:
            return code
    from tensorflow.python.framework import config

    print(f"deterministic: {config.is_op_determinism_enabled()}")
    return 0


if __name__ == "__main__":
    run(main)
