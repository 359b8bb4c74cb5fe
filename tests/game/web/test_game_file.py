"""Games as files: what is wrong is named, and a game goes on only on the terms on which it was begun."""

import stat

import pytest
import yaml

from game.rules import RulesError
from game.web.game_file import HOST, GameError, load_game
from game.web.game_record import FILE
from game.web.opening import open_house

GOOD = {"organism": "pico", "rules": "team-4", "teams": ["red", "blue"]}


def written(folder, **fields):
    path = folder / "spring.yaml"
    path.write_text(yaml.safe_dump({name: value for name, value in (GOOD | fields).items() if value is not None}))
    return path


def test_a_game_is_named_after_its_file(tmp_path):
    game = load_game(written(tmp_path))
    assert (game.name, game.clock, game.expires) == ("spring", "host", 24.0)
    assert game.organism_of(game.teams[1]) == "pico"


def test_teams_have_their_own_organism_or_one_in_turn(tmp_path):
    teams = ["red", {"name": "green", "organism": "c"}, "blue", "grey"]
    game = load_game(written(tmp_path, organism=["a", "b"], teams=teams))
    assert [game.organism_of(team) for team in game.teams] == ["a", "c", "b", "a"]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"teams": None}, "teams"),
        ({"teams": []}, "teams"),
        ({"teams": ["red", "RED"]}, "twice"),
        ({"teams": ["barn owls", "barn owls"]}, "twice"),
        ({"teams": ["a b", "a-b"]}, "a-b"),
        ({"teams": ["../red"]}, "teams"),
        ({"teams": [HOST]}, HOST),
        ({"organism": None}, "team red has no organism"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": "long"}, "minutes"),
        ({"expires": -1}, "hours above 0"),
        ({"expires": True}, "expires"),
        ({"expires": "soon"}, "a time with its zone"),
        ({"expires": "2026-11-23 10:00"}, "expires"),
        ({"clock": "nobody"}, "clock"),
        ({"address": "8000"}, "address"),
        ({"helper": "anthropic"}, None),
        ({"name": "../x"}, "begins with a letter"),
        ({"colour": "red"}, "colour"),
        ({"schema_version": 2}, "schema_version"),
    ],
)
def test_a_wrong_field_is_named_with_its_file(tmp_path, fields, named):
    path = written(tmp_path, **fields)
    if named is None:
        assert load_game(path).helper is not None
        return
    with pytest.raises(GameError) as error:
        load_game(path)
    assert str(path) in str(error.value)
    assert named in str(error.value)


@pytest.mark.parametrize("text", ["", "- a", "a: [", "\x00"])
def test_a_file_that_is_no_game_is_named(tmp_path, text):
    path = tmp_path / "game.yaml"
    path.write_text(text)
    with pytest.raises(GameError, match=r"game\.yaml"):
        load_game(path)
    with pytest.raises(GameError, match="no such file"):
        load_game(tmp_path / "nothing.yaml")


@pytest.fixture
def opened(pico, pico_cache, tmp_path):
    """Opens the game of these fields, as another process would."""

    def opened(new_codes=(), **fields):
        return open_house(load_game(written(tmp_path, **fields)), tmp_path / "runs", pico_cache, new_codes=new_codes)

    return opened


@pytest.mark.slow
def test_a_game_goes_on_with_its_codes_and_runs(opened, tmp_path):
    first, codes = opened()
    assert set(codes) == {HOST, "red", "blue"}
    folder = tmp_path / "runs" / "game-spring"
    assert sorted(path.name for path in folder.iterdir()) == ["blue", FILE, "red"]
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    first.tables[0].start("Ada")
    first.release(True)
    first.close()
    again, none = opened()
    assert none == {}
    assert [table.code for table in again.tables] == [table.code for table in first.tables]
    assert (again.secret, again.host_code, again.released, again.ends) == (first.secret, first.host_code, True, first.ends)
    assert [event.kind for event in again.tables[0].match.bench.log.events] == ["match", "message", "paused"]
    again.close()
    added, new = opened(new_codes=["red"], teams=["red", "blue", "green"])
    assert set(new) == {"red", "green"}
    assert added.tables[0].code != first.tables[0].code
    assert added.tables[1].code == first.tables[1].code
    added.close()
    for fields, named in [
        ({"rules": "team-1"}, "another rules and affordances"),
        ({"minutes": 5}, "another budget"),
        ({"seed": 4}, "another seed"),
        ({"organism": "clean-nano"}, "plays on pico already"),
    ]:
        with pytest.raises(GameError, match=named):
            opened(**fields)
    with pytest.raises(GameError, match="no team 'yellow'"):
        opened(new_codes=["yellow"])


@pytest.mark.slow
def test_a_game_needs_what_it_names(opened, tmp_path):
    with pytest.raises(GameError, match="no organism 'nope'"):
        opened(organism="nope")
    with pytest.raises(GameError, match="auditgame build rm-sycophant-nano"):
        opened(organism="rm-sycophant-nano")
    with pytest.raises(RulesError, match="no rules 'nope'"):
        opened(rules="nope")
    with pytest.raises(GameError, match="is past, and this game has not begun"):
        opened(expires="2020-01-01T00:00:00Z")
    assert not (tmp_path / "runs").exists()
