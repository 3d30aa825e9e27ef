"""Runs a command on a pseudo-terminal of its own, as a user would: waits for texts, types, and tells what was shown.

terminal.py '{"command": [...], "env": {...}, "steps": [{"wait": "text", "type": "keys"} | {"wait": ..., "signal": "SIGTERM"}]}'
prints {"shown": all output, "code": exit status, "echo": bool, "lines": bool}: the modes that the terminal is left in.
"""
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

MOST_SECONDS = 60

given = json.loads(sys.argv[1])
terminal, side = pty.openpty()
fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))


def own_terminal():
    os.setsid()
    fcntl.ioctl(side, termios.TIOCSCTTY, 0)


child = subprocess.Popen(
    given["command"], stdin=side, stdout=side, stderr=side, env={**os.environ, **given["env"]}, preexec_fn=own_terminal
)
shown = b""
deadline = time.monotonic() + MOST_SECONDS


def read(seconds):
    """Takes what comes within so many seconds; False where nothing did."""
    global shown
    if not select.select([terminal], [], [], seconds)[0]:
        return False
    shown += os.read(terminal, 65536)
    return True


seen = 0
missing = None
for step in given["steps"]:
    wanted = step["wait"].encode()
    while wanted not in shown[seen:] and time.monotonic() < deadline and (child.poll() is None or read(0)):
        read(0.05)
    at = shown.find(wanted, seen)
    if at < 0:
        missing = step["wait"]
        break
    seen = at + len(wanted)
    if "type" in step:
        os.write(terminal, step["type"].encode())
    if "signal" in step:
        child.send_signal(getattr(signal, step["signal"]))

while missing is None and child.poll() is None and time.monotonic() < deadline:
    read(0.05)
if child.poll() is None:
    missing = missing or "the end"
    os.killpg(child.pid, signal.SIGKILL)
while read(0.05):
    pass
modes = termios.tcgetattr(side)[3]
print(
    json.dumps(
        {
            "shown": shown.decode("utf8", "replace"),
            "code": child.wait(),
            "missing": missing,
            "echo": bool(modes & termios.ECHO),
            "lines": bool(modes & termios.ICANON),
        }
    )
)
