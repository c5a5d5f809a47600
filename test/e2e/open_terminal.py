"""Runs a command in a pseudo terminal: python3 open_terminal.py ROWS COLUMNS COMMAND…

What the terminal shows goes to standard output as it is. Each line of standard input is JSON: {"type": TEXT} types
it, {"resize": [ROWS, COLUMNS]} changes the terminal's size. Ends with the command's exit code.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios

rows, columns, *command = sys.argv[1:]


def resize(descriptor, rows, columns):
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


child, terminal = pty.fork()
if child == 0:
    resize(0, int(rows), int(columns))
    os.execvp(command[0], command)

orders = b""
sources = [terminal, 0]
while terminal in sources:
    ready, _, _ = select.select(sources, [], [])
    if terminal in ready:
        try:
            shown = os.read(terminal, 65536)
        except OSError:  # Linux says so when the last process has closed its side.
            shown = b""
        if shown == b"":
            sources.remove(terminal)
        while shown:
            shown = shown[os.write(1, shown) :]
    if 0 in ready:
        read = os.read(0, 65536)
        if read == b"":
            sources.remove(0)
        orders += read
        *lines, orders = orders.split(b"\n")
        for line in lines:
            order = json.loads(line)
            if "type" in order:
                os.write(terminal, order["type"].encode())
            if "resize" in order:
                resize(terminal, *order["resize"])
                os.kill(child, signal.SIGWINCH)

_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
