"""The scores: SSIM against known values, and the report against pairs made here."""

import io
import tarfile

import numpy as np
import pytest
from fake import FakeTryOn
from PIL import Image

from tryon.core.errors import TryOnError
from tryon.core.types import Photo
from tryon.evaluation.pairs import evaluate, read_pairs, ssim


def picture(seed: int = 0, height: int = 256, width: int = 192) -> np.ndarray:
    """Smooth enough to survive JPEG and resizing."""
    y, x = np.mgrid[:height, :width] / 30
    waves = [np.sin(x * (1 + c / 3) + seed) * np.cos(y + c) for c in range(3)]
    return (np.dstack(waves) * 100 + 128).astype(np.uint8)


def patterns() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three fixed (32, 40, 3) pictures whose SSIM was computed once with scikit-image."""
    y, x = np.mgrid[:32, :40]
    first = ((x * 7 + y * 13) % 256).astype(np.uint8)
    first = np.dstack([first, first[::-1], first[:, ::-1]])
    second = ((x * 7 + y * 11 + 5) % 256).astype(np.uint8)
    second = np.dstack([second, second[::-1], first[..., 2]])
    noise = ((x * x + y * 3) % 21 - 10)[..., None]
    return first, second, (first.astype(int) + noise).clip(0, 255).astype(np.uint8)


def test_ssim_equals_scikit_images():
    first, second, noisy = patterns()
    assert ssim(first, second) == pytest.approx(0.7030150168, abs=1e-6)
    assert ssim(first, noisy) == pytest.approx(0.9790050238, abs=1e-6)


def test_ssim_of_a_picture_with_itself_is_one_and_it_is_symmetric():
    first, second, _ = patterns()
    assert ssim(first, first) == 1
    assert ssim(first, second) == pytest.approx(ssim(second, first), abs=1e-12)
    assert ssim(first, 255 - first) < 0


@pytest.mark.parametrize("shape", [(32, 41, 3), (10, 40, 3)])
def test_ssim_needs_two_pictures_of_one_size(shape):
    with pytest.raises(ValueError, match="ssim"):
        ssim(np.zeros((32, 40, 3), np.uint8), np.zeros(shape, np.uint8))
    with pytest.raises(ValueError, match="ssim"):
        ssim(np.zeros((10, 40, 3), np.uint8), np.zeros((10, 40, 3), np.uint8))


def write_shard(folder, identifiers):
    for part, shift in (("person", 0), ("cloth", 1)):
        (folder / part).mkdir(parents=True)
        for identifier in identifiers:
            image = Image.fromarray(picture(identifier + shift))
            image.save(folder / part / f"{identifier:06d}.jpg", quality=95)


def pack(folder, path):
    with tarfile.open(path, "w") as archive:
        for part in ("person", "cloth"):
            archive.add(folder / part, part)


@pytest.fixture
def data(tmp_path):
    """Two shards, one packed and one not; 29, 58 and 87 are for validation."""
    write_shard(tmp_path / "viton-train-0", [28, 29, 30, 58])
    write_shard(tmp_path / "elsewhere", [86, 87])
    pack(tmp_path / "elsewhere", tmp_path / "viton-train-1.tar")
    for path in (tmp_path / "elsewhere").rglob("*.jpg"):
        path.unlink()
    for part in ("person", "cloth"):
        (tmp_path / "elsewhere" / part).rmdir()
    return tmp_path


def test_pairs_of_a_split_from_packed_and_unpacked_shards(data):
    def names(*arguments):
        return [identifier for identifier, _, _ in read_pairs(data, *arguments)]

    assert names() == ["000029", "000058", "000087"]
    assert names("train") == ["000028", "000030", "000086"]
    assert len(names("all")) == 6
    assert names("validation", 2) == ["000029", "000058"]
    assert [i for i, _, _ in read_pairs(data / "viton-train-1.tar")] == ["000087"]
    assert [i for i, _, _ in read_pairs(data / "viton-train-0")] == ["000029", "000058"]


def test_an_unpacked_shard_wins_over_its_tar(data):
    pack(data / "viton-train-0", data / "viton-train-0.tar")
    assert len(list(read_pairs(data, "all"))) == 6


def test_person_and_garment_are_not_mixed_up(data):
    for identifier, person, garment in read_pairs(data, "all"):
        number = int(identifier)
        assert np.abs(person.astype(int) - picture(number)).mean() < 4
        assert np.abs(garment.astype(int) - picture(number + 1)).mean() < 4


class Perfect(FakeTryOn):
    """Leaves the photo as it is: in a paired try-on, the right answer."""

    def __call__(self, person, garment=None, prompt="", **options):
        result = super().__call__(person, garment, prompt, **options)
        object.__setattr__(result, "photo", person)
        return result


def test_the_right_answer_scores_nearly_one(data):
    report = evaluate(Perfect(), data)
    assert (report.split, report.pairs, report.scored) == ("validation", 3, 3)
    assert report.ssim > 0.99  # enlarging and shrinking cost a little
    assert report.l1 < 0.01
    assert report.untouched == 1
    assert report.failures == {}
    assert report.seconds > 0


def test_a_wrong_answer_scores_less_and_photos_go_in_enlarged(data):
    fake = FakeTryOn()
    report = evaluate(fake, data)
    assert report.ssim < 0.9
    assert report.l1 > 0.02
    assert report.untouched == 1
    assert len(report.worst) == 3
    assert report.worst[0][1] == min(score for _, score in report.worst)
    person, garment, _, kind, *_ = fake.calls[0]
    assert person.size == garment.size == (768, 576)
    assert kind == "upper"


def test_a_changed_outside_is_found(data):
    class Leaky(FakeTryOn):
        def __call__(self, person, *arguments, **options):
            result = super().__call__(person, *arguments, **options)
            pixels = result.photo.pixels.copy()
            pixels[0, 0] ^= 1
            object.__setattr__(result, "photo", Photo(pixels))
            return result

    assert evaluate(Leaky(), data).untouched == 0


def test_failures_are_counted_by_code(data):
    class Picky(FakeTryOn):
        def __call__(self, person, *arguments, **options):
            if not self.calls:
                self.calls.append(())
                raise TryOnError("no_person")
            return super().__call__(person, *arguments, **options)

    report = evaluate(Picky(), data)
    assert (report.pairs, report.scored) == (3, 2)
    assert report.failures == {"no_person": 1}


def test_when_everything_fails_the_averages_are_none_in_json(data):
    class Never(FakeTryOn):
        def __call__(self, *arguments, **options):
            raise TryOnError("no_person")

    plain = evaluate(Never(), data).as_json()
    assert (plain["scored"], plain["ssim"], plain["seconds"]) == (0, None, None)
    assert plain["failures"] == {"no_person": 3}


def test_what_is_not_there_is_said(data, tmp_path):
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "viton-x.tar").write_bytes(b"not a tar at all" * 100)
    cases = {
        (data, "test"): 'no split "test"',
        (data / "missing", "validation"): "no folder missing",
        (data / "elsewhere", "validation"): "no validation pairs in elsewhere",
        (tmp_path / "none", "validation"): r"viton-x\.tar is not a VITON shard",
    }
    for (folder, split), words in cases.items():
        with pytest.raises(TryOnError, match=words):
            evaluate(FakeTryOn(), folder, split)


def test_pictures_in_a_tar_may_lie_in_a_folder(data, tmp_path):
    path = tmp_path / "viton-deep.tar"
    with tarfile.open(path, "w") as archive:
        for part in ("person", "cloth"):
            buffer = io.BytesIO()
            Image.fromarray(picture(1)).save(buffer, "JPEG")
            entry = tarfile.TarInfo(f"./viton-deep/{part}/000029.jpg")
            entry.size = buffer.tell()
            archive.addfile(entry, io.BytesIO(buffer.getvalue()))
    assert [identifier for identifier, _, _ in read_pairs(path)] == ["000029"]
