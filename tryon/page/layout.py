"""The page laid out: its rooms, sections and widgets, handed on as `Widgets`.

Notable here: each `lay_out_…` makes one section and returns its widgets; what happens with them is
in `room.py`, `dressing.py`, `ask.py` and `lab.py`, and is wired in `demo.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from tryon.page.ask import AskBox, lay_out_ask
from tryon.page.lab import LabBox, lay_out_lab
from tryon.page.look import fragments
from tryon.page.look.stock import Item
from tryon.page.look.texts import plain_label, t
from tryon.page.look.widgets import PictureFile, html, picture_file
from tryon.page.painting.box import PaintBox, lay_out_painting
from tryon.page.serving.gradio_internals import Block
from tryon.page.trials import LONGEST_PROMPT

KINDS = ("auto", "upper", "lower", "dress")


@dataclass(frozen=True, eq=False)
class Memory:
    """What is known of one browser tab, see `visit.py`.

    subject: `Subject`. choice: `Choice`. kept: `Choice`s that are worn already. seed: int. history:
    list of `Entry`. shown: the `Entry` in the mirror. worn: the `Garment` that it shows. picked,
    which, chip: what was clicked last, of the garments, of the people in the photo and of what is
    worn. offered: path of the photo that the lab was given last.
    """

    subject: gr.State
    choice: gr.State
    kept: gr.State
    seed: gr.State
    picked: gr.State
    which: gr.State
    chip: gr.State
    offered: gr.State
    shown: gr.State
    worn: gr.State
    history: gr.State


@dataclass(frozen=True, eq=False)
class PhotoBox:
    """The visitor's photo. people: the samples. who: whom of several people to dress."""

    picture: PictureFile
    people: gr.HTML
    message: gr.HTML
    who: gr.HTML


@dataclass(frozen=True, eq=False)
class GarmentBox:
    """The garment: from the wardrobe, or the visitor's own picture. about: what it is."""

    wardrobe: gr.HTML
    own: PictureFile
    kind: gr.Radio
    message: gr.HTML
    about: gr.HTML


@dataclass(frozen=True, eq=False)
class Mirror:
    """The result. empty: what is shown before there is one, stage: with it. worn: its garments.
    paint: what an engine makes of it, None where there is no engine."""

    message: gr.HTML
    empty: gr.Column
    stage: gr.Column
    before: gr.Image
    after: gr.Image
    slider: gr.ImageSlider
    worn: gr.HTML
    verdict: gr.HTML
    save: gr.HTML
    notes: gr.HTML
    ask: AskBox
    paint: PaintBox | None


@dataclass(frozen=True, eq=False)
class WordsBox:
    """The words, what is understood of them, and the big button."""

    text: gr.Textbox
    button: gr.Button
    understood: gr.HTML
    examples: gr.HTML


@dataclass(frozen=True, eq=False)
class Details:
    """Earlier results, and how the last one was made."""

    box: gr.Column
    history_box: gr.Column
    history: gr.Gallery
    how: gr.Gallery
    steps: gr.HTML


@dataclass(frozen=True, eq=False)
class Widgets:
    """All that handlers read or write."""

    memory: Memory
    photo: PhotoBox
    garment: GarmentBox
    mirror: Mirror
    words: WordsBox
    details: Details
    lab: LabBox
    lab_tab: gr.Tab

    @property
    def visit(self) -> list[Block]:
        """Those whose values make a `Visit`, in the order that `visit.of_visit` takes them."""
        memory = self.memory
        return [
            self.photo.picture, memory.subject, memory.choice, self.words.text, memory.history,
            memory.kept, memory.seed,
        ]  # fmt: skip


def lay_out(
    people: Sequence[Item],
    garments: Sequence[Item],
    forgotten_after: float,
    paints: bool = False,
) -> Widgets:
    """The whole page, inside an open `gr.Blocks`.

    people, garments: the cards to choose from. forgotten_after: seconds that a visit is remembered.
    paints: whether an engine paints results again.
    """
    html(fragments.header(), elem_id="header")
    memory = remember(forgotten_after)
    with gr.Tabs(elem_id="tabs"):
        with (
            gr.Tab(t("tab_room"), elem_id="tab-room"),
            gr.Row(elem_id="room"),
        ):
            with gr.Column(scale=6, min_width=320, elem_id="choose"):
                photo = lay_out_photo(people)
                garment = lay_out_garment(garments)
            with gr.Column(scale=5, min_width=320, elem_id="mirror"):
                mirror = lay_out_mirror(forgotten_after if paints else None)
                words = lay_out_words()
                details = lay_out_details()
        with gr.Tab(t("tab_lab"), elem_id="tab-lab") as lab_tab:
            lab = lay_out_lab()
    html(fragments.privacy(), elem_id="privacy")
    return Widgets(memory, photo, garment, mirror, words, details, lab, lab_tab)


def remember(seconds: float) -> Memory:
    def state(value: Any) -> gr.State:
        return gr.State(value, time_to_live=seconds)

    return Memory(
        subject=state(None),
        choice=state(None),
        kept=state(()),
        seed=state(0),
        picked=state(""),
        which=state(""),
        chip=state(""),
        offered=state(""),
        shown=state(None),
        worn=state(None),
        history=state([]),
    )


