"""The prompt lab on the page: one photo, several descriptions, a grid that fills as it goes."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr

from page import fragments
from page.api import MOST_PROMPTS, Trial, export, friendly, lines_of, try_prompts
from page.files import Tray
from page.language import language_of
from page.room import Choice
from page.texts import say

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
        prompts: str,
        use_garment: bool,
        choice: Choice | None,
        request: gr.Request,
    ) -> Iterator[Update]:
        """Try all descriptions; show each result as soon as it is there."""
        w, language = self.widgets, language_of(request)
        lines = lines_of(prompts)
        if path is None or not lines:
            missing = "photo_needed" if path is None else "lab_none"
            yield {w.lab_message: fragments.hint(say(missing, language))}
            return
        yield {w.lab_message: fragments.busy(say("looking", language))}
        try:
            person = self.tryon.analyse(path)
        except Exception as error:
            yield {w.lab_message: fragments.message(friendly(error, language))}
            return
        cloth = choice.garment if use_garment and choice else None
        trials: list[Trial] = []
        most = min(len(lines), MOST_PROMPTS)
        for trial in try_prompts(self.tryon, self.tray, person, cloth, prompts):
            trials.append(trial)
            progress = say("lab_progress", language, done=len(trials), most=most)
            yield {
                w.lab_message: fragments.busy(progress),
                w.lab_gallery: [(one.path, one.text) for one in trials if one.path],
                w.lab_table: self._table(trials, language),
            }
        cut = say("lab_cut", language, most=MOST_PROMPTS) if len(lines) > MOST_PROMPTS else ""
        yield {
            w.lab_message: fragments.hint(cut) if cut else "",
            w.lab_export: gr.DownloadButton(
                value=export(self.tray, trials, language), interactive=True
            ),
        }

    def _table(self, trials: list[Trial], language: str) -> str:
        rows = [(trial.text, trial.prompt, trial.remark(language)) for trial in trials]
        return fragments.lab_table(rows, language)
