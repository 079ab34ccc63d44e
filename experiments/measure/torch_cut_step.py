"""Times the public PyTorch CUT, for `benchmark.py --against`.

It needs a checkout of github.com/taesungp/contrastive-unpaired-translation
and an environment with torch, NumPy and Pillow; nothing of semst_tf. It does
the work for each line on its standard input, once or --repeat times, and
prints `seconds: <elapsed> <processor>`; before that the device, and at the end
the memory that a GPU needed. Random images, networks as released, and no GPU
unless --gpu is given. Example:

  torch/bin/python experiments/measure/torch_cut_step.py \\
      --checkout=cut --size=256 \\
      --batch=1 --filters=64 --threads=2
"""

import argparse
import sys
import tempfile
import time
import types


def main():
    arguments = parsed()
    sys.path.insert(0, arguments.checkout)
    # The checkout imports torchvision, but only uses it to load images.
    for name in ("torchvision", "torchvision.transforms"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["torchvision"].transforms = sys.modules[name]
    import torch

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    set_precision(arguments, torch)
    device = torch.cuda.get_device_name() if arguments.gpu else "cpu"
    print(f"device: {device}", flush=True)
    run = repeated(workload(arguments, torch), arguments, torch)
    for _ in range(arguments.warm_up):
        run()
    for _ in sys.stdin:
        elapsed, processor = time.perf_counter(), time.process_time()
        run()
        elapsed = time.perf_counter() - elapsed
        processor = time.process_time() - processor
        print(f"seconds: {elapsed:.6f} {processor:.6f}", flush=True)
    if arguments.gpu:
        memory = torch.cuda.max_memory_allocated() / 2**20
        print(f"memory: {memory:.0f} MiB")


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkout", required=True, help="Folder of the code.")
    parser.add_argument(
        "--work", choices=["train_step", "translate"], default="train_step"
    )
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--filters", type=int, default=64)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--warm_up", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument(
        "--precision",
        choices=["float32", "tensorfloat32", "bfloat16"],
        help="Without it, what PyTorch chooses.",
    )
    parser.add_argument(
        "--compile", action="store_true", help="Use torch.compile."
    )
    parser.add_argument("--gpu", action="store_true")
    return parser.parse_args()


def set_precision(arguments, torch):
    if arguments.precision is not None:
        fast = arguments.precision != "float32"
        torch.backends.cuda.matmul.allow_tf32 = fast
        torch.backends.cudnn.allow_tf32 = fast


def repeated(work, arguments, torch):
    """Returns a function that does the work, and waits for the end."""
    device = "cuda" if arguments.gpu else "cpu"
    half = arguments.precision == "bfloat16"

    def run():
        for _ in range(arguments.repeat):
            with torch.autocast(device, torch.bfloat16, enabled=half):
                work()
        if arguments.gpu:
            torch.cuda.synchronize()

    return run


def workload(arguments, torch):
    """Returns a function that does the work once."""
    model = made_model(arguments)
    batch = random_images(arguments, torch)
    model.data_dependent_initialize(batch)
    if arguments.compile:
        for name in ("netG", "netD", "netF"):
            setattr(model, name, torch.compile(getattr(model, name)))

    def train_step():
        model.set_input(batch)
        model.optimize_parameters()

    images = batch["A"].to(model.device)

    def translate():
        with torch.no_grad():
            model.netG(images)

    return {"train_step": train_step, "translate": translate}[arguments.work]


def made_model(arguments):
    from models import create_model
    from options.train_options import TrainOptions

    with tempfile.TemporaryDirectory() as folder:
        # The checkout reads the command line, more than once.
        sys.argv[1:] = [
            "--dataroot=none",
            f"--checkpoints_dir={folder}",
            f"--gpu_ids={0 if arguments.gpu else -1}",
            f"--ngf={arguments.filters}",
            f"--ndf={arguments.filters}",
            f"--batch_size={arguments.batch}",
            f"--crop_size={arguments.size}",
        ]
        return create_model(TrainOptions().parse())


def random_images(arguments, torch):
    shape = (arguments.batch, 3, arguments.size, arguments.size)
    return {
        "A": 2 * torch.rand(shape) - 1,
        "B": 2 * torch.rand(shape) - 1,
        "A_paths": [""] * arguments.batch,
        "B_paths": [""] * arguments.batch,
    }


if __name__ == "__main__":
    main()
