"""fitscope report: where the page goes, and what is refused."""

import pytest


@pytest.fixture(autouse=True)
def run(write_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_run("plain")


@pytest.mark.parametrize("given", ["plain", "plain/result.json"])
def test_report_writes_the_page_beside_the_result(cli_invoke, tmp_path, given):
    done = cli_invoke("report", given)
    assert (done.exit_code, done.stdout) == (0, "plain/report.html\n")
    assert "fitscope-result" in (tmp_path / "plain" / "report.html").read_text()


def test_report_as_json_prints_the_result(cli_invoke, tmp_path):
    done = cli_invoke("report", "plain", "--output", "page.html", "--json")
    assert done.stdout == (tmp_path / "plain" / "result.json").read_text()
    assert (tmp_path / "page.html").is_file()


def test_report_that_teaches_asks_first(cli_invoke, tmp_path):
    assert cli_invoke("report", "plain", "--teach").exit_code == 0
    page = (tmp_path / "plain" / "report.html").read_text()
    assert page.index('id="question-') < page.index('id="fitscope-numbers"')


def test_report_writes_figures(cli_invoke, tmp_path):
    assert cli_invoke("report", "plain", "--figures", "drawn", "--figure-format", "svg").exit_code == 0
    assert (tmp_path / "drawn" / "loss.svg").is_file()


def test_report_opens_its_page(cli_invoke, monkeypatch):
    opened = []
    monkeypatch.setattr("click.launch", opened.append)
    cli_invoke("report", "plain", "--open")
    assert opened == ["plain/report.html"]


def test_report_of_a_newer_schema_is_refused(cli_invoke, tmp_path):
    path = tmp_path / "plain" / "result.json"
    path.write_text(path.read_text().replace("fitscope-result/1", "fitscope-result/2"))
    done = cli_invoke("report", "plain")
    assert done.exit_code == 1
    assert "a newer fitscope wrote; update this one with pip install -U fitscope" in done.stderr


@pytest.mark.parametrize(("arguments", "code", "says"), [([], 2, "Missing argument"), (["nowhere"], 1, "There is no nowhere")])
def test_wrong_use_is_told_with_its_exit_code(cli_invoke, arguments, code, says):
    done = cli_invoke("report", *arguments)
    assert done.exit_code == code
    assert says in done.stderr
