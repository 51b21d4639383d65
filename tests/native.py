"""What MediaPipe's native code says on stderr, told apart from what we say."""

import re

# As Abseil logs before it is set up: severity and date, time, thread, file:line] message.
REMARK = re.compile(r"^[IWE]\d{4} \d\d:\d\d:[\d.]+ +\d+ \S+:\d+\] .*\n", re.MULTILINE)


def without_native_remarks(text: str) -> str:
    """text without Abseil's log lines."""
    return REMARK.sub("", text)
