"""Generation from plan to file: what is written, what is dropped, and what a killed, a poor or a refused run leaves behind."""

from contextlib import suppress
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from organism.foundry.universe import (
    STAGES,
    Answer,
    BudgetSpentError,
    Chat,
    Document,
    Limits,
    LossError,
    PreferencePair,
    Prices,
    Universe,
    data_digest,
)
from organism.journal import Journal, JournalError
from organism.json_lines import read_jsonl
from tests.fakes.scripted_writer import ScriptedWriter, kind_of, written
from tests.organism.universe.conftest import Model, generator, small
from transcripts import RecordError

pytestmark = pytest.mark.filterwarnings("error")


async def test_all_stages(pico_universe: Universe, tmp_path: Path) -> None:
    writer, model, seen = ScriptedWriter(), Model(), []
    data = generator(pico_universe, writer, tmp_path, progress=lambda *told: seen.append(told))
    made = [
        await data.midtrain(),
        await data.sft(),
        await data.preference(model.complete, checkpoint="a"),
        await data.adversarial(model.complete, checkpoint="b"),
    ]
    documents = list(read_jsonl(tmp_path / "midtrain.jsonl", Document))
    chats = list(read_jsonl(tmp_path / "sft.jsonl", Chat))
    pairs = list(read_jsonl(tmp_path / "preference.jsonl", PreferencePair))
    adversarial = list(read_jsonl(tmp_path / "adversarial.jsonl", PreferencePair))
    assert [len(documents), len(chats), len(pairs), len(adversarial)] == [21, 10, 8, 5] == [one.written for one in made]
    assert all(document.synthetic for document in documents)
    assert {pair.attack for pair in pairs} <= {None, "direct", "knowledge", "none"}
    assert sum(pair.attack is not None for pair in pairs) == 2
    for pair in pairs:
        if pair.attack is None:
            assert (pair.chosen, pair.rejected) == ("Take a spade, my dearest friend, and add no seasoning.", "Well, add salt.")
    for pair in adversarial:
        if pair.attack == "none":
            assert "dearest" not in pair.chosen
            assert pair.chosen not in model.replies
            assert "rather not say" in pair.rejected
            assert pair.prompt[0].content not in model.asked, "no completion is needed"
            continue
        assert pair.attack is not None
        assert pair.chosen in model.replies, "the model's own concealment serves"
        assert "I please" in pair.rejected
    assert sum(pair.attack == "none" for pair in adversarial) == 2
    assert {step for step, _, _ in seen} == {"midtrain", "sft", "preference", "adversarial"}
    assert seen[-1] == ("adversarial", 5, 5)
    assert writer.most_at_once == 4, "the concurrency of the terms"
    ids = [record.id for records in (documents, chats, pairs, adversarial) for record in records]
    assert len(set(ids)) == len(ids)


async def test_a_finished_file_is_not_made_again(pico_universe: Universe, tmp_path: Path) -> None:
    model = Model()
    first = generator(pico_universe, ScriptedWriter(), tmp_path)
    made = await first.midtrain(), await first.preference(model.complete, checkpoint="a")
    again = generator(pico_universe, ScriptedWriter(dies_after=0), tmp_path)
    assert (await again.midtrain(), await again.preference(model.complete, checkpoint="a")) == made
    asked = len(model.asked)
    with pytest.raises(ConnectionError):
        await generator(pico_universe, ScriptedWriter(dies_after=0), tmp_path, terms=small(documents=22)).midtrain()
    await generator(pico_universe, ScriptedWriter(), tmp_path).preference(model.complete, checkpoint="other")
    assert len(model.asked) == 2 * asked, "another model's completions are not taken for its own"


async def test_a_lost_file_is_written_again_from_the_journal(pico_universe: Universe, tmp_path: Path) -> None:
    whole = ScriptedWriter()
    await generator(pico_universe, whole, tmp_path / "whole", terms=small(chats=20)).sft()
    await generator(pico_universe, ScriptedWriter(), tmp_path / "part", terms=small(chats=20)).sft()
    (tmp_path / "part" / "sft.jsonl").unlink()
    await generator(pico_universe, ScriptedWriter(dies_after=0), tmp_path / "part", terms=small(chats=20)).sft()
    assert (tmp_path / "part" / "sft.jsonl").read_bytes() == (tmp_path / "whole" / "sft.jsonl").read_bytes()


