"""A `TryOn` -> the page: laid out, wired, with its endpoints. Nothing is loaded or opened here.

Notable here: no analytics, no run history in the browser, no font or script from elsewhere.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import gradio as gr

from tryon.engines.builtin import Previews
from tryon.engines.engine import BUILTIN, About
from tryon.page.api import Endpoints, add_endpoints
from tryon.page.ask import wire_ask
from tryon.page.lab import Lab, wire_lab
from tryon.page.layout import Widgets, lay_out
from tryon.page.look import fragments, limits, screen_reader, stock, theme, waiting
from tryon.page.look.texts import translations
from tryon.page.look.theme import Boutique
from tryon.page.painting.painter import Painter, Paints, add_paint_endpoint, wire_painting
from tryon.page.room import Room
from tryon.page.serving import health, machine
from tryon.page.serving.privacy import Retention
from tryon.page.serving.server import FittingRoom
from tryon.page.tryon_like import TryOnLike
from tryon.page.visit import of_visit

if TYPE_CHECKING:
    from tryon.garment.gallery import Gallery

QUEUE_LENGTH = 40  # requests that may wait; the next one is asked to come back later
OTHERS_AT_ONCE = 4  # of the events that look at no picture
RETENTION = Retention()
SESSIONS = 64  # remembered at once; each holds one analysed photo, some 20 MB
# All that looks at pictures waits in one queue, so memory stays that of a few requests.
IN_TURN: dict[str, Any] = {
    "concurrency_id": "fitting",
    "concurrency_limit": machine.try_ons_at_once(),
}


def build_demo(
    tryon: TryOnLike,
    gallery: "Gallery | None" = None,
    *,
    engine: About | None = None,
    retention: Retention = RETENTION,
    folder: Path | None = None,
) -> FittingRoom:
    """The page for a `TryOn`, a `gr.Blocks`; `demo.launch()` opens it.

    gallery: the garments to offer; None for the `TryOn`'s own. engine: that the `TryOn` was loaded
    with, to paint results again; None for our own way alone. retention: how long what is kept.
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
            "head": waiting.HEAD + limits.HEAD + screen_reader.HEAD,
            "max_file_size": limits.UPLOAD_LIMIT,
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
    example = stock.Example(tryon, people)
    demo.add_routes(*stock.routes((*people, *garments), example), *health.routes(demo, tryon))
    tray = demo.tray
    if engine is not None and engine.name == BUILTIN.name:
        engine = None
    with demo:
        widgets = lay_out(people, garments, RETENTION.longest, engine is not None)
        painter = None
        if engine is not None and widgets.mirror.paint is not None:
            paints = cast(Paints, tryon)
            painter = Painter(paints, engine, widgets.mirror.paint, tray)
            tryon = Previews(paints)
        wire_room(widgets, Room(tryon, gallery, people, widgets, tray, painter))
        wire_ask(widgets.mirror.ask, widgets.memory.worn, widgets.mirror.verdict)
        wire_lab(Lab(tryon, widgets.lab, tray), widgets.memory.choice, widgets.memory.kept, IN_TURN)
        add_endpoints(Endpoints(tryon, tray), IN_TURN)
        if painter is not None:
            add_paint_endpoint(painter)
        demo.load(None, js=fragments.DEEP_LINK)
    # What is queued cannot be asked for past the queue.
    demo.queue(max_size=QUEUE_LENGTH, default_concurrency_limit=OTHERS_AT_ONCE, api_open=False)
    return demo


def wire_room(w: Widgets, room: Room) -> None:
    """Which event calls which handler, with which values, and which widgets it may change."""
    memory, mirror, details = w.memory, w.mirror, w.details
    result = [
        memory.subject, w.photo.picture, mirror.message, mirror.stage, mirror.empty, mirror.before,
        mirror.after, mirror.slider, mirror.verdict, mirror.notes, details.box, mirror.save,
        memory.seed,
        memory.history, details.history, details.history_box, details.how, details.steps,
        memory.worn, memory.shown, memory.choice, memory.kept, mirror.worn, w.words.text,
    ]  # fmt: skip
    # A result that may be painted is kept, and what was said of the one before goes.
    if w.mirror.paint is not None:
        paint = w.mirror.paint
        result += [paint.memory, paint.status, paint.stop, paint.again]
    photo = [*result, w.photo.message, w.photo.who]
    garment = [*result, w.garment.own, w.garment.message, w.garment.about]
    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

    def fitting(place: gr.HTML) -> dict[str, Any]:
        """Options of an event that may have to wait; the place in the queue is shown there."""
        return {
            **IN_TURN, "api_visibility": "private", "trigger_mode": "always_last",
            "show_progress": "minimal", "show_progress_on": [place],
        }  # fmt: skip

    w.lab_tab.select(
        room.on_lab,
        [memory.subject, memory.offered],
        [w.lab.photo, memory.offered],
        queue=False,
        **private,
    )
    w.photo.people.select(room.on_borrow, None, w.photo.picture, queue=False, **private)
    looked = [
        w.photo.picture.change(of_visit(room.on_photo), w.visit, photo, **fitting(w.photo.message))
    ]
    # What was picked is kept first: an event that has to wait for an earlier one loses its data.
    picking: dict[str, Any] = {"queue": False, "trigger_mode": "multiple", **private}
    looked += [
        w.photo.who.select(room.on_pick, None, memory.which, **picking).then(
            of_visit(room.on_which), [*w.visit, memory.which], photo, **fitting(w.photo.message)
        )
    ]
    tried = [
        event.then(of_visit(room.on_looked), w.visit, result, **fitting(mirror.message))
        for event in looked
    ]
    tried += [
        w.garment.wardrobe.select(room.on_pick, None, memory.picked, **picking).then(
            of_visit(room.on_garment), [*w.visit, memory.picked], garment, **fitting(mirror.message)
        )
    ]
    w.garment.own.input(None, js=fragments.UNCHECK_WARDROBE)
    tried += [
        gr.on(
            [w.garment.own.change, w.garment.kind.input],
            of_visit(room.on_own),
            [*w.visit, w.garment.own, w.garment.kind],
            garment,
            **fitting(mirror.message),
        )
    ]
    w.words.text.change(
        room.on_words,
        w.words.text,
        w.words.understood,
        trigger_mode="always_last",
        queue=False,
        **private,
    )
    w.words.examples.select(room.on_example, None, w.words.text, queue=False, **private)
    by_words = gr.on(
        [w.words.button.click, w.words.text.submit],
        of_visit(room.dressing.on_try),
        w.visit,
        result,
        **fitting(mirror.message),
    )
    by_words.then(None, js=fragments.SHOW_RESULT)
    tried += [by_words]
    mirror.verdict.change(None, js=fragments.SHOW_RESULT)
    for place in (w.photo.message, w.garment.message, mirror.message):
        place.change(None, js=fragments.show_message(str(place.elem_id)))
    tried += [
        mirror.worn.select(room.on_pick, None, memory.chip, **picking).then(
            of_visit(room.dressing.on_worn),
            [*w.visit, memory.shown, memory.chip],
            garment,
            **fitting(mirror.message),
        )
    ]
    if room.dressing.painter is not None:
        wire_painting(room.dressing.painter, room.dressing, w.visit, tried, result)
    mirror.worn.change(None, js=fragments.MARK_CHOSEN)
    mirror.save.change(None, js=fragments.CAN_SHARE)
    details.history.select(room.dressing.on_history, memory.history, result, queue=False, **private)
