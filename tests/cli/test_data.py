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


def test_path_without_a_name_prints_the_folders_in_order(cli_invoke, small, own_data_folder):
    folders = [str(small), str(own_data_folder), str(small / "keras" / "datasets")]
    assert cli_invoke("data", "path").stdout.splitlines() == folders


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


def test_import_says_what_it_found_what_differs_and_how_to_go_on(cli_invoke, small, tmp_path):
    done = cli_invoke("data", "import", small / "imdb.npz", "--output", tmp_path / "a b")
    assert done.exit_code == 0
    for part in ("2 for training, 2 for testing", "positive 2", str(tmp_path / "a b" / "imdb.npz"), "SHA-256", "this one 2 and 2"):
        assert part in done.stdout
    assert done.stdout.splitlines()[-1] == f"Go on with: fitscope analyze imdb --data-dir '{tmp_path / 'a b'}'"


def test_import_as_json_is_one_object_without_progress(cli_invoke, small, tmp_path):
    done = cli_invoke("data", "import", small / "imdb.npz", "--output", tmp_path / "other", "--json", "--quiet")
    told = json.loads(done.stdout)
    assert (told["dataset"], told["train"], told["test"], told["words"]) == ("imdb", 2, 2, 3)
    assert done.stderr == ""


def test_import_of_what_is_not_there_leaves_with_1(cli_invoke, tmp_path):
    done = cli_invoke("data", "import", tmp_path / "aclImdb")
    assert done.exit_code == 1
    assert "aclImdb is no file or folder; give" in done.stderr
