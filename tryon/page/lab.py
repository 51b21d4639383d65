"""The prompt lab on the page: photos x descriptions x seeds, a grid that fills as it goes.

Notable here:
- descriptions are typed, one a line, or come from a TXT or CSV file into the same box.
- under each picture stands how its words were read; any two can be laid over each other; the zip
  holds all pictures and the table.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr

from tryon.core.types import Prompt
from tryon.core.vocabulary import name
from tryon.page.api import (
    LONGEST_PROMPT,
    MOST_PROMPTS,
    Trial,
    export,
    friendly,
    lines_of,
    try_prompts,
)
from tryon.page.look import fragments
from tryon.page.look.language import language_of
from tryon.page.look.texts import say, t
from tryon.page.look.widgets import FileButton, Files, html, picture_file
from tryon.page.room import Choice
from tryon.page.serving.files import Tray
from tryon.report.lab import read_prompts

MOST_PHOTOS = 4
MOST_SEEDS = 4

Update = dict[Any, Any]


class Lab:
    """The lab's handlers, bound to a `TryOn` and the page's widgets."""

    def __init__(self, tryon: Any, widgets: SimpleNamespace, tray: Tray) -> None:
        self.tryon = tryon
        self.widgets = widgets
        self.tray = tray

    def on_run(
        self,
        path: str | None,
        more: list[str] | None,
        prompts: str,
        seeds: float,
        use_garment: bool,
        choice: Choice | None,
        request: gr.Request,
    ) -> Iterator[Update]:
        """Try all descriptions; show each result as soon as it is there."""
        w, language = self.widgets, language_of(request)
        lines = lines_of(prompts)
        photos = [one for one in (path, *(more or [])) if one][:MOST_PHOTOS]
        if not photos or not lines:
            missing = "lab_none" if photos else "photo_needed"
            yield {w.lab_message: fragments.hint(say(missing, language))}
            return
        yield {
            w.lab_message: fragments.busy(say("looking", language)),
            w.lab_compare_box: _hidden(),
        }
        try:
            people = [self.tryon.analyse(photo) for photo in photos]
        except Exception as error:
            yield {w.lab_message: fragments.message(friendly(error, language))}
            return
        cloth = choice.garment if use_garment and choice else None
        each = range(min(max(int(seeds or 1), 1), MOST_SEEDS))
        trials: list[Trial] = []
        most = min(len(lines), MOST_PROMPTS) * len(people) * len(each)
        for photo, person in enumerate(people, 1):
            for trial in try_prompts(
                self.tryon, self.tray, person, cloth, prompts,
                seeds=each, photo=photo, first=len(trials) + 1,
            ):  # fmt: skip
                trials.append(trial)
                progress = say("lab_progress", language, done=len(trials), most=most)
                yield {
                    w.lab_message: fragments.busy(progress),
                    w.lab_gallery: [
                        (one.path, caption(one, language, len(people) > 1)) for one in _made(trials)
                    ],
                    w.lab_table: self._table(trials, language),
                }
        cut = say("lab_cut", language, most=MOST_PROMPTS) if len(lines) > MOST_PROMPTS else ""
        yield {
            w.lab_message: fragments.hint(cut) if cut else "",
            w.lab_export: gr.DownloadButton(
                value=export(self.tray, trials, language), interactive=True
            ),
            **self._comparison(_made(trials)),
        }

    def on_file(self, path: str | None, request: gr.Request) -> Update:
        """A list of descriptions was sent: it becomes the text in the box."""
        w, language = self.widgets, language_of(request)
        if path is None:
            return {w.lab_message: ""}
        try:
            lines = [line[:LONGEST_PROMPT] for line in read_prompts(Path(path))]
        except Exception as error:
            return {w.lab_message: fragments.message(friendly(error, language))}
        if not lines:
            return {w.lab_message: fragments.hint(say("lab_none", language))}
        cut = say("lab_cut", language, most=MOST_PROMPTS) if len(lines) > MOST_PROMPTS else ""
        return {
            w.lab_prompts: "\n".join(lines[:MOST_PROMPTS]),
            w.lab_message: fragments.hint(cut) if cut else "",
        }

    def on_compare(self, first: int | None, second: int | None, made: dict[int, str] | None):
        """Two pictures laid over each other, None if one of them is gone."""
        pair = tuple((made or {}).get(number) for number in (first, second))
        if not all(one is not None and Path(one).is_file() for one in pair):
            return None
        return pair

    def _comparison(self, made: Sequence[Trial]) -> Update:
        """The box where two pictures are compared, with the first two in it."""
        w = self.widgets
        if len(made) < 2:
            return {w.lab_made: None, w.lab_compare_box: _hidden()}
        choices = [(f"{one.number} · {one.text[:60]}", one.number) for one in made]
        return {
            w.lab_made: {one.number: one.path for one in made},
            w.lab_first: gr.Dropdown(choices=choices, value=made[0].number),
            w.lab_second: gr.Dropdown(choices=choices, value=made[1].number),
            w.lab_compare: (made[0].path, made[1].path),
            w.lab_compare_box: gr.Column(visible=True),
        }

    def _table(self, trials: list[Trial], language: str) -> str:
        rows = [(trial.text, trial.prompt, trial.remark(language)) for trial in trials]
        return fragments.lab_table(rows, language)


def caption(trial: Trial, language: str, several: bool = False) -> str:
    """What stands under a picture: its number, the words, how they were read, photo and seed.

    several: there is more than one photo, so its number is told.
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


