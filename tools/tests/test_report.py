"""What measurements say of their aims."""

import pytest

from bench.report import Report, at_least, at_most


@pytest.mark.parametrize(
    ("aim", "text"),
    [
        (at_least("to queue_job", 50, 50), "aim 50 met: to queue_job 50"),
        (at_least("to queue_job", 49.9, 50), "aim 50 NOT met: to queue_job 49.9"),
        (at_most("growth", 1.2, 1.2), "aim 1.2 met: growth 1.2"),
        (at_most("growth", 1.21, 1.2), "aim 1.2 NOT met: growth 1.21"),
    ],
)
def test_aim_is_told(capsys, aim, text):
    report = Report("Title", [("a", "b"), (1, 2)], ["A note."], {"ratio": 1}, [aim])
    report.show()
    assert text in capsys.readouterr().out.splitlines()
    [found] = report.figures["aims"]
    assert found["is_met"] == ("NOT" not in text)
    assert report.figures["ratio"] == 1


def test_measurement_without_aim(capsys):
    report = Report("Title", [("a",), (1,)], [], {"ratio": 1})
    report.show()
    assert "aim" not in capsys.readouterr().out
    assert report.figures == {"ratio": 1}
