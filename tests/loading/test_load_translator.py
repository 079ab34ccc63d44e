import pathlib
import shutil
import zipfile

import keras
import numpy as np
import pytest
from small import small_model

from semst_tf import export
from semst_tf.importers import cut_generator
from semst_tf.loading.load_translator import load_translator
from semst_tf.loading.load_translator import with_blending
from semst_tf.networks import KerasGenerator
from semst_tf.networks import PatchDiscriminator
from semst_tf.networks import ResNetGenerator

REFERENCE = pathlib.Path(__file__).parents[1] / "reference"


def images(channels=3):
    random = np.random.default_rng(0)
    return random.uniform(-1, 1, (1, 9, 13, channels)).astype("float32")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Two translators with different weights, and where they are saved."""
    folder = tmp_path_factory.mktemp("saved")
    models = {}
    for seed, name in enumerate(("older", "newer")):
        models[name] = small_model("tiny", seed=seed)
        models[name].save(folder / f"{name}.keras")
    return folder, models


def assert_same_translator(loaded, expected):
    np.testing.assert_allclose(
        loaded.predict_on_batch(images()),
        expected.predict_on_batch(images()),
        atol=1e-6,
    )


def test_a_keras_file_gives_the_averaged_generator(saved):
    folder, models = saved
    model = small_model("tiny", seed=7)
    model.generator.set_weights([0 * w for w in model.generator.get_weights()])
    model.save(folder / "averaged.keras")
    loaded = load_translator(folder / "averaged.keras")
    assert_same_translator(loaded, model.average_generator)


def test_a_text_path_is_as_good(saved):
    folder, models = saved
    loaded = load_translator(str(folder / "older.keras"))
    assert_same_translator(loaded, models["older"].translator)


def test_a_run_in_progress_gives_its_newest_checkpoint(saved, tmp_path):
    folder, models = saved
    (tmp_path / "checkpoints").mkdir()
    for step, name in ((500, "older"), (1000, "newer")):
        shutil.copy(
            folder / f"{name}.keras",
            tmp_path / "checkpoints" / f"step_{step:08d}.keras",
        )
    assert_same_translator(
        load_translator(tmp_path), models["newer"].translator
    )


def test_a_finished_run_gives_its_model(saved, tmp_path):
    folder, models = saved
    (tmp_path / "checkpoints").mkdir()
    shutil.copy(
        folder / "older.keras",
        tmp_path / "checkpoints" / "step_00001000.keras",
    )
    shutil.copy(folder / "newer.keras", tmp_path / "model.keras")
    assert_same_translator(
        load_translator(tmp_path), models["newer"].translator
    )


def test_a_generator_alone_is_a_translator(tmp_path):
    generator = ResNetGenerator(4, 1, input_channels=1, output_channels=2)
    generator.save(tmp_path / "generator.keras")
    loaded = load_translator(tmp_path / "generator.keras")
    assert loaded.input_channels == 1
    np.testing.assert_allclose(
        loaded.predict_on_batch(images(1)),
        generator.predict_on_batch(images(1)),
        atol=1e-6,
    )


def test_a_pth_file_of_the_cut_family_is_imported():
    path = REFERENCE / "cut_net_G.pth"
    assert_same_translator(load_translator(path), cut_generator(path))


@pytest.mark.parametrize("place", ["missing", "missing.keras", "missing.pth"])
def test_a_missing_model_is_named(tmp_path, place):
    with pytest.raises(ValueError, match=f"Received: .*{place}"):
        load_translator(tmp_path / place)


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ValueError, match="neither. Received: "):
        load_translator(tmp_path)


def test_other_suffixes_are_refused(tmp_path):
    (tmp_path / "model.h5").write_bytes(b"")
    with pytest.raises(ValueError, match="Received: .*model.h5"):
        load_translator(tmp_path / "model.h5")


@pytest.mark.parametrize("suffix", [".keras", ".pth"])
@pytest.mark.parametrize("content", [b"", b"just text\n", b"PK\x03\x04broken"])
def test_files_that_are_no_model_are_refused(tmp_path, suffix, content):
    path = tmp_path / f"model{suffix}"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="Received: .*model"):
        load_translator(path)


def test_a_truncated_model_is_refused(saved, tmp_path):
    folder, _ = saved
    content = (folder / "older.keras").read_bytes()
    for share in (0.1, 0.9, 0.999):
        path = tmp_path / "cut.keras"
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(ValueError, match="Received: .*cut.keras"):
            load_translator(path)


def test_a_model_without_its_weights_is_refused(saved, tmp_path):
    folder, _ = saved
    path = tmp_path / "bare.keras"
    with zipfile.ZipFile(folder / "older.keras") as whole:
        with zipfile.ZipFile(path, "w") as bare:
            for name in ("metadata.json", "config.json"):
                bare.writestr(name, whole.read(name))
    with pytest.raises(ValueError, match="Received: .*bare.keras"):
        load_translator(path)


@pytest.mark.parametrize("kind", ["classifier", "discriminator"])
def test_models_that_do_not_translate_are_refused(tmp_path, kind):
    model = {
        "classifier": lambda: keras.Sequential(
            [keras.Input((4,)), keras.layers.Dense(2)]
        ),
        "discriminator": lambda: PatchDiscriminator(filters=4, layers=1),
    }[kind]()
    path = tmp_path / f"{kind}.keras"
    model.save(path)
    with pytest.raises(ValueError, match=f"no translator.*{kind}.keras"):
        load_translator(path)


def test_code_in_a_keras_file_is_refused_and_does_not_run(tmp_path):
    trace = tmp_path / "trace"
    source = str(trace)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Lambda(lambda x: open(source, "w") and x),
        ]
    )
    path = tmp_path / "lambda.keras"
    model.save(path)
    trace.unlink(missing_ok=True)
    with pytest.raises(ValueError, match="Received: .*lambda.keras"):
        load_translator(path)
    assert not trace.exists()


def test_strength_of_a_residual_generator_can_be_chosen(tmp_path):
    model = small_model("semst", **{"generator.strength": 0.5})
    model.save(tmp_path / "m.keras")
    assert load_translator(tmp_path / "m.keras").strength == 0.5
    assert load_translator(tmp_path / "m.keras", strength=0.0).strength == 0.0
    scales = small_model("semst_multiscale", **{"data.crop_size": 32})
    scales.save(tmp_path / "two.keras")
    chosen = load_translator(tmp_path / "two.keras", strength=1.0)
    assert chosen.base.strength == 1.0


def test_the_guided_filter_of_a_residual_generator_can_be_chosen(tmp_path):
    for name, preset in (("one", "semst"), ("two", "semst_multiscale")):
        model = small_model(preset, **{"generator.guided_radius": 8})
        model.save(tmp_path / f"{name}.keras")
    one, two = tmp_path / "one.keras", tmp_path / "two.keras"
    assert load_translator(one).guided_radius == 8
    assert load_translator(one, guided_radius=0).guided_radius is None
    assert load_translator(two, guided_radius=4).base.guided_radius == 4
    with pytest.raises(ValueError, match="Received: radius=6"):
        load_translator(one, guided_radius=6)


def test_strength_of_any_other_generator_is_refused(saved):
    folder, _ = saved
    with pytest.raises(ValueError, match="generator.residual.*Received: "):
        load_translator(folder / "older.keras", strength=0.5)
    guided = load_translator(folder / "older.keras", 0.5, guided_radius=8)
    assert (guided.strength, guided.guided_radius) == (0.5, 8)


def test_a_saved_model_blends_as_it_is_told_to(tmp_path):
    fields = {"generator.guided_radius": 4, "training.ema_decay": 0.9}
    model = small_model("cut", **fields)
    export.saved_model(model, tmp_path / "m", verbose=False)
    network = model.translator
    for strength, radius in ((None, 0), (0.5, None), (0.25, 8)):
        loaded = load_translator(tmp_path / "m", strength, radius)
        network.guided_radius = 4 if radius is None else radius or None
        network.strength = 1.0 if strength is None else strength
        assert_same_translator(loaded, network)


def test_a_guided_filter_of_a_network_that_has_none_is_refused():
    inputs = keras.Input((None, None, 3))
    outputs = keras.layers.Conv2D(3, 1, name="stem")(inputs)
    network = keras.Model(inputs, outputs)
    generator = KerasGenerator(network, features=["stem"])
    with pytest.raises(ValueError, match="guided_radius=8 for a model"):
        with_blending(generator, "a model", guided_radius=8)


def test_a_run_directory_of_cut_is_a_model(tmp_path):
    shutil.copy(REFERENCE / "cut_net_G.pth", tmp_path / "latest_net_G.pth")
    shutil.copy(REFERENCE / "cut_net_D.pth", tmp_path / "latest_net_D.pth")
    loaded = load_translator(tmp_path)
    assert_same_translator(loaded, cut_generator(REFERENCE / "cut_net_G.pth"))


def test_a_training_here_comes_before_the_weights_it_began_with(
    saved, tmp_path
):
    folder, models = saved
    shutil.copy(REFERENCE / "cut_net_G.pth", tmp_path / "latest_net_G.pth")
    shutil.copy(folder / "older.keras", tmp_path / "model.keras")
    assert_same_translator(
        load_translator(tmp_path), models["older"].translator
    )


def test_models_that_ship_have_names_and_paths_come_first(
    saved, tmp_path, monkeypatch
):
    shipped = load_translator("colour2vintage")
    assert shipped.input_channels == 3
    folder, models = saved
    monkeypatch.chdir(tmp_path)
    (tmp_path / "colour2vintage").mkdir()
    shutil.copy(folder / "older.keras", "colour2vintage/model.keras")
    assert_same_translator(
        load_translator("colour2vintage"), models["older"].translator
    )


def test_an_unknown_name_lists_those_that_ship():
    with pytest.raises(ValueError, match="colour2vintage.*Received: color"):
        load_translator("color2vintage")
