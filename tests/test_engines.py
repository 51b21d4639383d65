"""Engines: one that paints by rule, its faults, the queue; where it may paint and what stays."""

import pickle
import re
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fake import FakeTryOn
from PIL import Image

from tryon.core.errors import Note, TryOnError
from tryon.core.places import ASSETS
from tryon.core.types import Kind, Part, Photo, Pose
from tryon.engines import registry
from tryon.engines.builtin import Builtin
from tryon.engines.card import Turnstile, is_out_of_memory, turnstile
from tryon.engines.engine import About, Step, StoppedError, ignore, never
from tryon.engines.refine import refine
from tryon.engines.region import engine_region, paste
from tryon.engines.shown import LEAST_SIDE, View, garment_picture
from tryon.page.serving.zero import Lent
from tryon.person.regions import is_part

ROOT = Path(__file__).resolve().parent.parent
NEVER = (Part.FACE, Part.HAIR, Part.LEFT_HAND, Part.RIGHT_HAND)
PAINT = (10, 200, 90)


class Toy:
    """An engine that paints everything in one colour with a little noise; or fails as it is told.

    fault: raised after the first step. seconds: each step takes.
    """

    about = About("toy", "Toy", "none", steps=3)
    device = "cpu"

    def __init__(self, fault=None, why_not=None, seconds=0.0):
        self.fault, self.why_not, self.seconds = fault, why_not, seconds
        self.seen: list[tuple] = []

    def ready(self):
        return self.why_not

    def __call__(
        self, person, garment, prompt, region, *, seed, steps, progress=ignore, stop=never
    ):
        self.seen.append((seed, steps, threading.get_ident()))
        for step in range(steps):
            if stop():
                raise StoppedError
            time.sleep(self.seconds)
            progress(Step("painting", step + 1, steps))
            if self.fault is not None:
                raise self.fault
        noise = np.random.default_rng(seed).integers(-8, 9, person.photo.pixels.shape)
        return Photo(np.clip(np.array(PAINT) + noise, 0, 255).astype(np.uint8))


@pytest.fixture
def own():
    """A try-on of our own way; the photo is noise, so that any change of a pixel shows."""
    photo = np.random.default_rng(1).integers(60, 200, (320, 240, 3), np.uint8)
    return FakeTryOn()(Photo(photo), prompt="red")


def changed(result):
    return (result.photo.pixels != result.person.photo.pixels).any(axis=2)


# --- what an engine's picture is used for ------------------------------------------------------


def test_an_engine_paints_inside_the_region_alone(own):
    done = refine(Toy(), own, seed=5)
    assert done.engine == "toy"
    assert done.photo.size == own.photo.size
    differs = changed(done)
    assert 0.05 < differs.mean() < 0.95
    assert not (differs & ~done.region).any()
    assert not (differs & is_part(done.person.parts, *NEVER)).any()
    core = np.abs(done.photo.pixels[200, 120].astype(int) - PAINT).max()
    assert core <= 8
    assert [note.code for note in done.remarks] == [
        *(note.code for note in own.remarks), "engine_painted"
    ]  # fmt: skip
    assert done.seconds["total"] > own.seconds["total"]
    assert done.composite.photo is done.photo


def test_what_was_said_of_our_own_picture_is_not_said_of_the_engines(own):
    skin = Note("skin_estimated")
    own = replace(
        own,
        remarks=(Note("too_dark"), skin),
        composite=replace(own.composite, notes=(skin,)),
    )
    assert [n.code for n in refine(Toy(), own).remarks] == ["too_dark", "engine_painted"]
    failed = refine(Toy(fault=ValueError("x")), own)
    assert [n.code for n in failed.remarks] == ["too_dark", "skin_estimated", "engine_failed"]


