"""TextNet, the sentences it learns from, and rules and network read together."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch

from tryon.core import weights
from tryon.core.vocabulary import ATTRIBUTES
from tryon.evaluation.words import evaluate_words, table, wrong
from tryon.nets.text import PADDING, TextConfig, TextNet
from tryon.training.data.sentences import alphabet, held_out, key, sentence
from tryon.training.text import TextTask
from tryon.words import grammar
from tryon.words.prompt import clean, understand
from tryon.words.wording import WEIGHT_FILE, QuickText, WordReader

DATA = Path(__file__).parent / "data"
TINY = TextConfig("abcdefghijklmnopqrstuvwxyz 红色", embedding=6, width=8, hidden=6, pooled=5)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def reader() -> WordReader:
    return WordReader.load()


# --- the network -------------------------------------------------------------------------------


def test_every_parameter_learns_and_every_attribute_has_a_head():
    torch.manual_seed(0)
    net = TextNet(TINY)
    found = net(net.spell(["a red dress", "红色"]))
    assert {name: x.shape[1] for name, x in found.said.items()} == {
        name: 1 + len(values) for name, values in ATTRIBUTES.items()
    }
    assert found.pooled.shape == (2, 5)
    parts = (*found.said.values(), *found.excluded.values(), found.pooled)
    sum((x * torch.randn_like(x)).sum() for x in parts).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


def test_padding_changes_nothing():
    torch.manual_seed(0)
    net = TextNet(TINY).eval()
    alone, beside = net(net.spell(["red"])), net(net.spell(["red", "a very long red sentence"]))
    assert torch.allclose(alone.pooled[0], beside.pooled[0], atol=1e-6)
    for name in ATTRIBUTES:
        assert torch.allclose(alone.said[name][0], beside.said[name][0], atol=1e-6)


def test_letters_it_does_not_know_and_no_letters_at_all():
    net = TextNet(TINY)
    letters = net.spell(["", "🙂x", "a" * 999])
    assert letters.shape == (3, TINY.longest)
    assert (letters[0] != PADDING).sum() == 1
    assert torch.isfinite(net(letters).pooled).all()


@pytest.fixture
def one_thread():
    """Small steps are not shared out: on a busy machine the threads would wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_a_batch_can_be_learned_by_heart(one_thread):
    torch.manual_seed(0)
    task = TextTask(config=TextConfig(alphabet(), embedding=16, width=32, hidden=24))
    net = task.build()
    batch = {name: torch.from_numpy(x) for name, x in task.batch(0, 4, (0, 0)).items()}
    optimiser = torch.optim.Adam(net.parameters(), 1e-2)
    losses = []
    for _ in range(40):
        loss, _ = task.loss(net, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.35 * losses[0]


def test_numpy_gives_the_same_answer_as_the_network():
    torch.manual_seed(2)
    net = TextNet(TINY).eval()
    letters = net.spell(["red dress", "红色", "a longer red dress with a collar"])
    said, excluded = QuickText(net)(letters.numpy())
    with torch.inference_mode():
        found = net(letters)
    for name in ATTRIBUTES:
        assert np.allclose(said[name], torch.softmax(found.said[name], 1), atol=1e-5)
        assert np.allclose(excluded[name], torch.sigmoid(found.excluded[name]), atol=1e-5)
    alone, _ = QuickText(net)(letters[:1].numpy())
    for name in ATTRIBUTES:
        assert np.allclose(alone[name][0], said[name][0], atol=1e-5)


# --- the sentences -----------------------------------------------------------------------------


def test_sentences_are_of_the_vocabulary_and_repeat():
    for number in range(300):
        made = sentence(3, number)
        assert made == sentence(3, number)
        assert made.text == clean(made.text)[0]
        for attribute, value in made.said.items():
            assert value in ATTRIBUTES[attribute], made
        for attribute, values in made.excluded.items():
            assert set(values) <= set(ATTRIBUTES[attribute]), made
            assert made.said.get(attribute) not in values


def test_sentences_cover_every_value_in_both_languages():
    seen = {"en": set(), "zh": set()}
    for number in range(3500):
        made = sentence(4, number)
        if made.language != "mixed":
            seen[made.language] |= set(made.said.items())
    every = {(a, v) for a, values in ATTRIBUTES.items() for v in values}
    for language in seen:
        assert not every - seen[language] - {("length", "cropped")}


def test_no_sentence_of_the_tests_is_trained_on():
    texts = {key(row["text"]) for path in DATA.glob("prompts*.csv") for row in rows(path.stem)}
    assert texts <= held_out()
    assert len(texts) >= 500
    assert not texts & {key(sentence(0, number).text) for number in range(3000)}


def test_the_rules_read_what_the_grammar_writes():
    """Where no slip of the finger is in it, the two ought to agree: they share conventions."""
    right = total = 0
    for number in range(400):
        made = sentence(6, number)
        read = understand(made.text)
        for attribute in ATTRIBUTES:
            total += 1
            right += read.attributes.get(attribute) == made.said.get(attribute)
    assert right / total > 0.9


# --- rules and network -------------------------------------------------------------------------


SETS = [path.stem for path in sorted(DATA.glob("prompts*.csv")) if "hard" not in path.stem]


@pytest.mark.parametrize("name", SETS)
def test_both_together_read_the_hand_written_prompts(reader, name):
    floor = {"en": 0.97, "zh": 0.95}[name.rpartition("_")[2]]
    data = rows(name)
    missed = [(row["text"], wrong(row, understand(row["text"], reader))) for row in data]
    for attribute in (*ATTRIBUTES, "excluded"):
        bad = [text for text, columns in missed if attribute in columns]
        assert 1 - len(bad) / len(data) >= floor, bad


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_together_read_more_of_the_hard_prompts(reader, language):
    data = rows(f"prompts_hard_{language}")
    alone = sum(not wrong(row, understand(row["text"], grammar.read)) for row in data)
    both = sum(not wrong(row, understand(row["text"], reader)) for row in data)
    assert both >= alone
    assert both / len(data) >= 0.75


def test_a_word_the_network_read_is_no_longer_ignored(reader):
    text = "jens, light wash, xyzzy"
    assert "type" not in understand(text).attributes
    prompt = understand(text, reader)
    assert prompt.attributes == {"type": "jeans", "shade": "light"}
    assert ("jens", "type") in prompt.words
    assert prompt.ignored == ("xyzzy",)


def test_the_rules_are_never_overruled(reader):
    for path in sorted(DATA.glob("prompts*.csv")):
        for row in rows(path.stem):
            rules = understand(row["text"]).attributes
            both = understand(row["text"], reader).attributes
            for attribute, value in rules.items():
                said = both[attribute]
                assert said == value or (value, said) == ("short", "cropped")


def test_idle_words_stay_ignored(reader):
    for text in ("hello from barcelona", "my dog ate it", "asdf qwerty", "我家的猫", "今晚吃什么"):
        prompt = understand(text, reader)
        assert prompt.empty, text


def test_figures_are_printed_for_each_set(reader, tmp_path):
    text = "text,type,colour,shade,pattern,sleeve,neckline,length,fit,fabric,excluded\n"
    (tmp_path / "prompts_en.csv").write_text(
        text + "red dress,dress,red,,,,,,,,\nblue dress,dress,red,,,,,,,,\n", encoding="utf-8"
    )
    figures = evaluate_words(tmp_path, reader)
    assert figures["prompts_en"]["prompts"] == 2
    assert figures["prompts_en"]["rules"]["accuracy"]["colour"] == 0.5
    assert figures["prompts_en"]["rules"]["said"]["type"] == [2, 2]
    assert figures["prompts_en"]["rules"]["whole"] == 0.5
    assert "combined" in table(figures)


def test_the_weights_are_small_and_say_where_they_come_from():
    assert weights.path_of(WEIGHT_FILE).stat().st_size <= 3_000_000
    assert weights.training_summary(WEIGHT_FILE)["steps"] > 0
