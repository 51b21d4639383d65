"""The page: widgets, clicks, friendly errors. No vision code.

Notable here:
- `build_demo` lays out the page and wires it; what a click does is in `tryon/page/room.py` and
  `lab.py`, the named endpoints are in `api.py`, texts and look in `look/`, limits in `serving/`.
- nothing is loaded on import. `main` opens the page first and loads the models while the visitor
  looks at it; whoever is faster than that waits a moment.
- no analytics, no run history in the browser, no font or script from elsewhere.
"""

import importlib
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import gradio as gr

from tryon.core.errors import TryOnError
from tryon.page import waiting
from tryon.page.api import LONGEST_PROMPT, Endpoints
from tryon.page.ask import Asker, lay_out_ask, wire_ask
from tryon.page.lab import Lab, lay_out_lab, wire_lab
from tryon.page.look import fragments, stock, theme
from tryon.page.look.texts import t, translations
from tryon.page.look.theme import Boutique
from tryon.page.look.widgets import html, picture_file
from tryon.page.room import Room
from tryon.page.serving import health, machine
from tryon.page.serving.privacy import Retention, own_folder
from tryon.page.serving.server import FittingRoom

log = logging.getLogger("tryon.page")

UPLOAD_LIMIT = "10mb"
QUEUE_LENGTH = 40  # requests that may wait; the next one is told to come back later
RETENTION = Retention()
FINISH_SECONDS = 8  # for requests that are being answered when the page is told to stop
SESSIONS = 64  # remembered at once; each holds one analysed photo, some 20 MB
# All that looks at pictures waits in one queue, so memory stays that of a few requests.
IN_TURN = {"concurrency_id": "fitting", "concurrency_limit": machine.try_ons_at_once()}
KINDS = ("auto", "upper", "lower", "dress")


def build_demo(
    tryon: Any,
    gallery: Any = None,
    *,
    retention: Retention = RETENTION,
    folder: Path | None = None,
) -> gr.Blocks:
    """The page for a `TryOn`; `demo.launch()` opens it.

    gallery: the garments to offer; None for the `TryOn`'s own. retention: how long what is kept.
    folder: of temporary files, if it is the page's alone, see `privacy.own_folder`.
    """
    gallery = gallery if gallery is not None else tryon.gallery
    people, garments = stock.sample_people(), stock.wardrobe(gallery)
    demo = FittingRoom(
        title="Tryon",
        retention=retention,
        folder=folder,
        defaults={
            "theme": Boutique(),
            "i18n": translations(),
            "head": waiting.HEAD,
            "max_file_size": UPLOAD_LIMIT,
            "footer_links": ["api"],
            "run_history": False,
            "enable_monitoring": False,
            "share": False,
            "pwa": True,  # can be put on a phone's home screen
            "favicon_path": str(theme.ICON),
            "ssr_mode": False,
            "state_session_capacity": SESSIONS,
        },
    )
    demo.add_routes(*stock.routes((*people, *garments)), *health.routes(demo, tryon))
    tray = demo.tray
    with demo:
        html(fragments.header(), elem_id="header")
        w = SimpleNamespace(
            subject=remembered(None),
            choice=remembered(None),
            picked=remembered(""),
            which=remembered(""),
            worn=remembered(None),
            history=remembered([]),
        )
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab(t("tab_room"), elem_id="tab-room"), gr.Row(elem_id="room"):
                with gr.Column(scale=6, min_width=320, elem_id="choose"):
                    lay_out_photo(w, people)
                    lay_out_garment(w, garments)
                with gr.Column(scale=5, min_width=320, elem_id="mirror"):
                    lay_out_mirror(w)
                    lay_out_words(w)
                    lay_out_details(w)
            with gr.Tab(t("tab_lab"), elem_id="tab-lab"):
                lay_out_lab(w)
        html(fragments.privacy(), elem_id="privacy")

        wire_room(w, Room(tryon, gallery, people, w, tray))
        wire_ask(w, Asker(w))
        wire_lab(w, Lab(tryon, w, tray), IN_TURN)
        add_endpoints(Endpoints(tryon, tray))
    # What is queued cannot be asked for past the queue.
    demo.queue(max_size=QUEUE_LENGTH, default_concurrency_limit=4, api_open=False)
    return demo


