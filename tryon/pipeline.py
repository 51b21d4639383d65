"""Photo, garment picture or words -> Result: `TryOn`, the steps in order, timed.

Notable here:
- nothing is remembered between calls: one `TryOn` may serve many visitors at once.
- every input may be given raw (path, bytes, array, PIL image) or already analysed (`Person`,
  `Garment`), so a page or a batch analyses a photo once and tries on many garments.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tryon.compose.composite import compose
from tryon.compose.dressed import compose_dressed
from tryon.core.errors import Note, TryOnError
from tryon.core.image import PhotoSource, read_photo
from tryon.core.types import Draft, Garment, Kind, Person, Prompt, Result
from tryon.design.choose import choose, names_another
from tryon.design.designer import design
from tryon.engines import registry
from tryon.engines.builtin import Builtin, Previews
from tryon.engines.engine import Engine, Progress, Stop, ignore, never
from tryon.engines.refine import LIMIT, refine
from tryon.fusion.dressing import Dresser
from tryon.fusion.geometry.draft import geometric_draft
from tryon.fusion.network import LearnedFusion
from tryon.garment.analyser import GarmentAnalyser
from tryon.garment.gallery import Gallery
from tryon.outfit import dress
from tryon.person.analyser import BodyAnalyser
from tryon.steps import timed
from tryon.words import grammar
from tryon.words.ask import Answer, ask
from tryon.words.prompt import Reader, understand
from tryon.words.wording import WordReader

log = logging.getLogger(__name__)

# How a person is dressed: by outline landmarks alone, corrected by the fusion network, or, where it
# knows such a garment, by the dressing network.
METHODS = ("geometric", "learned", "dressed")
METHOD = "dressed"

DOUBTFUL = 0.35  # confidence: below it the visitor is asked to look at the result with care


class TryOn:
    """A fitting room that is ready: all models loaded.

    >>> tryon = TryOn.load()
    >>> result = tryon("me.jpg", "jacket.png", "in dark green")
    """

    def __init__(
        self,
        body: BodyAnalyser,
        garments: GarmentAnalyser,
        gallery: Gallery,
        reader: Reader = grammar.read,
        fusion: LearnedFusion | None = None,
        dresser: Dresser | None = None,
        engine: Engine | None = None,
    ) -> None:
        """reader: of the words, by default the rules alone. fusion: corrects the geometric draft,
        None = the draft stays as it is. dresser: dresses in what it knows, None = nothing. engine:
        paints what is finished here again, None = nobody does."""
        own = Builtin(lambda person, garment: self(person, garment, preview=True).photo)
        self.engine: Engine = engine or own
        self.dresser = dresser
        self.reader = reader
        self.fusion = fusion
        self.body = body
        self.garments = garments
        self.gallery = gallery

    @classmethod
    def load(
        cls, device: str | None = None, method: str = METHOD, engine: str = "builtin"
    ) -> "TryOn":
        """Load the models from weights/ and the gallery's index from assets/.

        device: "cpu", "cuda" or None for the best there is. method: how a garment is laid on a
        body, one of `METHODS`. engine: "builtin", or who paints the picture on a graphics card:
        "fashn", "klein", "auto" (`tryon/engines`); it is loaded when it is first used, and where it
        cannot be, the result says so and is our own.
        Raises TryOnError: `device_unavailable`, `weights_missing`, `weights_damaged`,
        `bad_argument` for another method or engine.
        """
        if method not in METHODS:
            what = f'There is no method "{method}"; use {", ".join(METHODS)}.'
            raise TryOnError("bad_argument", what=what)
        device = resolve_device(device)
        painter = registry.load(engine, device)  # a wrong name is told before models are loaded
        body = BodyAnalyser.load(device)
        garments = GarmentAnalyser.load(body, device)
        fusion = None if method == "geometric" else LearnedFusion.load(device)
        dresser = Dresser.load(device) if method == "dressed" else None
        return cls(body, garments, Gallery.load(), WordReader.load(), fusion, dresser, painter)

    def __call__(
        self,
        person: PhotoSource | Person,
        garment: PhotoSource | Garment | None = None,
        prompt: str = "",
        *,
        kind: str | Kind | None = None,
        seed: int = 0,
        which: int = 0,
        preview: bool = False,
    ) -> Result:
        """Put a garment on a person.

        person, garment: a `Photo`, a path, bytes, a PIL image, an RGB uint8 array (H, W, 3), or
            what `analyse` / `describe` returned. prompt: words, English or Chinese.
        kind: "upper", "lower", "dress" or None to find out. seed: of the patterns that words ask
            for, and of an engine. which: the person to dress if several are found, 0 = the largest.
        preview: our own picture at once, also where an engine was chosen; see `refine`.
        At least one of garment and prompt is needed.

        Raises TryOnError, see `.code`.
        """
        kind = parse_kind(kind)
        words = prompt.strip() if isinstance(prompt, str) else ""
        if garment is None and not words:
            raise TryOnError("empty_request")
        seconds: dict[str, float] = {}
        started = time.perf_counter()

        with timed(seconds, "words"):
            understood = understand(words, self.reader)
        with timed(seconds, "person"):
            wearer = self.analyse(person, which)
        with timed(seconds, "garment"):
            if garment is None:
                cloth = choose(understood, self.gallery, kind=kind, seed=seed)
            else:
                cloth = self.describe(garment, kind)
                if kind is None and names_another(understood, cloth):
                    garment, cloth = None, choose(understood, self.gallery, seed=seed)
                    cloth = replace(cloth, notes=(Note("another_named"), *cloth.notes))
        with timed(seconds, "design"):
            if garment is not None and not understood.empty:
                cloth = design(cloth, understood, seed=seed, gallery=self.gallery)
        dressed = None
        with timed(seconds, "fusion"):
            if self.dresser is not None and self.dresser.knows(wearer, cloth):
                dressed = self.dresser(wearer, cloth)
                draft = dressed.draft
            else:
                draft = geometric_draft(wearer, cloth)
                if self.fusion is not None:
                    draft = self.fusion(wearer, cloth, draft, understood.attributes)
        with timed(seconds, "compose"):
            if dressed is not None:
                composite = compose_dressed(wearer, cloth, dressed)
            else:
                composite = compose(wearer, cloth, draft, cloth.kind)
        seconds["total"] = time.perf_counter() - started

        confidence = overall_confidence(wearer, cloth, draft)
        remarks = gather_remarks(wearer, cloth, understood, draft, composite.notes, confidence)
        log.info("try-on %s in %.3f s, confidence %.2f", cloth.kind, seconds["total"], confidence)
        result = Result(
            photo=composite.photo,
            region=composite.region,
            confidence=confidence,
            remarks=remarks,
            seconds=seconds,
            person=wearer,
            garment=cloth,
            prompt=understood,
            draft=draft,
            composite=composite,
        )
        return result if preview else self.refine(result, seed=seed)

    def refine(
        self,
        result: Result,
        *,
        seed: int = 0,
        steps: int | None = None,
        progress: Progress = ignore,
        stop: Stop = never,
        limit: float = LIMIT,
    ) -> Result:
        """A finished try-on, painted again by the engine that was chosen; see `engines/refine.py`.

        seed: another one gives another picture. stop: asked before each step, True = stop.
        Where the engine cannot do it, the result stays and a remark says why.
        """
        return refine(
            self.engine, result,
            seed=seed, steps=steps, progress=progress, stop=stop, limit=limit,
        )  # fmt: skip

    def outfit(
        self,
        person: PhotoSource | Person,
        garments: Sequence[PhotoSource | Garment],
        prompt: str = "",
        *,
        seed: int = 0,
        which: int = 0,
    ) -> Result:
        """Put several garments on a person, in the order they lie over each other.

        garments: as for one, at most four; none if the words name them ("red t-shirt and blue
            jeans"). prompt: words that change them, ask for further ones, say "tucked in".
        The result's `pieces` are those of each garment. Raises TryOnError, see `.code`.
        """
        result = dress(Previews(self), person, garments, prompt, seed=seed, which=which)
        return self.refine(result, seed=seed)

    def analyse(self, person: PhotoSource | Person, which: int = 0) -> Person:
        """Find the body in a photo. Raises TryOnError (`no_person`, `unreadable_image`, …)."""
        return person if isinstance(person, Person) else self.body(read_photo(person), which)

    def describe(self, garment: PhotoSource | Garment, kind: str | Kind | None = None) -> Garment:
        """Cut a garment out of its picture; find its kind, outline landmarks and attributes.

        Raises TryOnError (`no_garment`, `unreadable_image`, …).
        """
        if isinstance(garment, Garment):
            return garment
        return self.garments(read_photo(garment), parse_kind(kind))

    def ask(self, garment: PhotoSource | Garment, question: str = "") -> Answer:
        """Answer a question about a garment, English or Chinese; "" = describe it.

        Raises TryOnError (`no_garment`, `unreadable_image`, …).
        """
        return ask(self.describe(garment), question)

    def understand(self, text: str) -> Prompt:
        """What a text says about a garment; words that change nothing are in `.ignored`."""
        return understand(text, self.reader)


def resolve_device(device: str | None) -> str:
    """ "cpu" or "cuda". Raises TryOnError("device_unavailable") for what is not there."""
    if device == "cpu":
        return "cpu"
    if device not in (None, "cuda"):
        raise TryOnError("device_unavailable", device=device)
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if device == "cuda":
        raise TryOnError("device_unavailable", device=device)
    return "cpu"


def parse_kind(kind: str | Kind | None) -> Kind | None:
    """None stays None. Raises TryOnError("unknown_kind") for a word that is no kind."""
    if kind is None:
        return None
    try:
        return Kind(kind)
    except ValueError:
        raise TryOnError("unknown_kind", kind=str(kind)[:40]) from None


def overall_confidence(person: Person, garment: Garment, draft: Draft) -> float:
    """0..1: the result is as sure as its parts together, so a weak part pulls it down."""
    return float(np.clip(person.confidence * garment.confidence * draft.confidence, 0.0, 1.0))


def gather_remarks(
    person: Person,
    garment: Garment,
    prompt: Prompt,
    draft: Draft,
    composed: tuple[Note, ...],
    confidence: float,
) -> tuple[Note, ...]:
    """All steps' notes in the order of the flow, each once."""
    notes = [*person.notes, *garment.notes, *prompt.notes, *draft.notes, *composed]
    if confidence < DOUBTFUL:
        notes.append(Note("low_confidence"))
    unique: list[Note] = []
    for note in notes:
        if note not in unique:
            unique.append(note)
    return tuple(unique)
