"""The place in the queue in words: "Number 7 in line, about 21 s".

Notable here: Gradio writes "queue: 7/7 | 2.6/20.8s" (place, how many, seconds waited, seconds in
all), in English for everybody. `HEAD` reads that in the browser and leaves the sentence in an
attribute, which the style sheet shows in its place; Gradio's own text stays as it is.
"""

import json

from tryon.page.look.texts import LANGUAGES, TEXTS

_SENTENCES = {
    language: {key: TEXTS[key][index] for key in ("in_line", "in_line_about")}
    for index, language in enumerate(LANGUAGES)
}

HEAD = r"""<script>
(() => {
  const sentences = SENTENCES;
  const said = (text) => {
    const place = text.match(/(\d+)\s*\/\s*\d+\s*\|/)?.[1];
    if (!place) return ""; // it is being worked on
    const words = sentences[document.documentElement.lang.startsWith("zh") ? "zh" : "en"];
    const [, waited, most] = text.match(/([\d.]+)\/([\d.]+)s/) ?? [];
    const seconds = Math.ceil(most - waited);
    return (seconds > 0 ? words.in_line_about : words.in_line)
      .replace("{place}", place).replace("{seconds}", seconds);
  };
  new MutationObserver(() => {
    for (const line of document.getElementsByClassName("progress-text"))
      line.dataset.said = said(line.textContent);
  }).observe(document, { childList: true, characterData: true, subtree: true });
})();
</script>""".replace("SENTENCES", json.dumps(_SENTENCES, ensure_ascii=False))