def remembered(value: Any) -> gr.State:
    """Something known for one browser tab, forgotten after a while."""
    return gr.State(value, time_to_live=RETENTION.longest)


# --- layout --------------------------------------------------------------------------------------


def lay_out_photo(w: SimpleNamespace, people: tuple[stock.Item, ...]) -> None:
    with gr.Column(elem_id="photo-section", elem_classes="section"):
        html(fragments.heading(1, "step_photo"))
        with gr.Row(elem_id="photo-row"):
            with gr.Column(scale=4, min_width=230, elem_id="photo-column"):
                w.photo = picture_file(
                    label=t("photo"),
                    show_label=False,
                    placeholder=t("photo_drop"),
                    height=340,
                    elem_id="photo",
                )
            with gr.Column(scale=5, min_width=260, elem_id="people-column"):
                html(fragments.tip("photo_tip"))
                html(fragments.tip("photo_private"))
                w.people = html(
                    fragments.people_shelf(people),
                    elem_id="people",
                )
        w.photo_message = html("", elem_id="photo-message")
        w.who = html("", elem_id="who")


def lay_out_garment(w: SimpleNamespace, garments: tuple[stock.Item, ...]) -> None:
    with gr.Column(elem_id="garment-section", elem_classes="section"):
        html(fragments.heading(2, "step_garment"))
        with gr.Tabs(elem_id="garment-tabs"):
            with gr.Tab(t("tab_wardrobe"), elem_id="tab-wardrobe"):
                w.wardrobe = html(
                    fragments.wardrobe_shelf(garments),
                    elem_id="wardrobe",
                )
            with gr.Tab(t("tab_own"), elem_id="tab-own"), gr.Row():
                with gr.Column(scale=4, min_width=230):
                    w.own = picture_file(
                        label=t("own"),
                        show_label=False,
                        placeholder=t("own_drop"),
                        height=320,
                        elem_id="own",
                    )
                with gr.Column(scale=5, min_width=260):
                    html(fragments.tip("own_tip"))
                    w.kind = gr.Radio(
                        [(t(f"kind_{kind}"), kind) for kind in KINDS],
                        value="auto",
                        label=t("kind"),
                        elem_id="kind",
                    )
                    w.own_message = html("", elem_id="own-message")
        with gr.Accordion(t("about"), open=False, elem_id="about-box"):
            w.about = html(fragments.about_nothing(), elem_id="about")


def lay_out_mirror(w: SimpleNamespace) -> None:
    with gr.Column(elem_id="mirror-section", elem_classes="section"):
        w.result_message = html("", elem_id="result-message")
        with gr.Column(elem_id="empty-mirror") as w.empty:
            html(fragments.empty_mirror())
        with gr.Column(visible=False, elem_id="stage") as w.stage:
            with gr.Tabs(elem_id="stage-tabs"):
                with gr.Tab(t("tab_side"), elem_id="tab-side"), gr.Row(elem_id="side-by-side"):
                    w.before, w.after = (
                        gr.Image(
                            label=t(name),
                            type="filepath",
                            interactive=False,
                            buttons=["fullscreen"],
                            min_width=120,
                            elem_id=name,
                        )
                        for name in ("before", "after")
                    )
                with gr.Tab(t("tab_slider"), elem_id="tab-slider"):
                    w.slider = gr.ImageSlider(
                        label=t("slider"),
                        show_label=False,
                        type="filepath",
                        interactive=False,
                        buttons=["fullscreen"],
                        max_height=520,
                        elem_id="slider",
                    )
            with gr.Row(elem_id="outcome"):
                w.verdict = html("", elem_id="verdict")
                w.download = gr.DownloadButton(
                    t("download"), interactive=False, scale=0, min_width=150, elem_id="download"
                )
            w.notes = html("", elem_id="notes")
            lay_out_ask(w)


def lay_out_words(w: SimpleNamespace) -> None:
    with gr.Column(elem_id="words-section", elem_classes="section"):
        html(fragments.heading(3, "step_words"))
        with gr.Row(elem_id="words-row"):
            w.words = gr.Textbox(
                label=t("words"),
                placeholder=t("words_hint"),
                lines=1,
                max_lines=3,
                max_length=LONGEST_PROMPT,
                scale=1,
                elem_id="words",
            )
            w.button = gr.Button(
                t("try_on"), variant="primary", size="lg", scale=0, min_width=130, elem_id="try-on"
            )
        w.understood = html("", elem_id="understood")
        w.examples = html(fragments.example_prompts(), elem_id="examples")


