"""Which language a visitor reads: the browser's, or what `?lang=en` / `?lang=zh` says.

Notable here: Gradio decides in the browser and knows zh-CN and zh-TW, but not zh, zh-HK or an
address. `LanguageFirst` puts a few lines in front of its scripts that settle the language for it;
`language_of` decides the same way for what is written on the server. Nothing is stored anywhere.
"""

import gradio as gr
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SCRIPT = b"""<script>
(() => {
  const wished = new URLSearchParams(location.search).get("lang") || navigator.language || "en";
  const chinese = wished.toLowerCase().startsWith("zh");
  const language = chinese ? (/tw|hk|mo|hant/i.test(wished) ? "zh-TW" : "zh-CN") : "en";
  Object.defineProperty(navigator, "language", { get: () => language });
  document.documentElement.lang = language;
})();
</script>"""


def language_of(request: gr.Request | None) -> str:
    """ "en" or "zh": what the page's address asks for, else what the browser prefers."""
    if request is None or request.request is None:
        return "en"
    wished = request.query_params.get("lang") or _preferred(
        request.headers.get("accept-language", "")
    )
    return "zh" if wished.lower().startswith("zh") else "en"


def _preferred(header: str) -> str:
    """The first language of an Accept-Language header by its weight, "" for none."""
    best, best_weight = "", 0.0
    for choice in header.split(","):
        name, _, weight = choice.strip().partition(";q=")
        try:
            value = float(weight) if weight else 1.0
        except ValueError:
            value = 0.0
        if value > best_weight:
            best, best_weight = name, value
    return best


class LanguageFirst:
    """ASGI middleware that puts `_SCRIPT` at the top of the page's <head>."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].rstrip("/") != scope.get("root_path", ""):
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            page = body.replace(b"<head>", b"<head>" + _SCRIPT, 1)
            headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
            length = (b"content-length", str(len(page)).encode())
            await send({**start, "headers": [*headers, length]})
            await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, collect)
