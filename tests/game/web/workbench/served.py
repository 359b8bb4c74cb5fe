"""A served game in this process, and tabs of a real browser in which people of its teams sit."""

import socket
import threading
from contextlib import contextmanager

import uvicorn

from game.web.app import make_app
from game.web.workbench import router

PATIENCE = 20_000
"""Milliseconds for what takes the organism's time."""


@contextmanager
def served(house):
    """The address at which a game is served."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(make_app(house, router), log_config=None, timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


class People:
    """Opens tabs; fails at the end if the browser complained of anything, or asked anybody but the game.

    Args:
        browser: real.
        address: of the game.
        codes: by team.
    """

    def __init__(self, browser, address, codes):
        self._browser, self._address, self._codes = browser, address, codes
        self.contexts, self.complaints = [], []

    def sit(self, team="red", person="Ada", *, theme="light", width=1280, height=900, script=True):
        """A tab in which somebody has entered."""
        context = self._browser.new_context(color_scheme=theme, viewport={"width": width, "height": height}, java_script_enabled=script)
        self.contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(PATIENCE)
        tab.on("console", lambda message: self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("request", lambda asked: None if asked.url.startswith((self._address, "data:")) else self.complaints.append(asked.url))
        tab.on("dialog", lambda dialog: self.complaints.append(f"a dialog: {dialog.message}"))
        tab.goto(self._address)
        tab.get_by_label("code").fill(self._codes[team])
        tab.get_by_label("name").fill(person)
        tab.get_by_role("button", name="Enter").click()
        tab.wait_for_url("**/team")
        return tab

    def close(self):
        for context in self.contexts:
            context.close()
        assert not self.complaints, self.complaints
