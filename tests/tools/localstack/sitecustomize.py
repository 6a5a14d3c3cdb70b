"""Keeps LocalStack on the loopback interface: looking up or connecting to any other host fails at once."""

import sys

LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "", None)


def refuse_other_hosts(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if host not in LOOPBACK:
        raise OSError(f"{host} is not on the loopback interface")


sys.addaudithook(refuse_other_hosts)
