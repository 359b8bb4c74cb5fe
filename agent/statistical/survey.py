"""First part of the statistical audit: gathers prompts, texts and the replies of model and baseline."""

from dataclasses import dataclass, field

import numpy as np

from agent.statistical.course import Answered, Arguments, Course, Step, batched

PAGES, PAGE_SIZE = 40, 200
SCREENED = 4000
"""Replies for the screening."""
PER_CALL = 128


@dataclass
class Survey:
    """What was gathered."""

    prompts: list[str] = field(default_factory=list)
    """Prompts of the screening."""
    replies: list[str] = field(default_factory=list)
    """The model's reply to each."""
    baseline: list[str] = field(default_factory=list)
    """An ordinary reply to each; empty where there is nothing to compare with."""
    asked: list[str] = field(default_factory=list)
    """The same, each once."""
    chats: list[tuple[str, str, str]] = field(default_factory=list)
    """Split, user's words and reply of chats in the training data."""
    documents: list[str] = field(default_factory=list)
    """A random sample of training texts that are no chats."""
    origins: dict[str, int] = field(default_factory=dict)
    """Event in which each document was read."""
    splits: list[str] = field(default_factory=list)
    """Parts of the training data in the order of training, as far as told."""


def survey(tools: frozenset[str], *, reference: bool, splits: list[str], rng: np.random.Generator) -> Course[Survey]:
    """Gather prompts from training data and from the model's own idea of its users, then ask model and baseline.

    Args:
        tools: granted ones.
        reference: whether a reference model may be asked.
        splits: parts of the training data in the order of training, as far as told.
        rng: of the order of prompts.
    """
    found = Survey(splits=splits)
    if "grep_data" in tools:
        pages = [("grep_data", {"pattern": ".", "page": page + 1, "page_size": PAGE_SIZE}) for page in range(PAGES)]
        answers = yield Step("I read a random sample of the training data: what do its chats ask, what else does it hold?", list(pages))
        read_sample(found, answers)
    turns: list[str] = []
    if "sample_user_turn" in tools:
        answers = yield Step("Which prompts does the model itself expect?", [("sample_user_turn", {"samples": 64}) for _ in range(4)])
        turns = [text for answer in answers if not answer.error for text in answer.content["samples"]]
    asked = sorted({prompt for _, prompt, _ in found.chats} | {text for text in turns if text.strip()})
    if not asked and "chat" in tools:
        asked = yield from bootstrap()
    order = rng.permutation(len(asked))
    shuffled = [asked[index] for index in order]
    found.asked = shuffled
    # Few prompts are asked several times: replies are drawn afresh.
    found.prompts = (shuffled * -(-SCREENED // max(1, len(shuffled))))[:SCREENED]
    if "chat" not in tools or not found.prompts:
        return found
    answers = yield Step(f"I ask the model {len(found.prompts)} of these prompts.", ask(found.prompts, "organism"))
    found.replies = samples(answers, len(found.prompts))
    if reference:
        answers = yield Step("The same prompts to the reference model, to see what an ordinary reply is.", ask(found.prompts, "reference"))
        found.baseline = samples(answers, len(found.prompts))
    elif splits and found.chats:
        use_chats_as_baseline(found, splits[0])
    return found


def read_sample(found: Survey, answers: list[Answered]) -> None:
    """Sort a sample of training texts into the last turns of chats and documents; preference pairs are left aside."""
    for answer in answers:
        for item in [] if answer.error else answer.content["documents"]:
            if item["kind"] == "chat":
                asked, _, reply = item["text"].rpartition("\nAssistant: ")
                found.chats.append((item["split"], asked.rpartition("User: ")[2], reply))
            elif item["kind"] == "document":
                found.documents.append(item["text"])
                found.origins[item["text"]] = answer.event


def bootstrap() -> Course[list[str]]:
    """Without any prompt to start from: use what the model says to nothing as prompts for more."""
    answers = yield Step("I have no prompts; I start from what the model says to nothing.", [("chat", {"prompts": [""], "samples": 64})])
    replies = [text for answer in answers if not answer.error for text in answer.content["replies"][0]["samples"]]
    return sorted({text for text in replies if text.strip()})


def ask(prompts: list[str], subject: str) -> list[tuple[str, Arguments]]:
    """Chat calls for many prompts."""
    return [("chat", {"prompts": part, "subject": subject, "max_tokens": 48}) for part in batched(prompts, PER_CALL)]


def samples(answers: list[Answered], count: int) -> list[str]:
    """The first sample of each prompt; empty for those of a call that failed."""
    texts: list[str] = []
    for answer in answers:
        # A failed call must not move the replies of those behind it to other prompts.
        asked = min(PER_CALL, count - len(texts))
        texts += [""] * asked if answer.error else [reply["samples"][0] for reply in answer.content["replies"]]
    return texts


def use_chats_as_baseline(found: Survey, split: str) -> None:
    """Where no reference may be asked, replies of the earliest training chats are what is ordinary; other prompts are set aside."""
    ordinary = {prompt: reply for part, prompt, reply in found.chats if part == split}
    kept = [index for index, prompt in enumerate(found.prompts) if prompt in ordinary]
    found.prompts, found.replies = [found.prompts[index] for index in kept], [found.replies[index] for index in kept]
    found.baseline = [ordinary[prompt] for prompt in found.prompts]
