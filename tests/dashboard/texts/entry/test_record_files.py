"""A history comes as programs write it; what is wrong is told where it is."""

from __future__ import annotations

import json
from datetime import date

import fake_answers
import pytest

from api_client.answers import FieldProblem, ModelAnswer
from texts.entry.record_files import Fault, faults_of, read_records

MODEL = ModelAnswer.model_validate_json(json.dumps(fake_answers.model()))
HEAD = "SK_ID_CURR,SK_ID_BUREAU,AMT_CREDIT_SUM,DAYS_CREDIT"


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a.csv", f"{HEAD}\n1,7,1000.5,-30\n1,8,,-60\n"),
        (
            "a.csv",
            "\ufeffSK_ID_BUREAU;AMT_CREDIT_SUM;DAYS_CREDIT\r\n7;1000,5;-30\r\n8;;-60",
        ),
        (
            "a.txt",
            'sk_id_bureau\tamt_credit_sum\tDAYS_CREDIT\n7\t1 000,50\t-30\n8\t""\t-60',
        ),
        (
            "a.json",
            '[{"SK_ID_BUREAU": 7, "AMT_CREDIT_SUM": 1000.5, "DAYS_CREDIT": -30},'
            ' {"SK_ID_BUREAU": 8, "AMT_CREDIT_SUM": null, "DAYS_CREDIT": -60}]',
        ),
    ],
)
def test_the_same_records_come_out_of_each_file(name: str, file: str) -> None:
    [records] = read_records(name, file.encode(), MODEL)
    assert records.table == "bureau"
    assert json.dumps(records.rows) == json.dumps(
        [
            {"SK_ID_BUREAU": 7, "AMT_CREDIT_SUM": 1000.5, "DAYS_CREDIT": -30},
            {"SK_ID_BUREAU": 8, "DAYS_CREDIT": -60},
        ]
    )


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("", "The file holds no records."),
        (HEAD, "The file holds no records."),
        ("a,b\n1,2\n", "The columns are those of no table that is known: bureau."),
        (f"{HEAD},RATE\n1,7,1,2,3\n", "bureau has no column RATE."),
        (f"{HEAD}\n1,7,1,2,3\n", "A row of the file has more values"),
        (f"{HEAD}\n1,7,1,2\n2,8,1,2\n", "The file holds records of 2 clients."),
        ("{1", "The file is no JSON."),
        ('{"application": []}', "The columns are those of no table"),
        ('{"bureau": {}}', "The file holds no records."),
        ("[1]", "The file holds no records."),
    ],
)
def test_a_file_of_something_else_is_refused_in_words(file: str, told: str) -> None:
    with pytest.raises(ValueError, match=told.rstrip(".")):
        read_records("a.csv", file.encode(), MODEL)


def test_a_fault_stands_where_the_file_has_it() -> None:
    """The API's pointer, the row as the file counts it, our own words."""
    [records] = read_records(
        "a.csv", f"{HEAD}\n1,7,-1,-30\n1,,2,soon\n".encode(), MODEL
    )
    problems = [
        FieldProblem(path="/bureau/0/AMT_CREDIT_SUM", detail="must be between …"),
        FieldProblem(path="/bureau/1/SK_ID_BUREAU", detail="is missing"),
        FieldProblem(path="/bureau/1/DAYS_CREDIT", detail="expected an integer …"),
        FieldProblem(path="/application/AMT_CREDIT", detail="is missing"),
    ]
    faults = faults_of(problems, records, MODEL, date(2026, 11, 23))
    assert faults == [
        Fault(
            2,
            "AMT_CREDIT_SUM",
            "“-1” is no amount from €0 to €1,000,000,000, such as 0.50.",
        ),
        Fault(3, "SK_ID_BUREAU", "It is missing."),
        Fault(
            3,
            "DAYS_CREDIT",
            "“soon” is no whole number from -36,500 to 36,500.",
        ),
    ]