def lay_out_lab(w: SimpleNamespace) -> None:
    w.lab_made = gr.State(None, time_to_live=600)
    with gr.Row(elem_id="lab"):
        with gr.Column(scale=4, min_width=300, elem_classes="section"):
            html(fragments.lab_intro())
            w.lab_photo = picture_file(
                label=t("photo"),
                show_label=False,
                placeholder=t("photo_drop"),
                height=300,
                elem_id="lab-photo",
            )
            w.lab_more = Files(
                label=t("lab_more"),
                file_count="multiple",
                file_types=["image"],
                height=140,
                elem_id="lab-more",
            )
            w.lab_prompts = gr.Textbox(
                label=t("lab_prompts"), lines=6, max_lines=MOST_PROMPTS, elem_id="lab-prompts"
            )
            w.lab_file = FileButton(t("lab_file"), file_types=[".txt", ".csv"], elem_id="lab-file")
            w.lab_seeds = gr.Slider(1, MOST_SEEDS, 1, step=1, label=t("lab_seeds"), buttons=[])
            w.lab_garment = gr.Checkbox(False, label=t("lab_garment"), elem_id="lab-garment")
            w.lab_button = gr.Button(t("lab_run"), variant="primary", size="lg", elem_id="lab-run")
        with gr.Column(scale=7, min_width=320, elem_classes="section"):
            w.lab_message = html("", elem_id="lab-message")
            w.lab_gallery = gr.Gallery(
                label=t("lab_results"),
                columns=3,
                object_fit="contain",
                interactive=False,
                buttons=["fullscreen"],
                elem_id="lab-gallery",
            )
            with gr.Column(visible=False, elem_id="lab-compare-box") as w.lab_compare_box:
                with gr.Row():
                    w.lab_first, w.lab_second = (
                        gr.Dropdown([], label=t(key), min_width=140, elem_id=key.replace("_", "-"))
                        for key in ("lab_first", "lab_second")
                    )
                w.lab_compare = gr.ImageSlider(
                    label=t("lab_compare"),
                    type="filepath",
                    interactive=False,
                    buttons=["fullscreen"],
                    max_height=520,
                    elem_id="lab-compare",
                )
            w.lab_table = html("", elem_id="lab-table")
            w.lab_export = gr.DownloadButton(
                t("lab_export"), interactive=False, elem_id="lab-export"
            )


def wire_lab(w: SimpleNamespace, lab: Lab, limits: dict[str, Any]) -> None:
    """limits: options of events that try something on."""
    comparison = [w.lab_made, w.lab_first, w.lab_second, w.lab_compare, w.lab_compare_box]
    quick = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
    w.lab_button.click(
        lab.on_run,
        [w.lab_photo, w.lab_more, w.lab_prompts, w.lab_seeds, w.lab_garment, w.choice],
        [w.lab_message, w.lab_gallery, w.lab_table, w.lab_export, *comparison],
        **limits,
        api_visibility="private",
        show_progress="minimal",
        show_progress_on=[w.lab_message],
    )
    w.lab_file.upload(lab.on_file, w.lab_file, [w.lab_prompts, w.lab_message], **quick)
    gr.on(
        [w.lab_first.input, w.lab_second.input],
        lab.on_compare,
        [w.lab_first, w.lab_second, w.lab_made],
        w.lab_compare,
        **quick,
    )
