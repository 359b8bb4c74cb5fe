"""Begins a game, or goes on with it: codes and runs as its file asks, and what an earlier process has left. It serves nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from agent import BrainSpec
from game.going_on import PEOPLE
from game.rules import load_rules
from game.spec import MatchSpec, make_hosted_spec
from game.web.codes import make_code
from game.web.finding import Found, find_built
from game.web.game_file import HOST, GameError, GameFile
from game.web.game_record import FILE, GameRecord, Place, begin_record
from game.web.house import House
from game.web.table import Table
from organism import Organism, organism_folder
from tools import Budget, Helper
from transcripts import RunFolder, folder_name

FIXED = ("rules", "affordances", "budget", "seed", "helper")
"""Fields of a spec that a game keeps once a team's run is made."""


def open_house(
    file: GameFile, runs: Path, cache: Path, *, helper: Helper | None = None, new_codes: Sequence[str] = ()
) -> tuple[House, dict[str, str]]:
    """The game of a file, ready to be served.

    Args:
        file: what it is asked to be.
        runs: where the game's folder lies, or will.
        cache: where built organisms lie.
        helper: the file's helper model.
        new_codes: teams (or `the host`) whose codes are replaced.

    Returns:
        The game, and the codes that were made just now, which nobody can read again.

    Raises:
        GameError: an organism is not built, the game was begun on other terms or would end before it begins, or there is no such team.
        RulesError: no such rules.
        BrainError: dollars are limited, and the helper has no price.
    """
    names = (*(team.name for team in file.teams), HOST)
    if unknown := [name for name in new_codes if name not in names]:
        raise GameError(f"no team {unknown[0]!r} in this game; there are: {', '.join(names)}")
    folder = runs / f"game-{folder_name(file.name)}"
    record, codes = _begun(folder)
    if codes and isinstance(file.expires, datetime) and file.expires <= record.begun:
        raise GameError(f"expires: {file.expires} is past, and this game has not begun")
    found = _found(file, record, cache)
    for team in file.teams:
        run = _run(file, folder, team.name, found[team.name])
        if team.name not in record.teams:
            codes[team.name], code = make_code(record.salt)
            place = Place(code=code, organism=found[team.name], asked=file.organism_of(team), run=run.id)
            record = record.model_copy(update={"teams": record.teams | {team.name: place}})
    for name in new_codes:
        if name not in codes:
            codes[name], code = make_code(record.salt)
            record = record.with_code(name, code)
    record.keep(folder)
    return House(file, folder, cache, record, _tables(file, folder, record, cache, helper)), codes


def _begun(folder: Path) -> tuple[GameRecord, dict[str, str]]:
    """What an earlier process left, or the beginning of a game with its host's code."""
    if (folder / FILE).exists():
        return GameRecord.read(folder / FILE), {}
    record, code = begin_record(datetime.now(UTC))
    return record, {HOST: code}


def _found(file: GameFile, record: GameRecord, cache: Path) -> dict[str, Found]:
    """The organism of each team."""
    asked = {team.name: file.organism_of(team) for team in file.teams}
    known = {name: place.organism for name, place in record.teams.items()}
    if changed := [name for name in asked if name in known and record.teams[name].asked != asked[name]]:
        raise GameError(f"team {changed[0]} plays on {record.teams[changed[0]].asked} already; a game of another name can have another")
    missing = {name: organism for name, organism in asked.items() if name not in known}
    built = find_built(list(missing.values()), cache) if missing else {}
    return known | {name: built[organism] for name, organism in missing.items()}


def _run(file: GameFile, folder: Path, team: str, found: Found) -> RunFolder:
    """The team's run, made if it is not there.

    Raises:
        GameError: it was made on other terms.
    """
    rules = load_rules(file.rules).limited(Budget(minutes=file.minutes))
    spec = make_hosted_spec(found.id, found.recipe, BrainSpec(kind=PEOPLE, model=team), rules, file.seed, helper=file.helper)
    run = RunFolder(folder / folder_name(team))
    if not run.spec.is_file():
        spec.write(run.spec)
    made = MatchSpec.read(run.spec)
    if other := [name for name in FIXED if getattr(made, name) != getattr(spec, name)]:
        raise GameError(f"{run.path}: this game was begun with another {' and '.join(other)}; a game of another name can have another")
    return run


def _tables(file: GameFile, folder: Path, record: GameRecord, cache: Path, helper: Helper | None) -> list[Table]:
    """A table for each team; teams with the same organism share it as it is loaded."""
    loaded = dict[str, Organism]()
    tables = []
    for team in file.teams:
        place = record.teams[team.name]
        if place.organism.id not in loaded:
            organism = loaded[place.organism.id] = Organism.load(organism_folder(cache, place.organism.id))
            _ = organism.model  # loaded now: on its first use all teams would wait for it
        tables.append(
            Table(team.name, place.code.mark, RunFolder(folder / place.run), loaded[place.organism.id], place.organism.recipe, helper)
        )
    return tables
