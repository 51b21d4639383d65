"""What a picture's file may be, said before it is sent: its kind and its size, in the page's words.

Notable here: Gradio would say it too, but in English to everybody and in a corner. `HEAD` looks at
a file before Gradio's script does; what is refused never leaves the visitor's machine. The server
holds the same limits (`UPLOAD_LIMIT`).
"""

import json

from tryon.core.errors import MESSAGES
from tryon.page.look.texts import LANGUAGES

LARGEST_FILE_MB = 10
UPLOAD_LIMIT = f"{LARGEST_FILE_MB}mb"  # as Gradio takes it
# Where pictures are put in; the lab's list of words is read by the server.
PLACES = ("photo", "own", "lab-photo", "lab-more")
# Kinds that some browsers know by name only.
NAMES = "heic|heif|avif|jpe?g|png|webp|bmp|gif|tiff?"

_SENTENCES = {
    language: {
        code: "".join(part + (" " if language == "en" else "") for part in MESSAGES[code][language])
        for code in ("unreadable_image", "image_too_large")
    }
    for language in LANGUAGES
}

_SCRIPT = r"""
(() => {
  const sentences = SENTENCES, most = MOST_MB * 1024 * 1024;
  const refused = (file) => {
    if (!file.type.startsWith("image/") && !/\.(NAMES)$/i.test(file.name))
      return ["unreadable_image"];
    if (file.size > most) return ["image_too_large", `${(file.size / 1048576).toFixed(1)} MB`];
  };
  const look = (event, files) => {
    const place = event.target.closest?.("PLACES");
    if (!place || !files?.length) return;
    place.parentElement.querySelector(":scope > [data-refused]")?.remove();
    const why = [...files].map(refused).find(Boolean);
    if (!why) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const chinese = document.documentElement.lang.startsWith("zh");
    const note = document.createElement("p");
    note.className = "message";
    note.dataset.refused = "";
    note.setAttribute("role", "alert");
    note.textContent = sentences[chinese ? "zh" : "en"][why[0]].replace("{size}", why[1]);
    place.after(note);
    note.scrollIntoView({ block: "nearest", behavior: "smooth" });
  };
  document.addEventListener("change", (event) => {
    if (event.target.type === "file") look(event, event.target.files);
  }, true);
  document.addEventListener("drop", (event) => look(event, event.dataTransfer?.files), true);
})();
"""
HEAD = "<script>{}</script>".format(
    _SCRIPT.replace("SENTENCES", json.dumps(_SENTENCES, ensure_ascii=False))
    .replace("MOST_MB", str(LARGEST_FILE_MB))
    .replace("NAMES", NAMES)
    .replace("PLACES", ", ".join(f"#{place}" for place in PLACES))
)