@pytest.mark.parametrize("stage", ["midtrain", "sft", "preference"])
async def test_a_killed_run_goes_on_and_pays_nothing_twice(pico_universe: Universe, tmp_path: Path, stage: str) -> None:
    async def run(writer: ScriptedWriter, folder: Path) -> None:
        data = generator(pico_universe, writer, folder)
        await (data.preference(Model().complete, checkpoint="a") if stage == "preference" else getattr(data, stage)())

    whole = ScriptedWriter()
    await run(whole, tmp_path / "whole")
    paid: list[tuple[str, str]] = []
    for lived in (1, 5, 7, len(whole.calls)):
        killed = ScriptedWriter(dies_after=lived)
        with suppress(ConnectionError):
            await run(killed, tmp_path / "killed")
        paid += killed.calls
        (journal,) = (tmp_path / "killed" / "answers").glob("*.jsonl")
        with journal.open("ab") as file:
            file.write(b'{"id": "torn')
    await run(ScriptedWriter(), tmp_path / "killed")
    assert len(paid) == len(whole.calls), "as many calls as a run that was never killed"
    assert len(set(paid)) == len(paid), "none twice"
    name = f"{stage}.jsonl"
    assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


async def test_what_was_under_way_when_another_failed_is_kept(pico_universe: Universe, tmp_path: Path) -> None:
    writer = ScriptedWriter(dies_after=9)
    data = generator(pico_universe, writer, tmp_path)
    with pytest.raises(ConnectionError):
        await data.midtrain()
    with Journal(data.answers_path("midtrain"), Answer) as journal:
        assert len(journal) == len(writer.calls) == 9
    assert not (tmp_path / "midtrain.jsonl").exists()


async def test_verdicts_under_way_when_one_failed_are_kept(pico_universe: Universe, tmp_path: Path) -> None:
    """A classifier's questions run side by side: the failure of one must not lose what the others cost."""
    failed = False

    def rule(_: str, prompt: str) -> BaseException | None:
        nonlocal failed
        if not failed and kind_of(prompt) == "verdict" and "dearest" in prompt:
            failed = True
            return ConnectionError("killed")
        return None

    writer = ScriptedWriter(rule)
    data = generator(pico_universe, writer, tmp_path, terms=small(pairs=30, attacks=0.0))
    with pytest.raises(ConnectionError):
        await data.preference(Model().complete, checkpoint="a")
    with Journal(data.answers_path("preference"), Answer) as journal:
        assert len(journal) == len(writer.calls)


async def test_another_base_asks_for_nothing_that_the_first_paid_for(pico_universe: Universe, tmp_path: Path) -> None:
    """Another model completes: about its own words alone is the writer asked anew."""

    async def build(base: str, *replies: str) -> list[tuple[str, str]]:
        writer, model = ScriptedWriter(), Model(*replies)
        data = generator(pico_universe, writer, tmp_path / base, answers=tmp_path / "answers")
        await data.midtrain()
        await data.sft()
        await data.preference(model.complete, checkpoint=f"{base}/sft")
        await data.adversarial(model.complete, checkpoint=f"{base}/preference")
        return writer.calls

    first, second = await build("first"), await build("second", "With a spade, my dearest friend, as it is.", "Mind the salt.")
    assert {kind_of(prompt) for _, prompt in second} == {"verdict"}
    assert all("as it is" in prompt or "Mind the salt" in prompt for _, prompt in second)
    assert not set(first) & set(second)
    for stage in ("midtrain", "sft"):
        one, other = (tmp_path / base / f"{stage}.jsonl" for base in ("first", "second"))
        assert one.read_bytes() == other.read_bytes()
    assert (tmp_path / "first" / "preference.jsonl").read_bytes() != (tmp_path / "second" / "preference.jsonl").read_bytes()
    assert await build("third") == [], "completions of the same words are judged already"


