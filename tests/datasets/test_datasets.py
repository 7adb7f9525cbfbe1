"""Pictures in, grey arrays in [0, 1] out; and everything that a picture file can be that it should not."""

import warnings

import numpy as np
import pytest
from PIL import Image, ImageOps

from spikingnn import datasets
from spikingnn.datasets import (digits, fashion_mnist_sample, mnist_sample, photographs, pictures,
                                read_folder, read_picture, resized)


RAMP = np.tile(np.arange(0, 256, 16, dtype=np.uint8), (8, 1))          # (8, 16), dark left, bright right


def test_the_twelve_photographs():
    images, names, skipped = photographs()
    assert images.shape == (12, 64, 64) and images.dtype == np.float64 and images.min() == 0
    assert images.max() == 1
    assert names == ["camera", "astronaut", "chelsea", "coffee", "horse", "rocket", "brick", "china",
                     "flower", "clock_motion", "cell", "text"] and not skipped


@pytest.mark.parametrize("name", ["china", "flower"])
def test_photographs_of_scikit_learn(name):
    samples = pytest.importorskip("sklearn.datasets")
    grey = Image.fromarray(samples.load_sample_image(f"{name}.jpg")).convert("L")
    small = np.asarray(ImageOps.fit(grey, (64, 64), Image.Resampling.LANCZOS)) / 255
    images, names, _ = photographs()
    assert images[names.index(name)] == pytest.approx(small, abs=0.02)      # decoders of JPEG differ


@pytest.mark.parametrize("load", [mnist_sample, fashion_mnist_sample])
def test_samples_of_28_pixels(load):
    split = load()
    assert split.x_train.shape == (1000, 28, 28) and split.x_test.shape == (500, 28, 28)
    assert split.x_train.max() == 1.0 and set(split.y_train) == set(split.y_test) == set(range(10))


def test_digits():
    images, classes = digits()
    assert images.shape == (1797, 8, 8) and images.max() == 1.0 and np.bincount(classes)[0] == 178


def test_a_bundled_file_that_is_not_there():
    with pytest.raises(FileNotFoundError, match="nothing.npz"):
        datasets.bundled_file("nothing.npz")


# --- formats that are read right ----------------------------------------------------------------------------

def written(tmp_path, picture, name="picture.png", **options):
    picture.save(tmp_path / name, **options)
    return tmp_path / name


def test_grey_is_exact(tmp_path):
    assert np.array_equal(read_picture(written(tmp_path, Image.fromarray(RAMP))), RAMP / np.float32(255))


def test_colour_becomes_luma(tmp_path):
    picture = Image.new("RGB", (4, 4), (255, 0, 0))
    assert read_picture(written(tmp_path, picture)) == pytest.approx(np.full((4, 4), 0.299), abs=0.002)


def test_16_bits_are_scaled_and_not_clipped(tmp_path):
    levels = np.array([[0, 16_384], [32_768, 65_535]], dtype=np.uint16)
    expected = levels / 65_535
    assert read_picture(written(tmp_path, Image.fromarray(levels))) == pytest.approx(expected, abs=1e-6)
    assert read_picture(written(tmp_path, Image.fromarray(levels),
                                "picture.tif")) == pytest.approx(expected, abs=1e-6)
    content = b"P5\n# sixteen bits\n2 2\n65535\n" + levels.astype(">u2").tobytes()
    (tmp_path / "picture.pgm").write_bytes(content)
    assert read_picture(tmp_path / "picture.pgm") == pytest.approx(expected, abs=1e-6)


def test_palette_and_two_levels(tmp_path):
    palette = Image.new("P", (2, 1))
    palette.putpalette([0, 0, 0, 255, 255, 255] + [7] * 750)
    palette.putpixel((1, 0), 1)
    assert read_picture(written(tmp_path, palette)).tolist() == [[0.0, 1.0]]
    assert read_picture(written(tmp_path, palette.convert("1"))).tolist() == [[0.0, 1.0]]


def test_what_is_transparent_lies_on_white_paper(tmp_path):
    picture = np.zeros((1, 3, 4), dtype=np.uint8)
    picture[0, :, 3] = 0, 255, 128                                      # black: transparent, opaque, half
    found = read_picture(written(tmp_path, Image.fromarray(picture)))
    assert found == pytest.approx(np.array([[1.0, 0.0, 0.5]]), abs=0.01)
    levels = Image.fromarray(np.array([[0, 255]], dtype=np.uint8))
    assert read_picture(written(tmp_path, levels, transparency=0)).tolist() == [[1.0, 1.0]]
    deep = Image.fromarray(np.array([[0, 40_000]], dtype=np.uint16))
    found = read_picture(written(tmp_path, deep, transparency=0))
    assert found == pytest.approx(np.array([[1.0, 40_000 / 65_535]]), abs=1e-6)


def test_what_is_transparent_lies_on_black_paper_if_asked(tmp_path):
    picture = np.full((1, 2, 4), 255, dtype=np.uint8)
    picture[0, 0, 3] = 0
    file = written(tmp_path, Image.fromarray(picture))
    assert read_picture(file).tolist() == [[1.0, 1.0]]
    assert read_picture(file, paper="black").tolist() == [[0.0, 1.0]]
    with pytest.raises(ValueError, match="paper must be one of 'black', 'white'"):
        read_picture(file, paper="blakc")