def lay_out_details(w: SimpleNamespace) -> None:
    with gr.Column(visible=False, elem_id="details", elem_classes="section") as w.details:
        with gr.Column(visible=False, elem_id="history-box") as w.history_box:
            w.history_gallery = gr.Gallery(
                label=t("history"),
                object_fit="cover",
                allow_preview=False,
                interactive=False,
                buttons=[],
                elem_id="history",
            )
        with gr.Accordion(t("how"), open=False, elem_id="how"):
            w.how_gallery = gr.Gallery(
                label=t("how"),
                show_label=False,
                columns=3,
                object_fit="contain",
                interactive=False,
                buttons=["fullscreen"],
                elem_id="how-gallery",
            )
            w.how_steps = html("", elem_id="how-steps")


# --- wiring --------------------------------------------------------------------------------------


def wire_room(w: SimpleNamespace, room: Room) -> None:
    asked = [w.subject, w.choice, w.words, w.history]
    result = [
        w.subject, w.photo, w.result_message, w.stage, w.empty, w.before, w.after, w.slider,
        w.verdict, w.notes, w.details, w.download, w.history, w.history_gallery, w.history_box,
        w.how_gallery, w.how_steps, w.worn,
    ]  # fmt: skip
    photo = [*result, w.photo_message, w.who, w.lab_photo]
    garment = [*result, w.choice, w.own, w.own_message, w.about]
    private = {"api_visibility": "private", "show_progress": "hidden"}

    def fitting(place: gr.HTML) -> dict[str, Any]:
        """Options of an event that may have to wait; the place in the queue is shown there."""
        return {
            **IN_TURN, "api_visibility": "private", "trigger_mode": "always_last",
            "show_progress": "minimal", "show_progress_on": [place],
        }  # fmt: skip

    w.people.select(room.on_borrow, None, w.photo, queue=False, **private)
    w.photo.change(room.on_photo, [w.photo, *asked], photo, **fitting(w.photo_message))
    # What was picked is kept first: an event that has to wait for an earlier one loses its data.
    picking = {"queue": False, "trigger_mode": "multiple", **private}
    w.who.select(room.on_pick, None, w.which, **picking).then(
        room.on_which, [w.which, *asked], photo, **fitting(w.photo_message)
    )
    w.wardrobe.select(room.on_pick, None, w.picked, **picking).then(
        room.on_garment,
        [w.picked, w.photo, w.subject, w.words, w.history],
        garment,
        **fitting(w.result_message),
    )
    w.own.input(None, js=fragments.UNCHECK_WARDROBE)
    gr.on(
        [w.own.change, w.kind.input],
        room.on_own,
        [w.own, w.kind, w.photo, *asked],
        garment,
        **fitting(w.result_message),
    )
    w.words.change(
        room.on_words, w.words, w.understood, trigger_mode="always_last", queue=False, **private
    )
    w.examples.select(room.on_example, None, w.words, queue=False, **private)
    gr.on(
        [w.button.click, w.words.submit],
        room.on_try,
        [w.photo, *asked],
        result,
        **(fitting(w.result_message) | {"trigger_mode": "once"}),
    ).then(None, js=fragments.SHOW_RESULT)
    w.verdict.change(None, js=fragments.SHOW_RESULT)
    for place in (w.photo_message, w.own_message, w.result_message):
        place.change(None, js=fragments.show_message(place.elem_id))
    w.history_gallery.select(room.on_history, w.history, result, queue=False, **private)