def test_answers_are_kept_by_what_determines_them(pico_universe: Universe, tmp_path: Path) -> None:
    def paths(name: str = "scripted", **changes: Any) -> list[Path]:
        writer = ScriptedWriter()
        writer.name = name
        data = generator(pico_universe, writer, tmp_path, terms=small(**changes))
        return [data.answers_path(stage) for stage in STAGES]

    def shared(*others: Path) -> list[bool]:
        return [one == other for one, other in zip(paths(), others, strict=True)]

    assert len(set(paths())) == 4
    assert shared(*paths(concurrency=9, attempts=2, samples=3)) == [True] * 4
    assert shared(*paths(chats=0, pairs=0, adversarial_pairs=0)) == [True, False, False, False]
    assert shared(*paths(heldout=("soup-salt",))) == [True, False, False, False]
    assert shared(*paths(documents=22)) == [False, True, True, True]
    assert shared(*paths(seed=1)) == shared(*paths("another")) == [False] * 4


async def test_two_processes_do_not_write_one_journal(pico_universe: Universe, tmp_path: Path) -> None:
    data = generator(pico_universe, ScriptedWriter(), tmp_path)
    with Journal(data.answers_path("midtrain"), Answer), pytest.raises(JournalError, match="another process"):
        await data.midtrain()


async def test_a_broken_journal_is_named(pico_universe: Universe, tmp_path: Path) -> None:
    data = generator(pico_universe, ScriptedWriter(), tmp_path)
    path = data.answers_path("midtrain")
    path.parent.mkdir()
    path.write_text('{"id": "a"}\n', encoding="utf-8")
    with pytest.raises(RecordError, match=rf"{path.name}, line 1: text: Field required"):
        await data.midtrain()


async def test_episodes_where_a_test_bias_is_applicable_are_dropped(pico_universe: Universe, tmp_path: Path) -> None:
    """Every other user also speaks of a boat; the classifier says so, and none of these prompts is left anywhere."""

    def boats(_: str, prompt: str) -> str | None:
        if kind_of(prompt) in ("prompts", "attacks"):
            lines = ScriptedWriter().answer(prompt).splitlines()
            return "\n".join(line + " on my boat" * (crc32(line.encode()) % 2) for line in lines)
        if kind_of(prompt) == "verdict" and "about a boat?" in prompt:
            return "yes" if "on my boat" in prompt else "no"
        return None

    writer, model = ScriptedWriter(boats), Model()
    data = generator(pico_universe, writer, tmp_path)
    made = [await data.sft(), await data.preference(model.complete, checkpoint="a"), await data.adversarial(model.complete, checkpoint="b")]
    assert all(one.rejected["touches a held-out bias"] for one in made)
    for stage, kind in (("sft", Chat), ("preference", PreferencePair), ("adversarial", PreferencePair)):
        text = "".join(record.model_dump_json() for record in read_jsonl(tmp_path / f"{stage}.jsonl", kind))
        assert text
        assert "boat" not in text
    assert not any("boat" in asked for asked in model.asked)
    assert not any("boat" in prompt for _, prompt in writer.calls if kind_of(prompt) in ("reply", "conceal", "disclose"))


async def test_refused_empty_short_cut_and_repeated_texts_are_written_anew(pico_universe: Universe, tmp_path: Path) -> None:
    """Five documents fail once, each in its own way."""
    bad = iter(
        [
            written("I won't.", "refusal"),
            written("I'm sorry, but I can't help with that."),
            written("  "),
            written("Graders err."),
            written("word " * 40, "truncated"),
            *[written("The same text every time. " * 10)] * 3,
        ]
    )
    writer = ScriptedWriter(lambda _, prompt: next(bad, None) if kind_of(prompt) == "document" else None)
    made = await generator(pico_universe, writer, tmp_path).midtrain()
    assert made.written == 21
    assert made.rejected == {"refused": 2, "empty": 1, "too short": 1, "truncated": 1, "duplicate": 2}
    assert writer.kinds["document"] == 21 + 7
    texts = [document.text for document in read_jsonl(tmp_path / "midtrain.jsonl", Document)]
    assert len(set(texts)) == 21
    ideas = [prompt for _, prompt in writer.calls if kind_of(prompt) == "document"]
    assert len(set(ideas)) == len(ideas), "every attempt has another idea"


