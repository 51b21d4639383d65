"""Reading pictures for training: the right channels, and an error where OpenCV gives None."""

import cv2
import numpy as np
import pytest

from tryon.training.data.pictures import decode_rgb, decode_stored, read_rgb, read_stored

RED_AND_BLUE = np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8)
LABELS = np.array([[0, 7, 16]], np.uint8)


def test_photos_are_rgb(tmp_path):
    path = tmp_path / "photo.png"
    cv2.imwrite(str(path), RED_AND_BLUE[..., ::-1])
    assert np.array_equal(read_rgb(path), RED_AND_BLUE)
    assert np.array_equal(decode_rgb(np.fromfile(path, np.uint8)), RED_AND_BLUE)


def test_labels_come_as_they_are_stored(tmp_path):
    path = tmp_path / "labels.png"
    cv2.imwrite(str(path), LABELS)
    assert np.array_equal(read_stored(path), LABELS)
    assert np.array_equal(decode_stored(np.fromfile(path, np.uint8)), LABELS)
    assert read_stored(path, cv2.IMREAD_COLOR).shape == (1, 3, 3)


def test_what_is_no_picture_is_named(tmp_path):
    path = tmp_path / "words.png"
    path.write_text("not a picture")
    for missing in (path, tmp_path / "nothing.png"):
        with pytest.raises(FileNotFoundError, match=missing.name):
            read_rgb(missing)
    with pytest.raises(ValueError, match="no picture"):
        decode_stored(np.fromfile(path, np.uint8))
