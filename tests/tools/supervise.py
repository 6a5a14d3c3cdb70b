"""Runs a server for as long as the process that started this one lives: supervise.py FOLDER PROGRAM ARGUMENT...

The end of standard input (which the kernel closes when the parent dies, however it dies) ends the server and all of its
descendants, then removes FOLDER. Ends by itself when the server does, and leaves FOLDER with its log to the parent.
"""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys

PR_SET_CHILD_SUBREAPER = 36


def children():
    with open(f"/proc/self/task/{os.getpid()}/children") as listing:
        return [int(pid) for pid in listing.read().split()]


def main(folder, *command):
    # orphans come to this process then, also those in a session of their own
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    ended, _, _ = select.select([sys.stdin, os.pidfd_open(server.pid)], [], [])
    try:
        while True:
            for child in children():
                os.kill(child, signal.SIGKILL)
            os.wait()
    except ChildProcessError:
        pass
    if sys.stdin in ended:
        shutil.rmtree(folder, ignore_errors=True)


main(*sys.argv[1:])
