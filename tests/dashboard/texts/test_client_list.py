"""Lists of clients as they come out of other programs."""

from __future__ import annotations

import json

import fake_answers
import pytest

from api_client.answers import ModelAnswer
from texts.client_list import key_of, read_list

MODEL = ModelAnswer.model_validate_json(json.dumps(fake_answers.model()))


def with_text_keys() -> ModelAnswer:
    told = fake_answers.model()
    for column in told["tables"]["application"]["columns"]:
        if column["role"] == "client":
            column |= {"type": "category"}
    return ModelAnswer.model_validate_json(json.dumps(told))


@pytest.mark.parametrize(
    "file",
    [
        b"700002\n700001\n\n700002\n",
        b"SK_ID_CURR\r\n700002\r\n700001\r\n",
        "\ufeffname;CLIENT_ID\nA;700002\nB;700001\n;\n".encode(),
        b'"Client number","x"\n"700002","1,5"\n"700001","2"\n',
        "sk_id_curr\tnom\n700002\té\n700001\t".encode("utf-16"),
        "nom;CLIENT NUMBER (fr)\né;700002\nè;700001".encode("cp1252"),
    ],
)
def test_each_key_is_read_once_in_order(file: bytes) -> None:
    assert read_list(file, MODEL) == ["700002", "700001"]


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"a;b\n1;2\n", "none is called SK_ID_CURR"),
        (b"\n \n", "holds no client's number"),
        (b"SK_ID_CURR\n", "holds no client's number"),
        (b"7\x0000\n", "not text"),
    ],
)
def test_a_file_without_keys_gets_a_sentence(file: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_list(file, MODEL)


def test_a_key_is_taken_only_as_it_is() -> None:
    assert key_of("700001", MODEL) == 700001
    assert key_of("700 001", MODEL) is None and key_of("\u0663", MODEL) is None
    assert key_of("00 12", with_text_keys()) == "00 12"
    assert key_of("x" * 65, with_text_keys()) is None
