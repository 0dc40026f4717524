# SPDX-License-Identifier: GPL-2.0
"""Talk to QEMU by its machine protocol: save a guest's state, or go on from it.

The guest's memory is a shared file, and left out of the state (x-ignore-shared).
"""

import json
import socket
import time
from pathlib import Path

from errors import Fatal

SECONDS = 30


class Qmp:
    def __init__(self, control: Path, ended=lambda: False):
        deadline = time.monotonic() + SECONDS
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(SECONDS)
        while True:
            try:
                self.connection.connect(str(control))
                break
            except OSError as error:
                if ended() or time.monotonic() > deadline:
                    raise Fatal(f"QEMU does not listen to {control}: {error.strerror}") from None
                time.sleep(0.01)
        self.replies = self.connection.makefile()
        self.ask("qmp_capabilities")
        capability = {"capability": "x-ignore-shared", "state": True}
        self.ask("migrate-set-capabilities", capabilities=[capability])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.replies.close()
        self.connection.close()

    def ask(self, name: str, **arguments) -> dict:
        self.connection.sendall(json.dumps({"execute": name, "arguments": arguments}).encode())
        while "return" not in (reply := json.loads(self.replies.readline() or '{"error": {"desc": "it is gone"}}')):
            if "error" in reply:
                raise Fatal(f"QEMU refuses {name}: {reply['error']['desc']}")
        return reply["return"]

    def save(self, state: Path) -> None:
        self.ask("migrate", uri=f"file:{state}")
        deadline = time.monotonic() + SECONDS
        while (status := self.ask("query-migrate").get("status")) != "completed":
            if status == "failed" or time.monotonic() > deadline:
                raise Fatal(f"QEMU cannot save the guest: {status}")
            time.sleep(0.02)
        self.ask("quit")

    def go_on(self, state: Path) -> None:
        self.ask("migrate-incoming", uri=f"file:{state}")