def test_the_rotation_of_the_camera_is_applied(tmp_path):
    exif = Image.Exif()
    # the picture is shown turned by 90° clockwise
    exif[0x0112] = 6
    file = written(tmp_path, Image.fromarray(RAMP), exif=exif)
    assert np.array_equal(read_picture(file), np.rot90(RAMP, -1) / np.float32(255))


def test_an_animation_gives_its_first_frame(tmp_path):
    frames = [Image.new("L", (3, 3), level) for level in (0, 255)]
    assert read_picture(written(tmp_path, frames[0], "film.gif", save_all=True,
                                append_images=frames[1:])).max() == 0.0


def test_a_name_may_lie_about_the_format(tmp_path):
    picture = Image.fromarray(RAMP)
    assert np.array_equal(read_picture(written(tmp_path, picture, "really_a_png.jpg", format="PNG")),
                          RAMP / np.float32(255))


def test_size_crops_the_centre(tmp_path):
    wide = np.zeros((20, 60), dtype=np.uint8)
    wide[:, 20:40] = 255
    assert read_picture(written(tmp_path, Image.fromarray(wide)), 10).mean() > 0.98
    assert read_picture(written(tmp_path, Image.fromarray(wide)), (10, 30)).shape == (10, 30)
    assert resized(photographs().images[0], 16).shape == (16, 16)


# --- files that are refused ---------------------------------------------------------------------------------

def refused(file, match, error=ValueError):
    with pytest.raises(error, match=match) as caught:
        read_picture(file)
    assert str(file) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp", "a.gif", "a.bmp"])
@pytest.mark.parametrize("kept", [0.0, 0.03, 0.5, 0.9])
def test_truncated(tmp_path, name, kept):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    file = written(tmp_path, Image.fromarray(noise), name)
    whole = file.read_bytes()
    file.write_bytes(whole[:int(kept * len(whole))])
    refused(file, "cannot be read|not a picture")


def test_not_a_picture(tmp_path):
    (tmp_path / "a.png").write_text("hello")
    refused(tmp_path / "a.png", "not a picture in one of the formats")
    refused(tmp_path / "b.png", "no such file", FileNotFoundError)


def test_a_format_that_other_programs_would_be_called_for(tmp_path):
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n")
    refused(tmp_path / "a.png", "not a picture in one of the formats")


@pytest.mark.parametrize("shape, match", [((10_000, 10_000), "100,000,000 pixels"),
                                          ((30_000, 30_000), "more than the 64,000,000")])
def test_huge_pictures_are_not_decoded(tmp_path, monkeypatch, shape, match):
    picture = Image.new("1", shape)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    file = written(tmp_path, picture)
    monkeypatch.undo()
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("decoded"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        refused(file, match)


def test_levels_that_have_no_meaning(tmp_path):
    deep = Image.fromarray(np.array([[0, 70_000]], dtype=np.int32))
    refused(written(tmp_path, deep, "a.tif"),
            "must be at most 65535, the largest value of 16 bits, got 70000")
    refused(written(tmp_path, Image.fromarray(np.array([[0, 2.0]], dtype=np.float32)), "a.tif"),
            r"outside \[0, 1\]")
    refused(written(tmp_path, Image.fromarray(np.array([[0, np.nan]], dtype=np.float32)), "a.tif"),
            r"outside \[0, 1\]")


@pytest.mark.parametrize("size", [0, -3, 1, 2.5, "64", (8,), (8, 8, 8), 5000])
def test_sizes_that_are_refused(tmp_path, size):
    with pytest.raises((ValueError, TypeError), match="read_picture.size must be"):
        read_picture(written(tmp_path, Image.fromarray(RAMP)), size)


# --- folders ------------------------------------------------------------------------------------------------

def test_a_folder_is_read_in_order_of_names(tmp_path):
    for name, level in (("b.png", 255), ("a.PNG", 0), ("c.jpg", 128)):
        Image.new("L", (20, 10), level).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("not looked at")
    images, names, skipped = read_folder(tmp_path, 8)
    assert names == ["a", "b", "c"] and skipped == [] and images.shape == (3, 8, 8)
    assert images.mean(axis=(1, 2)) == pytest.approx([0.0, 1.0, 0.5], abs=0.01)


def test_one_name_with_two_suffixes(tmp_path):
    for name in ("a.png", "a.gif"):
        Image.new("L", (8, 8)).save(tmp_path / name)
    assert read_folder(tmp_path, 8).names == ["a.gif", "a.png"]


def test_a_broken_picture_among_good_ones(tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "good.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.warns(UserWarning, match="skipped 1 of 2 pictures: .*broken.png"):
        images, names, skipped = read_folder(tmp_path, 8)
    assert names == ["good"] and skipped[0][0] == "broken.png"
    with pytest.raises(ValueError, match="broken.png"):
        read_folder(tmp_path, 8, strict=True)


def test_a_folder_without_pictures(tmp_path):
    with pytest.raises(ValueError, match="no pictures in it"):
        read_folder(tmp_path)
    (tmp_path / "broken.png").write_bytes(b"")
    with pytest.raises(ValueError, match="none of its 1 pictures can be read: .*broken.png"):
        read_folder(tmp_path)
    with pytest.raises(FileNotFoundError, match="no such folder"):
        read_folder(tmp_path / "nowhere")


def test_the_cap_lies_below_the_bomb_check_of_pillow():
    assert pictures.MAX_PIXELS < Image.MAX_IMAGE_PIXELS
