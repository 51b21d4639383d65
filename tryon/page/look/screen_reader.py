"""What Gradio leaves without a name, named: its pictures and its empty galleries.

Notable here: Gradio draws these again with every result, so `HEAD` watches the page; names are in
the page's language. A test looks at the whole page with axe-core.
"""

import json

from tryon.page.look.texts import LANGUAGES, TEXTS

# Where a picture is -> what it is called.
PICTURES = {"photo": "photo", "own": "own", "before": "before", "after": "after"}
PICTURES |= {"slider": "slider", "lab-photo": "photo", "lab-compare": "lab_compare"}

_NAMES = {
    language: {place: TEXTS[key][index] for place, key in PICTURES.items()}
    for index, language in enumerate(LANGUAGES)
}

HEAD = r"""<script>
(() => {
  const names = NAMES;
  new MutationObserver(() => {
    const words = names[document.documentElement.lang.startsWith("zh") ? "zh" : "en"];
    for (const [place, name] of Object.entries(words))
      for (const picture of document.querySelectorAll(`#${place} img`))
        if (picture.alt !== name) picture.alt = name;
    for (const empty of document.querySelectorAll(".empty[aria-label]:not([role])"))
      empty.setAttribute("role", "img");
  }).observe(document, { childList: true, subtree: true });
})();
</script>""".replace("NAMES", json.dumps(_NAMES, ensure_ascii=False))
