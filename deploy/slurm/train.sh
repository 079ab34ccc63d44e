#!/bin/bash
# Training on two machines of four GPUs each, as a job of Slurm:
#
#   sbatch deploy/slurm/train.sh
#
# from the root of the package, on a file system that all machines share.
# Where a worker is lost, the job is queued again and continues from the last
# checkpoint. Slurm sends SIGTERM two minutes before the time is over, for the
# checkpoint that is written then.
#SBATCH --job-name=semst-train
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=4
#SBATCH --cpus-per-task=16
#SBATCH --time=24:00:00
#SBATCH --signal=TERM@120
#SBATCH --requeue
#SBATCH --open-mode=append

set -euo pipefail

PORT=$((20000 + SLURM_JOB_ID % 20000))
WORKERS=$(scontrol show hostnames "$SLURM_JOB_NODELIST" |
    sed "s/.*/\"&:$PORT\"/" | paste --serial --delimiters=,)
export WORKERS

# One task's end, good or bad, is the end of all.
srun --kill-on-bad-exit=1 bash -c '
    export TF_CONFIG="{\"cluster\": {\"worker\": [$WORKERS]},
        \"task\": {\"type\": \"worker\", \"index\": $SLURM_PROCID}}"
    exec .venv/bin/python experiments/train.py --preset=semst \
        --source=photos/game --target=photos/street \
        --workdir=runs/street --set=data.batch_size=8
' || { scontrol requeue "$SLURM_JOB_ID"; exit 1; }
