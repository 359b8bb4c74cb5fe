"""The parts of the bench that rest on what an organism says are run on a small one; which numbers come out depends on the machine."""

from organism import Organism
from tests.bench_many import generate_speed, many_chats


def test_many_chats_is_measured_beside_plain_generation(pico: Organism) -> None:
    alone, together = many_chats(pico, repeats=1)
    assert alone.value == together.value > 0
    assert alone.plain
    assert together.plain
    assert alone.plain < together.plain
    assert alone.ratio
    assert "one after another" in alone.note


def test_padding_is_no_throughput(pico: Organism) -> None:
    assert generate_speed(pico.weights, [["User: hello"]]) < 1e6