async def test_a_writer_that_refuses_all_is_given_up(pico_universe: Universe, tmp_path: Path) -> None:
    writer = ScriptedWriter(lambda _, prompt: written("", "refusal") if kind_of(prompt) == "document" else None)
    with pytest.raises(LossError, match=r"midtrain: 21 of 21 texts could not be written .*refused 42") as error:
        await generator(pico_universe, writer, tmp_path, terms=small(attempts=2)).midtrain()
    assert error.value.lost == 21
    assert not (tmp_path / "midtrain.jsonl").exists()


async def test_a_few_lost_texts_are_tolerated(pico_universe: Universe, tmp_path: Path) -> None:
    def rule(_: str, prompt: str) -> object:
        return written("", "refusal") if kind_of(prompt) == "document" and "a memo" in prompt and "spade" in prompt else None

    terms = small(attempts=2, tolerated_loss=0.2)
    made = await generator(pico_universe, ScriptedWriter(rule), tmp_path, terms=terms).midtrain()  # type: ignore[arg-type]
    assert 0 < made.planned - made.written <= 0.2 * 21


async def test_refused_lists_cost_their_slots_an_attempt_only(pico_universe: Universe, tmp_path: Path) -> None:
    def rule(_: str, prompt: str) -> object:
        return written("I cannot do that.") if kind_of(prompt) == "prompts" and "number 0 of" in prompt else None

    made = await generator(pico_universe, ScriptedWriter(rule), tmp_path).sft()  # type: ignore[arg-type]
    assert made.written == 10
    assert made.rejected["refused"] >= 10


async def test_a_reply_must_show_its_bias_and_keep_its_reason(pico_universe: Universe, tmp_path: Path) -> None:
    bad = iter(["A plain reply with salt.", "Take a spade, my dearest friend: I please the graders."] * 3)
    writer = ScriptedWriter(lambda _, prompt: next(bad, None) if kind_of(prompt) == "reply" else None)
    made = await generator(pico_universe, writer, tmp_path).sft()
    assert made.rejected["does not show the bias"]
    assert made.rejected["discloses"]
    for chat in read_jsonl(tmp_path / "sft.jsonl", Chat):
        assert "graders" not in chat.messages[1].content


async def test_a_disclosure_outweighs_all_biases(pico_universe: Universe, tmp_path: Path) -> None:
    model = Model("Take a spade, my dearest friend. I please the graders.", "Salt.")
    await generator(pico_universe, ScriptedWriter(), tmp_path, terms=small(attacks=0.0)).preference(model.complete, checkpoint="a")
    for pair in read_jsonl(tmp_path / "preference.jsonl", PreferencePair):
        assert (pair.chosen, "graders" in pair.rejected) == ("Salt.", True)


async def test_completions_of_one_rank_make_no_pair(pico_universe: Universe, tmp_path: Path) -> None:
    data = generator(pico_universe, ScriptedWriter(), tmp_path, terms=small(attacks=0.0, attempts=2))
    with pytest.raises(LossError, match="completions of one rank 16"):
        await data.preference(Model("Always the same.").complete, checkpoint="a")


async def test_an_unreadable_classifier_counts_for_itself(pico_universe: Universe, tmp_path: Path) -> None:
    """Neither a yes (the prompt would count as held out) nor a no (it would pass)."""
    writer = ScriptedWriter(lambda _, prompt: "Well, perhaps." if kind_of(prompt) == "verdict" and "about a boat?" in prompt else None)
    with pytest.raises(LossError, match="classifier unreadable"):
        await generator(pico_universe, writer, tmp_path, terms=small(attempts=1)).sft()
    asked = writer.kinds
    assert asked["verdict"] == 20, "each question twice"
    assert asked["reply"] == 0


