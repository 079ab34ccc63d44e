#!/bin/bash
# Bulk translation without any engine: an array of jobs, a subfolder each.
#
#   ls photos > folders.txt
#   sbatch --array=1-"$(wc --lines < folders.txt)" deploy/slurm/translate.sh
#
# Submit it again for what was cut off: translations that exist are kept.
#SBATCH --job-name=semst-translate
#SBATCH --gpus-per-node=1
#SBATCH --cpus-per-task=4
#SBATCH --time=12:00:00

set -euo pipefail

FOLDER=$(sed --quiet "${SLURM_ARRAY_TASK_ID}p" folders.txt)
.venv-beam/bin/python experiments/bulk_translate.py \
    --model=exported/street --input="photos/$FOLDER" \
    --output="translated/$FOLDER"
