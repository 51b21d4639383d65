"""tryon describe, understand: what a garment is and what a text asks for, in English or Chinese."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tryon.cli import loading
from tryon.cli.arguments import AsJson, AskedLanguage
from tryon.cli.output import print_json

if TYPE_CHECKING:
    from tryon.core.types import Garment, Prompt

KIND_NAMES = {
    "upper": {"en": "upper body", "zh": "上装"},
    "lower": {"en": "lower body", "zh": "下装"},
    "dress": {"en": "dress", "zh": "连衣裙"},
}
ATTRIBUTE_NAMES_ZH = {
    "type": "款式",
    "colour": "颜色",
    "shade": "色调",
    "pattern": "图案",
    "sleeve": "袖长",
    "neckline": "领型",
    "length": "长度",
    "fit": "版型",
    "fabric": "面料",
}


def describe(
    garment: Annotated[Path, typer.Argument(metavar="GARMENT", help="Its picture.")],
    question: Annotated[
        str | None,
        typer.Option("--ask", metavar="TEXT", help='A question, e.g. "what colour is it?".'),
    ] = None,
    language: AskedLanguage = "en",
    as_json: AsJson = False,
) -> None:
    """Say what a garment is."""
    from tryon.core.image import read_photo
    from tryon.words import ask

    photo = read_photo(garment)  # a wrong path shows before the models are loaded
    seen = loading.load_tryon().describe(photo)
    report = garment_report(seen, language)
    report["sentence"] = ask.describe(seen, language)
    if question is not None:
        answer = ask.ask(seen, question)
        if not as_json:
            print(answer.text)
            return
        report["question"], report["answer"] = question, answer.text
        report["answer_confidence"] = round(answer.confidence, 4)
    if as_json:
        print_json(report)
        return
    print(report["sentence"])
    print(f"{KIND_NAMES[str(seen.kind)][language]}  ({seen.confidence:.0%})")
    for attribute, value in seen.attributes.items():
        name, word = named(attribute, value, language)
        print(f"  {name}: {word}  ({seen.attribute_scores[attribute]:.0%})")
    for note in seen.notes:
        print(f"- {note.text(language)}")


def understand(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="In English or Chinese.")],
    language: AskedLanguage = "en",
    as_json: AsJson = False,
) -> None:
    """Say what a text asks for."""
    from tryon.words.prompt import understand

    prompt = understand(text)
    if prompt.ignored:  # a second look at what the rules do not know
        from tryon.words.wording import WordReader

        prompt = understand(text, WordReader.load())
    if as_json:
        print_json(prompt_report(prompt, language))
        return
    for attribute, value in prompt.attributes.items():
        print(": ".join(named(attribute, value, language)))
    for attribute, values in prompt.excluded.items():
        for value in values:
            print(": not ".join(named(attribute, value, language)))
    for note in prompt.notes:
        print(f"- {note.text(language)}")
    if prompt.empty and not prompt.notes:
        print("- nothing" if language == "en" else "- 无")


def named(attribute: str, value: str, language: str) -> tuple[str, str]:
    """An attribute's and its value's names in a language."""
    from tryon.core.vocabulary import name

    label = ATTRIBUTE_NAMES_ZH.get(attribute, attribute) if language == "zh" else attribute
    return label, name(attribute, value, language)


def garment_report(garment: "Garment", language: str) -> dict[str, Any]:
    """What was seen of a garment, for JSON."""
    return {
        "kind": str(garment.kind),
        "attributes": dict(garment.attributes),
        "attribute_scores": {k: round(v, 4) for k, v in garment.attribute_scores.items()},
        "words": {k: named(k, v, language)[1] for k, v in garment.attributes.items()},
        "worn": garment.worn,
        "confidence": round(garment.confidence, 4),
        "covered": round(float(garment.mask.mean()), 4),
        "notes": [note.text(language) for note in garment.notes],
        "codes": [note.code for note in garment.notes],
    }


def prompt_report(prompt: "Prompt", language: str = "en") -> dict[str, Any]:
    """How a text was read, for JSON."""
    return {
        "text": prompt.text,
        "language": prompt.language,
        "attributes": dict(prompt.attributes),
        "excluded": {key: list(values) for key, values in prompt.excluded.items()},
        "ignored": list(prompt.ignored),
        "words": [list(pair) for pair in prompt.words],
        "notes": [note.text(language) for note in prompt.notes],
    }
