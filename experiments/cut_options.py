"""Options of the PyTorch code of CUT, and what says the same here."""

PAGE = "docs/from_cut.md"

_RUN = "--workdir=runs/NAME to train, --model=runs/NAME afterwards"
_DEVICES = "--devices=gpu:0,gpu:1, or CUDA_VISIBLE_DEVICES"
_PRESETS = "--preset=cut, fastcut or hneg_src"
_STEPS = "--steps, which counts updates and not epochs"
_CHECKPOINTS = "--checkpoint_every=STEPS"
_TENSORBOARD = "tensorboard --logdir=WORKDIR shows the training"
_OUTPUT = "--output=FOLDER"
_RESIZE = "--set=data.resize=short:286, or 286x286"
_ALWAYS = "nothing: it is so"

EQUIVALENTS = {
    # What is trained on.
    "name": _RUN,
    "checkpoints_dir": _RUN,
    "easy_label": "nothing: there is no page of several runs",
    "phase": "the folder itself in --source or --input",
    "dataset_mode": "@left and @right behind a folder for aligned files",
    "load_size": _RESIZE,
    "crop_size": "--set=data.crop_size=256",
    "preprocess": "--set=data.resize and --set=data.crop_size",
    "no_flip": "--set=data.flip=false",
    "batch_size": "--set=data.batch_size=1",
    "serial_batches": "--set=seed, which fixes the order",
    "num_threads": "nothing: images are read by threads of their own",
    "max_dataset_size": "a folder of fewer images",
    "random_scale_max": "--set=data.resize",
    "gpu_ids": _DEVICES,
    # Networks.
    "model": _PRESETS,
    "CUT_mode": _PRESETS,
    "netG": "--set=generator.blocks=9 (or 6)",
    "netD": "--set=discriminator.layers=3",
    "netF": "nothing: two layers on sampled patches, as mlp_sample",
    "netF_nc": "--set=contrastive.units=256",
    "ngf": "--set=generator.filters=64",
    "ndf": "--set=discriminator.filters=64",
    "n_layers_D": "--set=discriminator.layers=3",
    "input_nc": "--set=generator.input_channels=3",
    "output_nc": "--set=generator.output_channels=3",
    "normG": "nothing: instance normalization",
    "normD": "--set=discriminator.normalization=instance",
    "init_type": "nothing: Xavier, as there",
    "init_gain": "nothing: 0.02, as there",
    "no_dropout": _ALWAYS,
    "no_antialias": "nothing: resampling is blurred, as there",
    "no_antialias_up": "nothing: resampling is blurred, as there",
    "stylegan2_G_num_downsampling": "nothing: there is no StyleGAN2",
    # Losses.
    "lambda_GAN": "--set=adversarial.weight=1.0",
    "lambda_NCE": "--set=contrastive.weight=1.0",
    "nce_idt": "--set=contrastive.identity=true",
    "nce_T": "--set=contrastive.temperature=0.07",
    "nce_layers": "nothing: the layers of CUT",
    "nce_includes_all_negatives_from_minibatch": "nothing: negatives are of "
    "the same image",
    "num_patches": "--set=contrastive.patches=256",
    "flip_equivariance": "--set=contrastive.flip_equivariance=true",
    "gan_mode": "--set=adversarial.loss=least_squares, or hinge",
    "pool_size": "nothing: no pool, as there",
    "lambda_HDCE": "--preset=hneg_src --set=contrastive.weight=0.1",
    "lambda_SRC": "--preset=hneg_src --set=semantic_relation_weight=0.05",
    "HDCE_gamma": "--set=contrastive.gamma_start=50",
    "HDCE_gamma_min": "--set=contrastive.gamma_end=10",
    "use_curriculum": "--preset=hneg_src, which has one",
    "step_gamma": "--set=contrastive.gamma_start and contrastive.gamma_end",
    "step_gamma_epoch": "--set=contrastive.gamma_start and "
    "contrastive.gamma_end",
    # The course of a training.
    "n_epochs": _STEPS,
    "n_epochs_decay": "--set=optimizer.decay=0.5, the share with decay",
    "epoch": "a file of WORKDIR/checkpoints as --model",
    "epoch_count": "the same command, which continues",
    "continue_train": "the same command, which continues",
    "pretrained_name": "--init=runs/NAME, which also takes files",
    "lr": "--set=optimizer.learning_rate=0.0002",
    "lr_policy": "--set=optimizer.decay=0.5, which is linear",
    "lr_decay_iters": "--set=optimizer.decay=0.5",
    "beta1": "--set=optimizer.beta_1=0.5",
    "beta2": "--set=optimizer.beta_2=0.999",
    "save_latest_freq": _CHECKPOINTS,
    "save_epoch_freq": _CHECKPOINTS,
    "save_by_iter": "--keep_checkpoints=COUNT",
    "evaluation_freq": "--validate_every=STEPS",
    "print_freq": "--interval=STEPS",
    "display_freq": "--sample_every=STEPS",
    "update_html_freq": "--sample_every=STEPS",
    "no_html": "nothing: files of WORKDIR are the display",
    "display_id": _TENSORBOARD,
    "display_port": _TENSORBOARD,
    "display_server": _TENSORBOARD,
    "display_env": _TENSORBOARD,
    "display_ncols": _TENSORBOARD,
    "display_winsize": "nothing: images keep their sizes",
    "suffix": _RUN,
    # Translating.
    "results_dir": _OUTPUT,
    "num_test": "a folder of fewer images as --input",
    "eval": "nothing: there is no dropout",
}
"""Option of CUT (Park et al. 2020) or Hneg_SRC (Jung et al. 2022) -> ours."""


def cut_options_in(arguments, known):
    """Says what options of CUT are called here.

    Args:
        arguments: List of str, of the command line.
        known: Container of the flags that the script has itself.

    Returns:
        One line, str; empty if there is no such option.
    """
    found = []
    for argument in arguments:
        name = argument.lstrip("-").partition("=")[0]
        is_flag = argument.startswith("-")
        if is_flag and name in EQUIVALENTS and name not in known:
            found.append(name)
    if not found:
        return ""
    listed = "; ".join(
        f"--{name} is here: {EQUIVALENTS[name]}"
        for name in dict.fromkeys(found)
    )
    return f"options of CUT, see {PAGE}: {listed}"