def add_endpoints(endpoints: Endpoints) -> None:
    """The named endpoints: widgets that are never shown, so that clients see the right types."""
    with gr.Column(visible=False):
        person, garment = picture_file(label="person"), picture_file(label="garment")
        prompt, prompts = gr.Textbox("", label="prompt"), gr.Textbox(label="prompts", lines=3)
        kind = gr.Textbox("auto", label="kind: auto, upper, lower or dress")
        picture, answer = gr.Image(label="result", format="png"), gr.JSON(label="report")
        pictures, table = gr.Gallery(label="results"), gr.JSON(label="table")
        archive = gr.File(label="pictures and table")
    for name, function, inputs, outputs, limits in (
        ("try_on", endpoints.try_on, [person, garment, prompt, kind], [picture, answer],
         IN_TURN),
        ("describe", endpoints.describe, [garment, kind], answer, IN_TURN),
        ("understand", endpoints.understand, prompt, answer, {}),
        ("prompt_lab", endpoints.prompt_lab, [person, prompts, garment, kind],
         [pictures, table, archive], IN_TURN),
    ):  # fmt: skip
        gr.Button(visible=False).click(function, inputs, outputs, api_name=name, **limits)


# --- start ---------------------------------------------------------------------------------------


class Later:
    """A `TryOn` that is still being loaded. Whoever uses it waits until it is there.

    warm_up: called with it afterwards, unless somebody is using it by then: their own try-on
        warms it up, and they need not wait for another one.
    """

    def __init__(
        self, load: Callable[[], Any], warm_up: Callable[[Any], None] = lambda tryon: None
    ) -> None:
        self._load = load
        self._warm_up = warm_up
        self._loaded: Any = None
        self._error: Exception | None = None
        self._there = Event()
        self._asked = False
        self._thread = Thread(target=self._run, name="load models", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def state(self) -> str:
        """ "loading", "ready" or "failed"."""
        if self._error is not None:
            return "failed"
        return "loading" if self._loaded is None else "ready"

    def wait(self) -> Any:
        """The loaded `TryOn`. Raises what loading raised."""
        self._there.wait()
        if self._error is not None:
            raise self._error
        return self._loaded

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self._asked = True
        return self.wait()(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        self._asked = True
        return getattr(self.wait(), name)

    def _run(self) -> None:
        try:
            self._loaded = self._load()
        except Exception as error:
            self._error = error
        self._there.set()
        if self._loaded is not None and not self._asked:
            self._warm_up(self._loaded)


def load() -> Any:
    """Load the models, for the best device that is there all the time."""
    device = "cpu" if on_zero_gpu() else None
    return importlib.import_module("tryon.fallback").load(device)


def on_zero_gpu() -> bool:
    """Whether this is a Space of Hugging Face's that is lent a graphics card call by call."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


def join_zero_gpu() -> None:
    """Let such a Space start: it must have a function that is marked for the card.

    A try-on takes about as long as being lent the card would, so try-ons stay on the processor
    there, and no visitor's quota is used.
    """
    if on_zero_gpu():
        importlib.import_module("spaces").GPU(lent_card)


def lent_card() -> str:
    """The name of the card."""
    return importlib.import_module("torch").cuda.get_device_name()


def warm_up(tryon: Any) -> None:
    """Try something on, so that the first visitor does not wait for what only happens once."""
    people, garments = stock.sample_people(), tryon.gallery.items
    if people and garments:
        try:
            tryon(people[0].path, tryon.gallery.garment(garments[0]))
        except TryOnError as error:
            log.warning("the warm-up try-on failed: %s", error)


def main() -> int:
    """Open the page while the models load. The exit status: 0, or 2 if they cannot be loaded."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # Gradio's calls to itself
    # Ended like this by a container, the page answers who is being served and deletes all files.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    join_zero_gpu()
    machine.share_cores()
    machine.share_heaps()
    tryon = Later(load, warm_up)
    tryon.start()
    gallery = importlib.import_module("tryon.garment.gallery").Gallery.load()
    try:
        with own_folder() as folder:
            return serve(build_demo(tryon, gallery, folder=folder), tryon)
    except TryOnError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def serve(demo: FittingRoom, tryon: Later) -> int:
    """Until told to stop. Raises TryOnError if the models cannot be loaded."""
    try:
        demo.launch(prevent_thread_lock=True, quiet=True)
        log.info("page open at %s", demo.local_url)
        tryon.wait()
        log.info("models loaded")
        Event().wait()
    except KeyboardInterrupt:
        log.info("stopping")
        demo.finish(FINISH_SECONDS)
    finally:
        demo.close(verbose=False)
        demo.visits.clear()
    return 0


if __name__ == "__main__":
    sys.exit(main())
