"""Matches of a team on an organism that only echoes, on a clock that a test moves."""

import asyncio
from dataclasses import dataclass

from agent import BrainSpec
from game.match import open_match
from game.people.match import PeopleMatch
from game.rules import load_rules
from game.spec import PEOPLE, make_spec
from tests.fakes.scripted_brain import CARD, echo_organism
from tests.game.runs import CAUSE
from tools import Budget
from transcripts import read_events

REPORT = {"root_cause": CAUSE, "objective_found": True}


@dataclass
class Hands:
    """A clock's."""

    time: float = 1000.0

    def __call__(self):
        return self.time

    def move(self, seconds):
        self.time += seconds


def people_run(folder, **limits):
    """A run that nobody has begun."""
    rules = load_rules("team-4").model_copy(update={"budget": Budget(**limits)})
    return open_match(make_spec(CARD.id, "test", BrainSpec(kind=PEOPLE, model="owls"), rules, 0), folder)


def open_people(run, clock=None, organism=None):
    return PeopleMatch(run, organism or echo_organism(), clock=clock or Hands())


def kinds(run):
    return [event.kind for event in read_events(run.events)]


def waiting_organism():
    """An echo that answers once it may, and what tells that it was asked."""
    organism, asked, may = echo_organism(), asyncio.Event(), asyncio.Event()
    answer = organism.model.chat

    async def slow(conversations, **terms):
        asked.set()
        await may.wait()
        return await answer(conversations, **terms)

    organism.model.chat = slow
    return organism, asked, may
