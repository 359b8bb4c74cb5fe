import io
import logging

from rich.console import Console

from game.waits import LOGGER, shown_waits


def test_waits_are_shown_as_they_begin_and_cannot_act_on_the_terminal():
    console = Console(file=io.StringIO(), width=40)
    logger = logging.getLogger(LOGGER)
    with shown_waits(console):
        logger.warning("anthropic:m: HTTP 529 \x1b[31m[bold]overloaded[/]; next try in %.0f s", 41.7)
    logger.warning("shown no more")
    shown = console.file.getvalue()
    assert shown == "waiting: anthropic:m: HTTP 529 \\x1b[31m[bold]overloaded[/]; next try in 42 s\n"


def test_the_logger_is_that_of_the_retry_layer():
    import agent.retry

    assert agent.retry.LOGGER.name == LOGGER