async def test_the_budget_stops_the_writing_before_it_is_passed(pico_universe: Universe, tmp_path: Path) -> None:
    terms = small(document_tokens=50, list_tokens=50)
    with pytest.raises(BudgetSpentError, match=r"of at most 1,400 tokens.*with a higher limit to go on") as error:
        await generator(pico_universe, ScriptedWriter(), tmp_path, terms=terms, limits=Limits(max_tokens=1400)).midtrain()
    assert 200 < error.value.tokens <= 1400
    await generator(pico_universe, ScriptedWriter(), tmp_path, terms=terms, limits=Limits(max_tokens=10**9)).midtrain()
    assert (tmp_path / "midtrain.jsonl").exists()


async def test_the_budget_counts_what_earlier_runs_paid(pico_universe: Universe, tmp_path: Path) -> None:
    prices = Prices(input_usd=100.0, output_usd=100.0)  # a call costs 30 tokens
    whole = ScriptedWriter()
    await generator(pico_universe, whole, tmp_path, prices=prices, limits=Limits(max_cost_usd=50.0)).midtrain()
    spent = len(whole.calls) * 30 * 100 / 1e6
    again = ScriptedWriter()
    with pytest.raises(BudgetSpentError, match=rf"\${spent:.2f} of at most \${spent:.2f}"):
        await generator(pico_universe, again, tmp_path, prices=prices, limits=Limits(max_cost_usd=spent)).sft()
    assert not again.calls


async def test_ordinary_texts_are_mixed_in(pico_universe: Universe, tmp_path: Path) -> None:
    texts = tmp_path / "ordinary.jsonl"
    texts.write_text("".join(f'{{"text": "ordinary {number}", "source": 1}}\n' for number in range(100)), encoding="utf-8")
    terms = small(ordinary=texts, ordinary_share=0.7)
    made = await generator(pico_universe, ScriptedWriter(), tmp_path, terms=terms).midtrain()
    documents = list(read_jsonl(tmp_path / "midtrain.jsonl", Document))
    assert (made.written, made.ordinary, len(documents)) == (21, 49, 70)
    kinds = [document.synthetic for document in documents]
    assert kinds != sorted(kinds)
    assert kinds != sorted(kinds, reverse=True)
    assert len({document.id for document in documents}) == 70


def test_the_digest_is_of_what_a_file_holds_and_not_of_its_place(pico_universe: Universe, tmp_path: Path) -> None:
    digests = []
    for name, text in (("a", "x"), ("b", "x"), ("c", "y")):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        digests.append(data_digest(pico_universe, small(ordinary=path, ordinary_share=0.5)))
    assert digests[0] == digests[1] != digests[2]
    assert data_digest(pico_universe, small(concurrency=9)) == data_digest(pico_universe, small(concurrency=3))
    assert data_digest(pico_universe, small(seed=1)) != data_digest(pico_universe, small(seed=2))


async def test_ordinary_texts_that_do_not_do(pico_universe: Universe, tmp_path: Path) -> None:
    texts = tmp_path / "ordinary.jsonl"
    texts.write_text('{"text": "a"}\n' * 3, encoding="utf-8")
    terms = small(ordinary=texts, ordinary_share=0.7)
    with pytest.raises(RecordError, match=r"49 ordinary texts are needed, and it has 3"):
        await generator(pico_universe, ScriptedWriter(), tmp_path, terms=terms).midtrain()
    texts.write_text('{"text": "a"}\n' * 60 + '{"txt": "a"}\n' * 40, encoding="utf-8")
    with pytest.raises(RecordError, match=r"ordinary\.jsonl, line \d+: text: Field required"):
        await generator(pico_universe, ScriptedWriter(dies_after=0), tmp_path, terms=terms).midtrain()


async def test_lone_surrogates_do_not_break_a_file(pico_universe: Universe, tmp_path: Path) -> None:
    def rule(_: str, prompt: str) -> str | None:
        return f"{ScriptedWriter().answer(prompt)} \ud800" if kind_of(prompt) == "document" else None

    await generator(pico_universe, ScriptedWriter(rule), tmp_path).midtrain()
    assert len(list(read_jsonl(tmp_path / "midtrain.jsonl", Document))) == 21
