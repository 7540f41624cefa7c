import json

import pytest


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A data folder with an imdb.npz of two reviews."""
    import numpy as np

    def part():
        rows = np.empty(2, object)
        rows[:] = [[1, 2], [2, 3]]
        return rows

    np.savez(tmp_path / "imdb.npz", x_train=part(), y_train=np.array([0, 1]), x_test=part(), y_test=np.array([1, 0]))
    (tmp_path / "imdb_word_index.json").write_text('{"a": 1, "fine": 2, "film": 3}')
    monkeypatch.setenv("FITSCOPE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path


def test_list_says_what_is_here_and_where(cli_invoke, small):
    out = cli_invoke("data", "list").stdout
    assert f"found at {small / 'imdb.npz'}" in out
    assert "comes with scikit-learn" in out
    assert "not here yet" in out


def test_list_as_json_is_one_list(cli_invoke, small):
    assert [row["name"] for row in json.loads(cli_invoke("data", "list", "--json").stdout)] == [
        "imdb",
        "reuters",
        "digits",
        "diabetes",
    ]


def test_path_prints_the_file_alone(cli_invoke, small):
    assert cli_invoke("data", "path", "imdb").stdout == f"{small / 'imdb.npz'}\n"


def test_path_without_a_name_prints_the_folders_in_order(cli_invoke, small):
    assert cli_invoke("data", "path").stdout.splitlines() == [str(small), str(small / "keras" / "datasets")]


def test_path_of_data_that_is_missing_leaves_with_1(cli_invoke, small):
    done = cli_invoke("data", "path", "reuters")
    assert done.exit_code == 1
    assert "fitscope analyze reuters" in done.stderr


def test_check_of_sound_data_leaves_with_0(cli_invoke, small):
    done = cli_invoke("data", "check", "imdb")
    assert done.exit_code == 0
    assert "sound: 4 samples" in done.stdout


def test_check_of_damaged_data_leaves_with_1(cli_invoke, small):
    (small / "imdb.npz").write_bytes(b"PK")
    done = cli_invoke("data", "check")
    assert done.exit_code == 1
    assert "damaged" in done.stdout


def test_show_prints_a_digit_as_a_picture(cli_invoke):
    done = cli_invoke("data", "show", "digits", 0)
    assert done.stdout.splitlines()[0].startswith("digits 0: ")
    assert len(done.stdout.splitlines()) == 10


@pytest.mark.parametrize(("args", "says"), [(["imdb", "25000"], "24,999"), (["digits", "1437"], "1,436"), (["nope", "0"], "imdb")])
def test_show_of_a_sample_that_is_not_there_leaves_with_2(cli_invoke, small, args, says):
    done = cli_invoke("data", "show", *args)
    assert done.exit_code == 2
    assert says in done.stderr


@pytest.mark.needs_data
def test_show_prints_a_review_with_unknown_words_as_question_marks(cli_invoke):
    whole = cli_invoke("data", "show", "imdb", 0).stdout
    assert " ? " in whole
    few, many = (cli_invoke("data", "show", "imdb", 0, "--num-words", n).stdout.count("?") for n in (100, 80_000))
    assert few > whole.count("?") > many


@pytest.mark.needs_data
def test_check_of_the_real_data_finds_it_sound(cli_invoke):
    done = cli_invoke("data", "check")
    assert done.exit_code == 0
    assert done.stdout.count("sound") == 4
