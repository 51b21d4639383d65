"""The page served for a test, and a real browser that opens it."""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import app

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def served(tryon: Any, folder: Any, **options: Any) -> Iterator[Any]:
    """`app.build_demo(tryon, **options)`, listening; its files lie in `folder`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        demo = app.build_demo(tryon, **options)
        demo.launch(prevent_thread_lock=True, server_port=port, quiet=True)
        yield demo
        demo.close(verbose=False)


@contextmanager
def chromium() -> Iterator[Any]:
    """Chromium, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