def lay_out_photo(people: Sequence[Item]) -> PhotoBox:
    with gr.Column(elem_id="photo-section", elem_classes="section"):
        html(fragments.heading(1, "step_photo"))
        with gr.Row(elem_id="photo-row"):
            with gr.Column(scale=4, min_width=230, elem_id="photo-column"):
                picture = picture_file(
                    label=t("photo"),
                    show_label=False,
                    placeholder=t("photo_drop"),
                    height=340,
                    elem_id="photo",
                )
            with gr.Column(scale=5, min_width=260, elem_id="people-column"):
                html(fragments.tip("photo_tip"))
                html(fragments.tip("file_limits"))
                html(fragments.tip("photo_private"))
                shelf = html(fragments.people_shelf(people), elem_id="people")
        message = html("", elem_id="photo-message")
        who = html("", elem_id="who")
    return PhotoBox(picture, shelf, message, who)


def lay_out_garment(garments: Sequence[Item]) -> GarmentBox:
    with gr.Column(elem_id="garment-section", elem_classes="section"):
        html(fragments.heading(2, "step_garment"))
        with gr.Tabs(elem_id="garment-tabs"):
            with gr.Tab(t("tab_wardrobe"), elem_id="tab-wardrobe"):
                wardrobe = html(fragments.wardrobe_shelf(garments), elem_id="wardrobe")
            with gr.Tab(t("tab_own"), elem_id="tab-own"), gr.Row():
                with gr.Column(scale=4, min_width=230):
                    own = picture_file(
                        label=t("own"),
                        show_label=False,
                        placeholder=t("own_drop"),
                        height=320,
                        elem_id="own",
                    )
                with gr.Column(scale=5, min_width=260):
                    html(fragments.tip("own_tip"))
                    html(fragments.tip("file_limits"))
                    kind = gr.Radio(
                        [(t(f"kind_{kind}"), kind) for kind in KINDS],
                        value="auto",
                        label=t("kind"),
                        elem_id="kind",
                    )
                    message = html("", elem_id="own-message")
        with gr.Accordion(t("about"), open=False, elem_id="about-box"):
            about = html(fragments.about_nothing(), elem_id="about")
    return GarmentBox(wardrobe, own, kind, message, about)


def lay_out_mirror(painted_for: float | None = None) -> Mirror:
    """painted_for: seconds that what an engine may paint is remembered; None without an engine."""
    with gr.Column(elem_id="mirror-section", elem_classes="section"):
        message = html("", elem_id="result-message")
        with gr.Column(elem_id="empty-mirror") as empty:
            html(fragments.empty_mirror())
        with gr.Column(visible=False, elem_id="stage") as stage:
            with gr.Tabs(elem_id="stage-tabs"):
                with gr.Tab(t("tab_side"), elem_id="tab-side"), gr.Row(elem_id="side-by-side"):
                    before, after = (
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
                    slider = gr.ImageSlider(
                        label=plain_label("slider"),
                        show_label=False,
                        type="filepath",
                        interactive=False,
                        buttons=["fullscreen"],
                        max_height=520,
                        elem_id="slider",
                    )
            worn = html("", elem_id="worn")
            with gr.Row(elem_id="outcome"):
                verdict = html("", elem_id="verdict")
                save = html("", elem_id="save")
            paint = None if painted_for is None else lay_out_painting(painted_for)
            notes = html("", elem_id="notes")
            ask = lay_out_ask()
        if paint is not None:
            paint.switch.render()
    return Mirror(
        message=message,
        empty=empty,
        stage=stage,
        before=before,
        after=after,
        slider=slider,
        worn=worn,
        verdict=verdict,
        save=save,
        notes=notes,
        ask=ask,
        paint=paint,
    )


def lay_out_words() -> WordsBox:
    with gr.Column(elem_id="words-section", elem_classes="section"):
        html(fragments.heading(3, "step_words"))
        with gr.Row(elem_id="words-row"):
            text = gr.Textbox(
                label=t("words"),
                placeholder=t("words_hint"),
                lines=1,
                max_lines=3,
                max_length=LONGEST_PROMPT,
                scale=1,
                elem_id="words",
            )
            button = gr.Button(
                t("try_on"), variant="primary", size="lg", scale=0, min_width=130, elem_id="try-on"
            )
        understood = html("", elem_id="understood")
        examples = html(fragments.example_prompts(), elem_id="examples")
    return WordsBox(text, button, understood, examples)


def lay_out_details() -> Details:
    with gr.Column(visible=False, elem_id="details", elem_classes="section") as box:
        with gr.Column(visible=False, elem_id="history-box") as history_box:
            history = gr.Gallery(
                label=t("history"),
                object_fit="cover",
                allow_preview=False,
                interactive=False,
                buttons=[],
                elem_id="history",
            )
        with gr.Accordion(t("how"), open=False, elem_id="how"):
            how = gr.Gallery(
                label=t("how"),
                show_label=False,
                columns=3,
                object_fit="contain",
                interactive=False,
                buttons=["fullscreen"],
                elem_id="how-gallery",
            )
            steps = html("", elem_id="how-steps")
    return Details(box, history_box, history, how, steps)