def test_the_seed_decides_and_nothing_is_remembered(own):
    toy = Toy()
    first, again, other = (refine(toy, own, seed=seed).photo.pixels for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert own.engine == "builtin"


def test_steps_are_the_engines_own_unless_somebody_asks(own):
    toy = Toy()
    refine(toy, own)
    refine(toy, own, steps=7)
    assert [steps for _, steps, _ in toy.seen] == [3, 7]


@pytest.mark.parametrize("steps", [0, -1, 2.5])
def test_steps_that_would_paint_noise_are_refused(own, steps):
    with pytest.raises(TryOnError, match="Steps must be 1 or more"):
        refine(Toy(), own, steps=steps)


def test_our_own_way_is_left_as_it_is(own):
    fake = FakeTryOn()
    builtin = Builtin(lambda person, garment: fake(person, garment).photo)
    assert refine(builtin, own) is own
    steps = []
    photo = builtin(own.person, own.garment, own.prompt, own.region, progress=steps.append)
    assert np.array_equal(photo.pixels, own.photo.pixels)
    assert steps == [Step("painting", 1, 1)]


# --- faults: our own picture, and one sentence ---------------------------------------------------


class OutOfMemoryError(RuntimeError):  # torch's has this name
    pass


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), "engine_full"),
        (RuntimeError("CUDA out of memory"), "engine_full"),
        (MemoryError(), "engine_full"),
        (RuntimeError("device-side assert"), "engine_failed"),
        (ValueError("nobody there"), "engine_failed"),
        (
            TryOnError("engine_weights_damaged", engine="Toy", name="toy", why="cut"),
            "engine_weights_damaged",
        ),
        (
            TryOnError("engine_weights_missing", engine="Toy", name="toy"),
            "engine_weights_missing",
        ),
    ],
)
def test_a_fault_leaves_our_own_picture_and_says_why(own, fault, code):
    done = refine(Toy(fault=fault), own)
    assert np.array_equal(done.photo.pixels, own.photo.pixels)
    assert np.array_equal(done.region, own.region)
    assert done.engine == "builtin"
    assert done.remarks[:-1] == own.remarks
    note = done.remarks[-1]
    assert note.code == code
    assert "our own picture" in note.text("en")
    assert note.text("zh") != note.text("en")


def test_an_engine_that_is_not_ready_is_not_called(own):
    toy = Toy(why_not=Note("engine_no_card", {"engine": "Toy", "memory": "6"}))
    done = refine(toy, own)
    assert toy.seen == []
    assert done.notes[-1] == "Toy needs a graphics card with 6 GB, so this is our own picture."


def test_a_stop_leaves_our_own_picture(own):
    steps: list[Step] = []
    done = refine(Toy(), own, progress=steps.append, stop=lambda: len(steps) >= 2)
    assert len(steps) == 2
    assert done.remarks[-1].code == "engine_stopped"
    assert np.array_equal(done.photo.pixels, own.photo.pixels)


def test_the_time_has_an_end(own):
    done = refine(Toy(seconds=0.05), own, steps=100, limit=0.2)
    assert done.remarks[-1].code == "engine_late"
    assert np.array_equal(done.photo.pixels, own.photo.pixels)


def test_a_picture_of_one_colour_is_no_picture(own):
    class Black(Toy):
        def __call__(self, person, *rest, **options):
            return Photo(np.zeros_like(person.photo.pixels))

    done = refine(Black(), own)
    assert done.remarks[-1].code == "engine_failed"
    assert np.array_equal(done.photo.pixels, own.photo.pixels)


def test_a_picture_of_another_size_is_a_fault(own):
    class Small(Toy):
        def __call__(self, *arguments, **options):
            return Photo(np.zeros((8, 8, 3), np.uint8))

    assert refine(Small(), own).remarks[-1].code == "engine_failed"


def test_only_the_cards_memory_counts_as_the_cards_memory():
    assert is_out_of_memory(OutOfMemoryError())
    assert not is_out_of_memory(MemoryError())


# --- the queue -----------------------------------------------------------------------------------


def test_one_job_a_card_in_the_order_they_came():
    stile, order, at_once, most = Turnstile(), [], [], []
    told: dict[int, list[Step]] = {}

    def job(number):
        told[number] = []
        with stile.turn(told[number].append):
            at_once.append(number)
            most.append(len(at_once))
            time.sleep(0.15)
            order.append(number)
            at_once.remove(number)

    threads = []
    for number in range(4):
        threads.append(threading.Thread(target=job, args=(number,)))
        threads[-1].start()
        time.sleep(0.03)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3]
    assert max(most) == 1
    assert told[0] == []
    assert [step.done for step in told[3]] == [3, 2, 1]
    assert told[3][0].seconds is None  # nothing was done yet, so nothing is promised
    assert 0 < told[3][-1].seconds < 0.5
    assert stile.waiting == 0


