"""The prompt lab on the page: photos x descriptions x seeds, a grid that fills as it goes.

Notable here:
- descriptions are typed, one a line, or come from a TXT or CSV file into the same box.
- under each picture stands how its words were read; any two can be laid over each other; the zip
  holds all pictures and the table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from tryon.core.types import Prompt
from tryon.core.vocabulary import name
from tryon.page.look import fragments
from tryon.page.look.language import language_of
from tryon.page.look.texts import plain_label, say, t
from tryon.page.look.widgets import FileButton, Files, PictureFile, html, picture_file
from tryon.page.serving.faults import friendly
from tryon.page.serving.files import Tray
from tryon.page.trials import (
    LONGEST_PROMPT,
    MOST_PROMPTS,
    Trial,
    export,
    lines_of,
    try_prompts,
)
from tryon.page.tryon_like import TryOnLike
from tryon.page.visit import Choice, Update
from tryon.report.lab import read_prompts

MOST_PHOTOS = 4
MOST_SEEDS = 4
KEPT_SECONDS = 600  # which pictures can be compared


@dataclass(frozen=True, eq=False)
class LabBox:
    """The lab's widgets. made: number -> path of the pictures that can be compared."""

    made: gr.State
    photo: PictureFile
    more: Files
    prompts: gr.Textbox
    file: FileButton
    seeds: gr.Slider
    use_garment: gr.Checkbox
    button: gr.Button
    message: gr.HTML
    gallery: gr.Gallery
    compare_box: gr.Column
    first: gr.Dropdown
    second: gr.Dropdown
    compare: gr.ImageSlider
    table: gr.HTML
    export: gr.DownloadButton


class Lab:
    """The lab's handlers, bound to a `TryOn` and the lab's widgets."""

    def __init__(self, tryon: TryOnLike, box: LabBox, tray: Tray) -> None:
        self.tryon = tryon
        self.box = box
        self.tray = tray

    def on_run(
        self,
        path: str | None,
        more: list[str] | None,
        prompts: str,
        seeds: float,
        use_garment: bool,
        choice: Choice | None,
        kept: tuple[Choice, ...] | None,
        request: gr.Request,
    ) -> Iterator[Update]:
        """Try all descriptions; show each result as soon as it is there."""
        box, language = self.box, language_of(request)
        lines = lines_of(prompts)
        photos = [one for one in (path, *(more or [])) if one][:MOST_PHOTOS]
        if not photos or not lines:
            missing = "lab_none" if photos else "photo_needed"
            yield {box.message: fragments.hint(say(missing, language))}
            return
        yield {
            box.message: fragments.busy(say("looking", language)),
            box.compare_box: _hidden(),
        }
        try:
            people = [self.tryon.analyse(photo) for photo in photos]
        except Exception as error:
            yield {box.message: fragments.message(friendly(error, language))}
            return
        chosen = (*(kept or ()), *((choice,) if choice else ())) if use_garment else ()
        clothes = [one.garment for one in chosen]
        each = range(min(max(int(seeds or 1), 1), MOST_SEEDS))
        trials: list[Trial] = []
        most = min(len(lines), MOST_PROMPTS) * len(people) * len(each)
        for photo, person in enumerate(people, 1):
            for trial in try_prompts(
                self.tryon, self.tray, person, clothes, prompts,
                seeds=each, photo=photo, first=len(trials) + 1,
            ):  # fmt: skip
                trials.append(trial)
                progress = say("lab_progress", language, done=len(trials), most=most)
                yield {
                    box.message: fragments.busy(progress),
                    box.gallery: [
                        (one.path, caption(one, language, len(people) > 1)) for one in _made(trials)
                    ],
                    box.table: self._table(trials, language),
                }
        cut = say("lab_cut", language, most=MOST_PROMPTS) if len(lines) > MOST_PROMPTS else ""
        yield {
            box.message: fragments.hint(cut) if cut else "",
            box.export: gr.DownloadButton(
                value=export(self.tray, trials, language), interactive=True
            ),
            **self._comparison(_made(trials)),
        }

    def on_file(self, path: str | None, request: gr.Request) -> Update:
        """A list of descriptions was sent: it becomes the text in the box."""
        box, language = self.box, language_of(request)
        if path is None:
            return {box.message: ""}
        try:
            lines = [line[:LONGEST_PROMPT] for line in read_prompts(Path(path))]
        except Exception as error:
            return {box.message: fragments.message(friendly(error, language))}
        if not lines:
            return {box.message: fragments.hint(say("lab_none", language))}
        cut = say("lab_cut", language, most=MOST_PROMPTS) if len(lines) > MOST_PROMPTS else ""
        return {
            box.prompts: "\n".join(lines[:MOST_PROMPTS]),
            box.message: fragments.hint(cut) if cut else "",
        }

    def on_compare(
        self, first: int | None, second: int | None, made: dict[int, str] | None
    ) -> tuple[str, str] | None:
        """Two pictures laid over each other, None if one of them is gone."""
        left, right = ((made or {}).get(number or 0, "") for number in (first, second))
        return (left, right) if Path(left).is_file() and Path(right).is_file() else None

    def _comparison(self, made: Sequence[Trial]) -> Update:
        """The box where two pictures are compared, with the first two in it."""
        box = self.box
        if len(made) < 2:
            return {box.made: None, box.compare_box: _hidden()}
        choices = [(f"{one.number} · {one.text[:60]}", one.number) for one in made]
        return {
            box.made: {one.number: one.path for one in made},
            box.first: gr.Dropdown(choices=choices, value=made[0].number),
            box.second: gr.Dropdown(choices=choices, value=made[1].number),
            box.compare: (made[0].path, made[1].path),
            box.compare_box: gr.Column(visible=True),
        }

    def _table(self, trials: list[Trial], language: str) -> str:
        rows = [(trial.text, trial.prompt, trial.remark(language)) for trial in trials]
        return fragments.lab_table(rows, language)


