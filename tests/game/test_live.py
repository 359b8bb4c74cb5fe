"""What an audit's line of status tells."""

import io
import time

from rich.console import Console

from game.live import live_audit
from transcripts import Event


def event(index, kind, **data):
    return Event(index=index, kind=kind, time=float(index), data=data, previous="", hash="")


def test_the_status_counts_turns_calls_and_dollars_of_the_whole_run():
    turn = {"message": {"role": "assistant"}, "usage": {"input_tokens": 1}, "dollars": 0.25}
    result = {"call": "t0.0", "tool": "think", "error": False, "content": {}}
    screen = io.StringIO()
    with live_audit(Console(file=screen, force_terminal=True, width=160), [event(0, "turn", turn=turn)]) as listen:
        listen(event(1, "result", **result))
        listen(event(2, "turn", turn=turn))
        listen(event(3, "call", call="t1.0", tool="chat", arguments={}))
        time.sleep(0.3)  # the line is drawn a few times a second
    assert "running chat · 2 turns · 1 calls · 0.50 dollars · " in screen.getvalue()
