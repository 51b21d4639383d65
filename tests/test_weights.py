"""Networks to files and back, and what a missing or damaged file says."""

import json

import pytest
import torch
from safetensors import safe_open
from test_nets import GARMENT, PARSER, parser_inputs

from tryon.core import weights
from tryon.core.errors import TryOnError
from tryon.nets.garment import GarmentNet
from tryon.nets.parser import ParserNet


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path)
    return tmp_path


def test_config_and_summary_travel_in_the_header(folder):
    weights.save(ParserNet(PARSER), folder / "parser.safetensors", {"steps": 7, "data": ["ccp"]})
    net = weights.load(ParserNet, "parser.safetensors")
    assert net.config == PARSER
    assert not net.training
    assert weights.training_summary("parser.safetensors") == {"steps": 7, "data": ["ccp"]}
    with safe_open(folder / "parser.safetensors", framework="pt") as file:
        assert json.loads(file.metadata()["config"])["classes"] == 4
        assert file.get_tensor("classify.weight").dtype == torch.float16


def test_nested_tuples_of_a_config_come_back_as_tuples(folder):
    weights.save(GarmentNet(GARMENT), folder / "garment.safetensors", {})
    assert weights.load(GarmentNet, "garment.safetensors").config == GARMENT


def test_a_loaded_network_computes_the_same(folder):
    torch.manual_seed(3)
    net = ParserNet(PARSER).half().float().eval()
    weights.save(net, folder / "a.safetensors", {})
    with torch.no_grad():
        assert torch.equal(
            weights.load(ParserNet, "a.safetensors")(*parser_inputs()), net(*parser_inputs())
        )


def test_missing_file_is_named(folder):
    with pytest.raises(TryOnError, match=r"weights/nothing\.safetensors is missing") as error:
        weights.load(ParserNet, "nothing.safetensors")
    assert error.value.code == "weights_missing"


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-1000])


def fill_with_noise(path):
    path.write_bytes(b"\x00" * 5000)


def another_network(path):
    weights.save(GarmentNet(GARMENT), path, {})


def another_shape(path):
    from safetensors.torch import load_file, save_file

    with safe_open(path, framework="pt") as file:
        header = file.metadata()
    tensors = load_file(path)
    tensors["classify.bias"] = torch.zeros(9, dtype=torch.float16)
    save_file(tensors, path, metadata=header)


def missing_tensor(path):
    from safetensors.torch import load_file, save_file

    with safe_open(path, framework="pt") as file:
        header = file.metadata()
    tensors = load_file(path)
    del tensors["classify.bias"]
    save_file(tensors, path, metadata=header)


def unknown_config(path):
    from safetensors.torch import load_file, save_file

    header = {"net": "ParserNet", "config": '{"depth": 3}', "training": "{}"}
    save_file(load_file(path), path, metadata=header)


@pytest.mark.parametrize(
    "damage",
    [
        cut_short,
        fill_with_noise,
        another_network,
        another_shape,
        missing_tensor,
        unknown_config,
    ],
)
def test_damaged_file_is_named(folder, damage):
    path = folder / "parser.safetensors"
    weights.save(ParserNet(PARSER), path, {})
    damage(path)
    with pytest.raises(TryOnError, match=r"weights/parser\.safetensors is damaged") as error:
        weights.load(ParserNet, "parser.safetensors")
    assert error.value.code == "weights_damaged"
    assert "\n" not in error.value.message
