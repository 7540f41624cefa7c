import json

import pytest


@pytest.fixture
def log(tmp_path, curves):
    def write(shape, name="training.log"):
        metrics = curves(shape)
        rows = "".join(f"{i},{a},{b}\n" for i, (a, b) in enumerate(zip(metrics["loss"], metrics["val_loss"])))
        (tmp_path / name).write_text("epoch,loss,val_loss\n" + rows)
        return tmp_path / name

    return write


def test_log_is_answered_with_verdict_and_advice(cli_invoke, log):
    done = cli_invoke("diagnose", log("overfitting"))
    assert done.exit_code == 0
    assert "from epoch" in done.stdout
    assert "EarlyStopping" in done.stdout


def test_json_is_one_line_a_training_and_says_the_same_as_the_library(cli_invoke, log, curves):
    import fitscope

    done = cli_invoke("diagnose", "--json", log("overfitting", "a"), log("good_fit", "b"))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["diagnosis"]["verdict"] for line in lines] == ["overfitting", "good_fit"]
    assert lines[0]["run"] is None
    assert lines[0]["source"].endswith("a")
    assert lines[0]["diagnosis"]["best_epoch"] == fitscope.diagnose(curves("overfitting")).best_epoch


def test_readable_logs_are_answered_beside_one_that_is_not(cli_invoke, log, tmp_path):
    done = cli_invoke("diagnose", "--json", tmp_path / "none", log("good_fit"))
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 1
    assert set(first) == {"source", "error"}
    assert second["diagnosis"]["verdict"] == "good_fit"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("verdicts", "code"), [("overfitting", 3), ("underfitting,diverged", 0)])
def test_fail_on_leaves_with_3_at_its_verdict(cli_invoke, log, verdicts, code):
    assert cli_invoke("diagnose", log("overfitting"), "--fail-on", verdicts).exit_code == code


def test_columns_can_be_named(cli_invoke, tmp_path):
    (tmp_path / "log").write_text("step,a,b\n" + "".join(f"{i},{1 / i},{2 / i}\n" for i in range(1, 12)))
    assert cli_invoke("diagnose", tmp_path / "log").exit_code == 1
    assert cli_invoke("diagnose", tmp_path / "log", "--loss", "a", "--val-loss", "b").exit_code == 0


def test_log_of_training_loss_alone_is_answered(cli_invoke, tmp_path):
    (tmp_path / "log").write_text("epoch,loss\n" + "".join(f"{i},{1 / (i + 1)}\n" for i in range(12)))
    done = cli_invoke("diagnose", tmp_path / "log")
    assert done.exit_code == 0
    assert "hold out validation data" in done.stdout