def test_who_stops_while_waiting_leaves_the_line():
    stile, stopped = Turnstile(), []
    held, free = threading.Event(), threading.Event()

    def holder():
        with stile.turn():
            held.set()
            free.wait(5)

    def waiter():
        try:
            with stile.turn(stop=lambda: True):
                raise AssertionError("it came in")
        except StoppedError:
            stopped.append(True)

    first = threading.Thread(target=holder)
    first.start()
    held.wait(5)
    second = threading.Thread(target=waiter)
    second.start()
    second.join(5)
    assert stopped == [True]
    free.set()
    first.join(5)
    with stile.turn():
        pass


def test_turns_may_nest_in_one_thread_and_a_fault_ends_them():
    stile = Turnstile()
    with pytest.raises(ValueError, match="ours"), stile.turn(), stile.turn():
        raise ValueError("ours")
    with stile.turn():
        assert stile.waiting == 0


def test_a_card_has_one_turnstile():
    assert turnstile("cuda") is turnstile("cuda:0")
    assert turnstile("cuda:1") is not turnstile("cuda:0")


def test_two_visitors_at_once_are_painted_one_after_the_other(own):
    toy, busy, overlaps = Toy(seconds=0.02), [], []

    class Watched(Toy):
        def __call__(self, *arguments, **options):
            busy.append(1)
            overlaps.append(len(busy))
            try:
                return toy(*arguments, **options)
            finally:
                busy.pop()

    engine, results = Watched(), []
    threads = [
        threading.Thread(target=lambda: results.append(refine(engine, own))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.engine for result in results] == ["toy"] * 4
    assert max(overlaps) == 1


# --- the region ----------------------------------------------------------------------------------


@pytest.fixture
def somebody():
    """A person with bare arms beside the body, trousers, shoes, hair, hands and a bag."""
    person = FakeTryOn().analyse(Photo(np.full((400, 300, 3), 120, np.uint8)))
    landmarks, parts = person.landmarks.copy(), np.zeros((400, 300), np.uint8)
    for side, sign in (("LEFT", 1), ("RIGHT", -1)):
        for joint, x, y in (
            ("SHOULDER", 30, 100), ("ELBOW", 60, 150), ("WRIST", 70, 200),
            ("HIP", 22, 210), ("KNEE", 24, 290), ("ANKLE", 24, 360),
        ):  # fmt: skip
            landmarks[Pose[f"{side}_{joint}"]] = 150 + sign * x, y, 0.99
    parts[40:60, 135:165] = Part.HAIR
    parts[60:85, 135:165] = Part.FACE
    parts[85:100, 142:158] = Part.NECK
    parts[100:205, 118:182] = Part.UPPER
    parts[205:350, 118:182] = Part.TROUSERS
    parts[350:372, 118:182] = Part.SHOES
    parts[110:200, 186:222] = Part.LEFT_ARM
    parts[110:200, 78:114] = Part.RIGHT_ARM
    parts[200:215, 205:225] = Part.LEFT_HAND
    parts[200:215, 75:95] = Part.RIGHT_HAND
    parts[150:200, 130:150] = Part.ACCESSORY
    parts[350:380, 190:205] = Part.LEFT_LEG  # a bare foot
    landmarks[Pose.LEFT_HEEL] = 195, 358, 0.99
    landmarks[Pose.LEFT_FOOT] = 199, 372, 0.99
    silhouette = parts > 0
    return replace(
        person, landmarks=landmarks, parts=parts, silhouette=silhouette,
        matte=silhouette.astype(np.uint8) * 255, others=np.zeros((0, 4), np.float32),
        box=np.float32([75, 40, 226, 372]),
    )  # fmt: skip


NOTHING = np.zeros((400, 300), bool)


@pytest.mark.parametrize("kind", list(Kind))
def test_face_hair_hands_what_is_held_and_shoes_cannot_change(somebody, kind):
    region = engine_region(somebody, kind, NOTHING)
    kept = is_part(somebody.parts, *NEVER, Part.ACCESSORY, Part.SHOES)
    assert not (region & kept).any()
    assert not region[358:372, 194:200].any()


@pytest.mark.parametrize(
    ("kind", "changes", "stays"),
    [
        (Kind.UPPER, (Part.UPPER, Part.LEFT_ARM, Part.RIGHT_ARM, Part.NECK), ()),
        (Kind.LOWER, (Part.TROUSERS,), (Part.UPPER, Part.NECK, Part.LEFT_ARM)),
        (Kind.DRESS, (Part.UPPER, Part.TROUSERS, Part.LEFT_ARM, Part.NECK), ()),
    ],
)
def test_what_the_new_garment_needs_can_change(somebody, kind, changes, stays):
    region = engine_region(somebody, kind, NOTHING)
    for part in changes:
        assert region[somebody.parts == part].mean() > 0.9, part.name
    for part in stays:
        assert region[somebody.parts == part].mean() < 0.25, part.name


def test_a_top_leaves_the_legs_and_trousers_the_arms(somebody):
    assert not engine_region(somebody, Kind.UPPER, NOTHING)[240:].any()
    assert not engine_region(somebody, Kind.LOWER, NOTHING)[:150].any()


def test_cloth_may_stand_off_the_body_but_not_over_somebody_else(somebody):
    region = engine_region(somebody, Kind.UPPER, NOTHING)
    background = somebody.parts == 0
    room = np.count_nonzero(region & background)
    assert room
    beside = replace(somebody, others=np.float32([[0, 0, 300, 400]]))
    less = np.count_nonzero(engine_region(beside, Kind.UPPER, NOTHING) & background)
    assert less < room / 3  # the fringe of the old clothes, as in our own pictures


def test_what_our_own_picture_changed_may_change_again(somebody):
    own = NOTHING.copy()
    own[360:366, 120:180] = True  # long trousers over shoes
    region = engine_region(somebody, Kind.LOWER, own)
    assert region[own].all()


def test_the_edge_is_soft_inside_and_hard_towards_what_is_in_front(somebody):
    region = engine_region(somebody, Kind.UPPER, NOTHING)
    painted = Photo(np.full((400, 300, 3), (250, 0, 0), np.uint8))
    photo = paste(somebody, Kind.UPPER, NOTHING, region, painted)
    differs = (photo.pixels != 120).any(axis=2)
    assert not (differs & ~region).any()
    assert tuple(photo.pixels[130, 125]) == (250, 0, 0)
    rim = differs & ~(photo.pixels == (250, 0, 0)).all(axis=2)
    assert rim.any()


def test_a_shift_of_colours_is_taken_back(somebody):
    region = engine_region(somebody, Kind.UPPER, NOTHING)
    shifted = np.full((400, 300, 3), (125, 113, 120), np.uint8)
    shifted[110:180, 121:128] = (105, 93, 100)
    photo = paste(somebody, Kind.UPPER, NOTHING, region, Photo(shifted))
    assert tuple(photo.pixels[130, 124]) == (100, 100, 100)
    # Another picture altogether is no shift of tone.
    other = np.full((400, 300, 3), (20, 200, 20), np.uint8)
    photo = paste(somebody, Kind.UPPER, NOTHING, region, Photo(other))
    assert tuple(photo.pixels[130, 124]) == (20, 200, 20)


# --- what an engine is shown ----------------------------------------------------------------------


@pytest.mark.parametrize(("most", "multiple"), [((864, 576), 1), ((1024, 768), 16)])
@pytest.mark.parametrize("size", [(320, 240), (130, 400), (3000, 2000)])
def test_a_view_fits_and_goes_back_where_it_was(most, multiple, size):
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    smooth = np.dstack([x / size[1], y / size[0], (x + y) / sum(size)]) * 255
    person = FakeTryOn().analyse(Photo(smooth.astype(np.uint8)))
    region = np.zeros(size, bool)
    region[size[0] // 4 : -size[0] // 4, size[1] // 3 : -size[1] // 3] = True
    view = View.around(person, region, most, multiple)
    picture = view.picture(person.photo)
    assert picture.mode == "RGB"
    width, height = picture.size
    assert width <= most[1]
    assert height <= most[0]
    assert width % multiple == height % multiple == 0
    if multiple > 1:
        assert min(width, height) >= LEAST_SIDE
    assert view.mask(region).size == picture.size
    for shown in (picture, picture.resize((width // 2, height // 2), Image.Resampling.LANCZOS)):
        back = view.back(shown, person.photo)
        assert back.size == size
        apart = np.abs(back.pixels[region].astype(int) - person.photo.pixels[region])
        assert apart.mean() < 3


def test_a_garment_is_shown_cut_out_on_white():
    garment = FakeTryOn().describe(Photo(np.full((200, 160, 3), (200, 30, 40), np.uint8)))
    picture = np.asarray(garment_picture(garment, (100, 100)))
    assert max(picture.shape[:2]) <= 100
    assert (picture[0] == 255).all()
    assert (picture[:, 0] == 255).all()
    assert tuple(picture[50, 40]) == (200, 30, 40)


def test_a_tiny_garment_is_shown_large_enough():
    garment = FakeTryOn().describe(Photo(np.full((200, 160, 3), (200, 30, 40), np.uint8)))
    alpha = np.zeros((200, 160), np.uint8)
    alpha[90:110, 70:80] = 255
    garment = replace(garment, alpha=alpha)
    assert min(garment_picture(garment, (100, 100)).size) >= LEAST_SIDE


# --- choosing ------------------------------------------------------------------------------------


def test_a_wrong_name_is_refused_with_the_right_ones():
    with pytest.raises(TryOnError, match="builtin, fashn, klein") as error:
        registry.load("catvton", "cpu")
    assert error.value.code == "bad_argument"


def test_auto_is_ours_without_a_card():
    assert registry.load("auto", "cpu") is None
    assert registry.load("builtin", "cpu") is None


@pytest.mark.parametrize(
    ("memory", "reason", "fetch", "name"),
    [
        (4, None, "", "builtin"),
        (8, None, "", "fashn"),
        (8, "engine_weights_missing", "", "builtin"),
        (8, "engine_weights_missing", "1", "fashn"),
        (8, "engine_not_installed", "1", "builtin"),
    ],
)
def test_auto_takes_fashn_on_a_card_with_weights(monkeypatch, memory, reason, fetch, name):
    params = {"engine": "x", "name": "x", "package": "x"}
    toy = Toy(why_not=reason and Note(reason, params))
    monkeypatch.setitem(registry._makers, "fashn", (registry.FASHN, lambda device: toy))
    monkeypatch.setattr(registry, "card_memory", lambda: memory)
    monkeypatch.setenv(registry.MAY_FETCH, fetch)
    assert registry.best("cuda") == name


def test_one_of_your_own(monkeypatch):
    monkeypatch.setattr(registry, "_makers", dict(registry._makers))
    registry.register(Toy.about, lambda device: Toy())
    assert isinstance(registry.load("toy", "cpu"), Toy)
    assert "toy" in {about.name for about in registry.engines()}
    with pytest.raises(ValueError, match="already"):
        registry.register(Toy.about, lambda device: Toy())


def test_the_engine_of_the_docs_is_one(own, monkeypatch):
    """The example of docs/engines.md, word for word, with a painter of ours in place of a model."""
    monkeypatch.setattr(registry, "_makers", dict(registry._makers))
    text = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
    code = re.search(r"<!-- engine -->\n```python\n(.*?)```", text, re.S)[1]
    assert len(code.splitlines()) <= 60
    names: dict = {}
    exec(code, names)
    seen = []

    def pipeline(**options):
        seen.append(options)
        width, height = options["image"].size
        for number in range(options["num_inference_steps"]):
            options["callback_on_step_end"](None, number, None, {})
        noise = np.random.default_rng(options["generator"].initial_seed())
        pixels = noise.integers(0, 256, (height, width, 3), np.uint8)
        return SimpleNamespace(images=[Image.fromarray(pixels)])

    mine = registry.load("mine", "cpu")
    assert refine(mine, own).remarks[-1].code == "engine_no_card"
    monkeypatch.setattr(names["Mine"], "ready", lambda self: None)
    monkeypatch.setattr(names["Mine"], "load", lambda self: pipeline)
    told: list[Step] = []
    done = refine(mine, own, seed=-1, steps=4, progress=told.append)
    assert done.engine == "mine"
    assert not (changed(done) & ~done.region).any()
    assert [step.what for step in told] == ["loading"] + ["painting"] * 4
    assert seen[0]["mask_image"].size == seen[0]["image"].size
    stopped = refine(mine, own, stop=lambda: len(told) > 4)
    assert stopped.remarks[-1].code == "engine_stopped"


class Movable(Toy):
    """Loaded in one place, painting in another."""

    def __init__(self):
        super().__init__()
        self.device, self.went = "cpu", []

    def load(self):
        self.went.append("loaded")

    def move(self, device):
        self.went.append(device)


def across(task):
    """As a card that is lent: what goes in and comes out goes through another process."""

    def call(*arguments):
        return pickle.loads(pickle.dumps(task(*pickle.loads(pickle.dumps(arguments)))))

    return call


def test_an_engine_paints_on_a_card_that_is_lent(own):
    inner, told = Movable(), []
    lent = Lent(inner, across, card="cuda")
    done = refine(lent, own, seed=5, progress=told.append)
    assert done.engine == "toy"
    assert inner.went == ["loaded", "cuda"]
    assert np.array_equal(done.photo.pixels, refine(Toy(), own, seed=5).photo.pixels)
    assert [step.what for step in told] == ["loading", "painting"]
    stopped = refine(lent, own, stop=lambda: len(inner.went) > 2)
    assert stopped.remarks[-1].code == "engine_stopped"
    assert inner.went[2:] == ["loaded"]  # the card was not asked for


@pytest.mark.parametrize("name", ["fashn", "klein"])
def test_an_engine_without_card_says_so(name):
    note = registry.load(name, "cpu").ready()
    assert note.code == "engine_no_card"
    assert "our own picture" in note.text()


def test_nothing_heavy_is_imported_before_an_engine_is_used():
    code = (
        "import sys, tryon.engines.refine, tryon.engines.registry, tryon.engines.fetch;"
        "from tryon.engines import registry;"
        "[registry.load(name, 'cpu').ready() for name in ('fashn', 'klein')];"
        "heavy = {'diffusers', 'transformers', 'onnxruntime', 'fashn_vton', 'huggingface_hub'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    options = {"capture_output": True, "text": True, "cwd": ROOT, "check": True}
    answer = subprocess.run([sys.executable, "-c", code], **options)
    assert answer.stdout.strip() == "[]"


@pytest.mark.slow
def test_the_fitting_room_with_an_engine(monkeypatch):
    """`TryOn.load(engine=…)`: our own picture at once, the engine's after it, both promises."""
    from tryon import TryOn

    monkeypatch.setattr(registry, "_makers", dict(registry._makers))
    toy = Toy()
    registry.register(Toy.about, lambda device: toy)
    tryon = TryOn.load("cpu", engine="toy")
    person = tryon.analyse(sorted((ASSETS / "people").glob("*.*"))[0])
    garment = tryon.gallery.garment(tryon.gallery.items[0])
    preview = tryon(person, garment, preview=True)
    assert preview.engine == "builtin"
    assert toy.seen == []
    done = tryon(person, garment, seed=9)
    assert done.engine == "toy"
    assert toy.seen[0][0] == 9
    differs = changed(done)
    assert not (differs & ~done.region).any()
    assert not (differs & is_part(done.person.parts, *NEVER)).any()
    assert (preview.region <= done.region).all()


def test_an_outfit_is_painted_piece_by_piece_or_stays_ours(own):
    """Each piece over what the engine made of those before it; if one fails, all of it is ours."""
    fake = FakeTryOn()
    over = fake(own.photo, prompt="red")
    pieces = (own, over)
    whole = replace(over, person=own.person, pieces=pieces, seconds={"total": 1.0})
    toy = Toy()
    done = refine(toy, whole, seed=2)
    assert done.engine == "toy"
    assert len(toy.seen) == 2
    assert [piece.engine for piece in done.pieces] == ["toy", "toy"]
    second = done.pieces[1].person.photo.pixels
    assert np.array_equal(second, done.pieces[0].photo.pixels)
    assert not (changed(done) & ~done.region).any()
    assert not (changed(done) & is_part(done.person.parts, *NEVER)).any()
    assert done.seconds["total"] > 1.0

    class Second(Toy):
        def __call__(self, *arguments, **options):
            photo = super().__call__(*arguments, **options)
            if len(self.seen) == 2:
                raise ValueError("the second one")
            return photo

    failed = refine(Second(), whole)
    assert failed.photo is whole.photo
    assert [note.code for note in failed.remarks][-1] == "engine_failed"


@pytest.mark.slow
def test_a_real_outfit_with_an_engine(monkeypatch):
    from tryon import TryOn

    monkeypatch.setattr(registry, "_makers", dict(registry._makers))
    toy = Toy()
    registry.register(Toy.about, lambda device: toy)
    tryon = TryOn.load("cpu", engine="toy")
    person = tryon.analyse(sorted((ASSETS / "people").glob("*.*"))[0])
    done = tryon.outfit(person, [], "red t-shirt and blue jeans", seed=4)
    assert done.engine == "toy"
    assert [seed for seed, _, _ in toy.seen] == [4, 4]  # once for each piece, not once more
    assert not (changed(done) & ~done.region).any()
    assert not (changed(done) & is_part(done.person.parts, *NEVER)).any()
