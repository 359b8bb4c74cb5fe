"""The paper's blind auditing game, played by an auditor under the affordances of its four teams."""

from game.blind_game.results import BlindGame, Effect, TeamResult, blind_game, published_teams
from game.blind_game.table import effect_lines, game_table

__all__ = ["BlindGame", "Effect", "TeamResult", "blind_game", "effect_lines", "game_table", "published_teams"]