def caption(trial: Trial, language: str, several: bool = False) -> str:
    """What stands under a picture: its number, the words, how they were read, photo and seed.

    several: there is more than one photo, so its number is said.
    """
    parts = [f"{trial.number} · {trial.text}", parse_line(trial.prompt, language)]
    if several:
        parts.append(f"{say('lab_photo', language)} {trial.photo}")
    if trial.seed:
        parts.append(f"{say('lab_seed', language)} {trial.seed}")
    return " — ".join(part for part in parts if part)


def parse_line(prompt: Prompt, language: str) -> str:
    """How words were read, in one line: "colour navy, pattern striped; ignored: beach"."""
    comma, semicolon = ("，", "；") if language == "zh" else (", ", "; ")
    said = [
        f"{say(f'attribute_{attribute}', language)} {name(attribute, value, language)}"
        for attribute, value in prompt.attributes.items()
    ]
    said += [
        say("excluded", language, value=name(attribute, value, language))
        for attribute, values in prompt.excluded.items()
        for value in values
    ]
    parts = [comma.join(said)] if said else []
    if prompt.ignored:
        parts.append(f"{say('ignored', language)}: {comma.join(prompt.ignored)}")
    return semicolon.join(parts)


def _made(trials: Sequence[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.path]


def _hidden() -> gr.Column:
    return gr.Column(visible=False)


# --- layout and wiring ---------------------------------------------------------------------------


def lay_out_lab() -> LabBox:
    made = gr.State(None, time_to_live=KEPT_SECONDS)
    with gr.Row(elem_id="lab"):
        with gr.Column(scale=4, min_width=300, elem_classes="section"):
            html(fragments.lab_intro())
            photo = picture_file(
                label=t("photo"),
                show_label=False,
                placeholder=t("photo_drop"),
                height=300,
                elem_id="lab-photo",
            )
            more = Files(
                label=t("lab_more"),
                file_count="multiple",
                file_types=["image"],
                height=140,
                elem_id="lab-more",
            )
            prompts = gr.Textbox(
                label=t("lab_prompts"), lines=6, max_lines=MOST_PROMPTS, elem_id="lab-prompts"
            )
            file = FileButton(
                plain_label("lab_file"), file_types=[".txt", ".csv"], elem_id="lab-file"
            )
            seeds = gr.Slider(1, MOST_SEEDS, 1, step=1, label=t("lab_seeds"), buttons=[])
            use_garment = gr.Checkbox(False, label=t("lab_garment"), elem_id="lab-garment")
            button = gr.Button(t("lab_run"), variant="primary", size="lg", elem_id="lab-run")
        with gr.Column(scale=7, min_width=320, elem_classes="section"):
            message = html("", elem_id="lab-message")
            gallery = gr.Gallery(
                label=t("lab_results"),
                columns=3,
                object_fit="contain",
                interactive=False,
                buttons=["fullscreen"],
                elem_id="lab-gallery",
            )
            with gr.Column(visible=False, elem_id="lab-compare-box") as compare_box:
                with gr.Row():
                    first, second = (
                        gr.Dropdown([], label=t(key), min_width=140, elem_id=key.replace("_", "-"))
                        for key in ("lab_first", "lab_second")
                    )
                compare = gr.ImageSlider(
                    label=plain_label("lab_compare"),
                    type="filepath",
                    interactive=False,
                    buttons=["fullscreen"],
                    max_height=520,
                    elem_id="lab-compare",
                )
            table = html("", elem_id="lab-table")
            archive = gr.DownloadButton(
                plain_label("lab_export"), interactive=False, elem_id="lab-export"
            )
    return LabBox(
        made=made,
        photo=photo,
        more=more,
        prompts=prompts,
        file=file,
        seeds=seeds,
        use_garment=use_garment,
        button=button,
        message=message,
        gallery=gallery,
        compare_box=compare_box,
        first=first,
        second=second,
        compare=compare,
        table=table,
        export=archive,
    )


def wire_lab(lab: Lab, choice: gr.State, kept: gr.State, in_turn: dict[str, Any]) -> None:
    """choice, kept: the garments of the fitting room. in_turn: options of events that try on."""
    box = lab.box
    comparison = [box.made, box.first, box.second, box.compare, box.compare_box]
    quick: dict[str, Any] = {
        "queue": False, "api_visibility": "private", "show_progress": "hidden",
    }  # fmt: skip
    box.button.click(
        lab.on_run,
        [box.photo, box.more, box.prompts, box.seeds, box.use_garment, choice, kept],
        [box.message, box.gallery, box.table, box.export, *comparison],
        **in_turn,
        api_visibility="private",
        show_progress="minimal",
        show_progress_on=[box.message],
    )
    box.file.upload(lab.on_file, box.file, [box.prompts, box.message], **quick)
    gr.on(
        [box.first.input, box.second.input],
        lab.on_compare,
        [box.first, box.second, box.made],
        box.compare,
        **quick,
    )
