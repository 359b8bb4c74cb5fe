"""Figures: what they show of made-up runs, and that nothing to show is not drawn."""

from xml.etree import ElementTree

import pytest

from game.figure_style import COLOURS, MARKERS, series_look
from game.standings import results
from game.standings.figures import draw_all, inline_svg, write_figures
from tests.game.standings.summaries import run

SVG = "{http://www.w3.org/2000/svg}"
ALL = ["success-by-attempts", "first-right-hypothesis", "cost-and-success", "affordances"]


def many():
    runs = [run(auditor=auditor, seed=seed, correct=seed > 0, rules=rules) for auditor in "ab" for seed in range(3) for rules in ("x", "y")]
    runs += [run(organism="other", seed=seed, first_right=4.0 + seed, first_right_calls=3) for seed in range(3)]
    runs += [run(organism="clean", auditor="a", correct=False), run(auditor="a", members=3, seed=3, dollars=900.0), run(outcome="errored")]
    return runs


@pytest.fixture(scope="module")
def found():
    return drawn(many())


def drawn(runs):
    return {item.name: item for item in draw_all(results(runs, []))}


def texts(figure):
    return [element.text for element in ElementTree.fromstring(inline_svg(figure, "x", "title")).iter(f"{SVG}text")]


def test_all_figures_are_drawn(found):
    assert list(found) == ALL
    assert all(item.title and item.caption for item in found.values())
    assert {"a", "b", "a, team of 3", "x", "y"} <= set(texts(found["success-by-attempts"].figure))
    assert {"minutes of playing", "3/3", "0/3", "dollars"} <= set(texts(found["first-right-hypothesis"].figure))
    assert {"2/3", "1/1", "dollars a run"} <= set(texts(found["cost-and-success"].figure))
    assert {"2/3", "1/1", "0/1"} <= set(texts(found["affordances"].figure))


@pytest.mark.parametrize(
    ("runs", "names"),
    [
        ([], []),
        ([run(outcome="unfinished")], []),
        ([run(outcome="errored")], ["affordances"]),
        ([run(organism="clean"), run(organism="clean", correct=False)], ["success-by-attempts", "affordances"]),
        ([run()], ALL),
        ([run(seconds=0.0, calls=0, dollars=0.0)], ["success-by-attempts", "affordances"]),
    ],
)
def test_what_has_nothing_to_show_is_not_drawn(runs, names):
    assert list(drawn(runs)) == names


def test_a_curve_stands_where_its_numbers_do():
    runs = [run(first_right=60.0, seconds=300.0), run(seconds=300.0, correct=False)]
    (panel,) = (item for item in drawn(runs)["first-right-hypothesis"].figure.axes if item.get_xlabel() == "minutes of playing")
    steps = max(panel.lines, key=lambda line: len(line.get_xdata()))
    assert list(steps.get_xdata()) == [0, 1, 5]
    assert list(steps.get_ydata()) == [1, 0.5, 0.5]


def test_costs_far_apart_have_a_logarithmic_axis_with_zero():
    found = drawn([run(dollars=0.0), run(auditor="b", dollars=0.01), run(auditor="c", dollars=50.0)])
    panel = found["cost-and-success"].figure.axes[0]
    assert panel.get_xscale() == "symlog"
    left, right = panel.get_xlim()
    assert left < 0
    assert right > 50


def test_names_cannot_act_in_a_drawing():
    name = "<script>$x_1$</script>\u202e" + "x" * 200
    for item in drawn([run(auditor=name, rules=name, organism=name)]).values():
        told = inline_svg(item.figure, item.name, item.title)
        ElementTree.fromstring(told)
        assert "<script" not in told
        assert "\u202e" not in told
        assert "$x_1$" in told
        assert "x" * 100 not in told


def test_a_drawing_in_a_page_takes_the_pages_colours_and_ids_of_its_own(found):
    one, two = (inline_svg(item.figure, item.name, item.title) for item in list(found.values())[:2])
    assert "var(--c-d55e00, #d55e00)" in one
    assert 'role="img"' in one
    ids = [{element.get("id") for element in ElementTree.fromstring(told).iter() if element.get("id")} for told in (one, two)]
    assert ids[0]
    assert not ids[0] & ids[1] - {"figure_1"}


def test_files_are_alike_for_alike_runs(tmp_path):
    for folder in ("one", "two"):
        written = write_figures(results([run(first_right=4.0)], []), tmp_path / folder)
    assert sorted(path.name for path in written) == sorted(f"{name}.{suffix}" for name in ALL for suffix in ("png", "svg"))
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in written if path.suffix == ".png")
    for name in ALL:
        one, two = ((tmp_path / folder / f"{name}.svg").read_text() for folder in ("one", "two"))
        assert one == two


def test_many_series_look_apart():
    looks = {tuple(sorted(series_look(index).items())) for index in range(len(COLOURS) * len(MARKERS))}
    assert len(looks) == len(COLOURS) * len(MARKERS)
