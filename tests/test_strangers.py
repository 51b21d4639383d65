"""How near to other systems' pictures: the two distances, the ratio, and reading the cases."""

import tarfile
from itertools import pairwise

import cv2
import numpy as np
import pytest
from PIL import Image

from tryon.core.errors import TryOnError
from tryon.core.types import Photo
from tryon.evaluation import strangers
from tryon.evaluation.strangers import (
    Judge,
    Vgg16,
    box_around,
    changed,
    coarse,
    colours_apart,
    evaluate_strangers,
    read_cases,
    structure_apart,
)

CHANNELS = ((3, 4, 4), (4, 5, 5), (5, 6, 6, 6), (6, 7, 7, 7))
ALL = slice(0, 32), slice(0, 24)


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    """A network of the right form, far smaller than VGG16, with random weights."""
    rng = np.random.default_rng(0)
    return {
        name: value.astype(np.float16)
        for block, widths in enumerate(CHANNELS, 1)
        for i, (inputs, outputs) in enumerate(pairwise(widths))
        for name, value in (
            (f"w{block}{i}", rng.normal(0, 0.3, (outputs, inputs, 3, 3))),
            (f"b{block}{i}", rng.normal(0, 0.1, outputs)),
        )
    }


@pytest.fixture(scope="module")
def weights(arrays, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "small.npz"
    np.savez(path, **arrays)
    return path


@pytest.fixture(scope="module")
def network(weights) -> Vgg16:
    return Vgg16.load(weights)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(strangers, "SIZE", (64, 48))


def top(colour, sleeve=0, size=(64, 48)) -> np.ndarray:
    """A grey photo with a coloured block in its middle, on one side longer by `sleeve` rows."""
    picture = np.full((64, 48, 3), 120, np.uint8)
    picture[16:44, 12:36] = colour
    picture[44 : 44 + sleeve, 12:20] = colour
    return cv2.resize(picture, size[::-1], interpolation=cv2.INTER_NEAREST)


PERSON, CLOTH = top((40, 60, 160)), top((200, 30, 40))
PEERS = {"a": top((200, 30, 40)), "b": top((190, 40, 40), 4), "c": top((205, 25, 50), 8)}


class Ours:
    """Somebody's try-on: always the same picture, or a refusal."""

    def __init__(self, picture: np.ndarray | None) -> None:
        self.picture = picture

    def __call__(self, person, garment, *, kind):
        assert kind == "upper"
        if self.picture is None:
            raise TryOnError("no_person")
        return type("Result", (), {"photo": Photo(self.picture)})()


def write_cases(folder, keys=("one", "two"), without=(), size=(64, 48)):
    folder.mkdir(parents=True, exist_ok=True)
    for key in keys:
        for suffix, picture in {"person": PERSON, "cloth": CLOTH, **PEERS}.items():
            if suffix not in without:
                large = cv2.resize(picture, size[::-1], interpolation=cv2.INTER_NEAREST)
                Image.fromarray(large).save(folder / f"00_{key}_{suffix}.png")
    return folder


def test_a_picture_is_at_no_distance_from_itself(network):
    picture = PEERS["b"][:32, :24]
    assert structure_apart(network.features(picture), network.features(picture), ALL) == 0
    assert colours_apart(coarse(picture), coarse(picture), ALL) == 0


def test_distances_are_symmetric_and_count_only_the_box(network):
    first, second = PERSON.copy(), PERSON.copy()
    second[48:, 36:] = 255
    a, b = network.features(first), network.features(second)
    whole, far = (slice(0, 64), slice(0, 48)), (slice(0, 8), slice(0, 8))
    assert structure_apart(a, b, whole) == structure_apart(b, a, whole) > 0
    # The last block's features see far: the least bit of the corner is in them.
    assert structure_apart(a, b, far) < 1e-5 * structure_apart(a, b, whole)
    assert colours_apart(coarse(first), coarse(second), whole) > 0
    assert colours_apart(coarse(first), coarse(second), far) == pytest.approx(0, abs=1e-4)


def test_features_have_length_one_and_halve_from_block_to_block(network):
    seen = network.features(PERSON)
    assert [tuple(one.shape[2:]) for one in seen] == [(64, 48), (32, 24), (16, 12), (8, 6)]
    lengths = seen[0].pow(2).sum(1).sqrt()
    assert float(lengths.max()) == pytest.approx(1, abs=1e-5)


def test_colour_is_lightness_for_greys():
    """OpenCV packs CIELAB into bytes: L * 255 / 100, and 128 for no colour."""
    grey = np.full((32, 24, 3), 119, np.uint8)  # L* is 50.03
    np.testing.assert_allclose(coarse(grey), 128, atol=1)
    black = np.zeros_like(grey)
    assert colours_apart(coarse(black), coarse(grey), ALL) == pytest.approx(128 / 3, abs=0.5)


def test_the_box_holds_what_a_peer_changed_and_a_margin():
    mask = np.zeros((64, 48), bool)
    mask[20:30, 14:31] = True
    assert box_around(mask) == (slice(12, 37), slice(6, 38))
    assert box_around(np.zeros((64, 48), bool)) == (slice(0, 64), slice(0, 48))
    corner = np.zeros((64, 48), bool)
    corner[0, 47] = True
    assert box_around(corner) == (slice(0, 8), slice(39, 48))


def test_what_counts_as_changed():
    speck = PERSON.copy()
    speck[2:4, 2:4] = 255
    assert not changed(PERSON, [PERSON, speck]).any()
    marked = changed(PERSON, [PERSON, PEERS["a"]])
    assert marked[30, 24]
    assert not marked[:8].any()


def test_a_peers_own_picture_is_nearer_than_the_untouched_photo(network):
    judge = Judge(network, PERSON, list(PEERS.values()))
    untouched = judge.ratio(PERSON)
    assert all(judge.ratio(peer) < untouched for peer in PEERS.values())
    # Nearest of all is the one between the others; it is at no distance from one of the three.
    assert judge.ratio(PEERS["b"]) < 1


def test_the_ratio_of_a_peer_is_what_the_distances_give(network):
    """Of three peers with distances ab, ac, bc: a's is (0 + ab + ac) / (ab + ac + bc)."""
    a, b, c = PEERS.values()
    box = box_around(changed(PERSON, [a, b, c]))
    ratios = []
    for describe, apart in ((network.features, structure_apart), (coarse, colours_apart)):
        of = [describe(peer) for peer in (a, b, c)]
        ab, ac, bc = (apart(of[i], of[j], box) for i, j in ((0, 1), (0, 2), (1, 2)))
        ratios.append((ab + ac) / (ab + ac + bc))
    expected = np.sqrt(ratios[0] * ratios[1])
    assert Judge(network, PERSON, [a, b, c]).ratio(a) == pytest.approx(expected, rel=1e-5)


def test_peers_that_are_all_alike_are_no_measure(network):
    with pytest.raises(TryOnError, match="are the same"):
        Judge(network, PERSON, [PEERS["a"], PEERS["a"]])


def test_the_report_and_the_sheet(tmp_path, weights):
    lines: list[str] = []
    cases = write_cases(tmp_path / "cases", size=(128, 96))
    found = evaluate_strangers(Ours(PEERS["b"]), cases, weights, lines.append)
    assert [row.key for row in found.rows] == ["00_one", "00_two"]
    assert all(row.ours < row.untouched and row.refused is None for row in found.rows)
    assert found.ours == pytest.approx(np.mean([row.ours for row in found.rows]))
    assert found.untouched == pytest.approx(np.mean([row.untouched for row in found.rows]))
    assert found.sheet.shape == (2 * 64, 6 * 48, 3)
    for place, picture in enumerate((PERSON, CLOTH, PEERS["b"], *PEERS.values())):
        assert np.array_equal(found.sheet[:64, 48 * place : 48 * (place + 1)], picture)
    row = found.rows[0]
    assert lines == [
        f"00_one: ours {row.ours:.2f}, untouched photo {row.untouched:.2f}",
        f"00_two: ours {row.ours:.2f}, untouched photo {row.untouched:.2f}",
        f"mean: ours {row.ours:.2f}, untouched photo {row.untouched:.2f}, theirs 1.00",
    ]
    assert found.as_json()["cases"]["00_two"]["refused"] is None
    found.write_sheet(tmp_path / "sheet.png")
    assert np.array_equal(np.array(Image.open(tmp_path / "sheet.png")), found.sheet)


def test_a_refused_case_counts_as_the_untouched_photo(tmp_path, weights):
    lines: list[str] = []
    found = evaluate_strangers(Ours(None), write_cases(tmp_path / "c"), weights, lines.append)
    assert [row.refused for row in found.rows] == ["no_person", "no_person"]
    assert found.ours == found.untouched
    assert lines[0].endswith("(refused: no_person)")


def test_a_tar_and_a_folder_give_the_same_and_weights_lie_beside_them(tmp_path, arrays):
    cases = write_cases(tmp_path / "cases")
    (cases / "notes.txt").write_text("not a picture")
    with tarfile.open(tmp_path / "cases.tar", "w") as archive:
        archive.add(cases, "some/folder")
    np.savez(tmp_path / strangers.WEIGHTS, **arrays)
    first = evaluate_strangers(Ours(PEERS["a"]), cases)
    second = evaluate_strangers(Ours(PEERS["a"]), tmp_path / "cases.tar")
    assert first.rows == second.rows
    assert np.array_equal(first.sheet, second.sheet)


def test_a_case_with_fewer_peers_ends_in_white(tmp_path, weights):
    cases = write_cases(tmp_path / "cases", ["one"], without=("c",))
    write_cases(cases, ["two"])
    sheet = evaluate_strangers(Ours(PERSON), cases, weights).sheet
    assert sheet.shape == (2 * 64, 6 * 48, 3)
    assert (sheet[:64, 5 * 48 :] == 255).all()


def test_keys_that_begin_alike_are_not_mixed(tmp_path):
    cases = write_cases(tmp_path, ["one", "one_more"])
    assert [key for key, _ in read_cases(cases)] == ["00_one", "00_one_more"]
    assert all(set(found) == {"person", "cloth", *PEERS} for _, found in read_cases(cases))


def test_what_is_refused(tmp_path, weights):
    (tmp_path / "none").mkdir()
    (tmp_path / "not.tar").write_bytes(b"not a tar at all" * 100)
    (tmp_path / "not.npz").write_bytes(b"not an npz at all")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    cases = write_cases(tmp_path / "cases")
    damaged = write_cases(tmp_path / "damaged")
    (damaged / "00_one_a.png").write_bytes(b"not a picture")
    asked = {
        (tmp_path / "none", weights): "no cases in none",
        (tmp_path / "not.tar", weights): r"not\.tar is not a tar of cases",
        (tmp_path / "missing.tar", weights): r"no file missing\.tar",
        (write_cases(tmp_path / "bare", without=("cloth",)), weights): "00_one needs a person",
        (write_cases(tmp_path / "lone", without=("a", "b")), weights): "two peers",
        (damaged, weights): r"00_one_a\.png cannot be read",
        (cases, None): strangers.WEIGHTS,
        (cases, tmp_path / "not.npz"): r"not\.npz does not hold",
        (cases, tmp_path / "other.npz"): r"other\.npz does not hold",
    }
    for (folder, path), words in asked.items():
        with pytest.raises(TryOnError, match=words):
            evaluate_strangers(Ours(PERSON), folder, path)
