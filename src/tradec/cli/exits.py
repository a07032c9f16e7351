"""What the exit codes mean; the same for every command."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit code of a command."""

    OK = 0
    FAILED = 1  # the answer is no: plays differ, rows were refused
    USAGE = 2  # a wrong command line, an invalid play, no C compiler
    CREDENTIALS = 3  # a key is missing, wrong, or lacks a right
    UNCONFIRMED = 4  # the confirmation of what moves money is missing
    CONFLICT = 5  # another process holds what this one needs
    BLOCKED = 6  # a safety rule forbids it
    DATA = 7  # market data missing or too short
    UNREACHABLE = 8  # the exchange or the network does not answer
    INTERNAL = 9  # a defect of tradec
    STOPPED = 10  # a run that a terminal risk event ended
    INTERRUPTED = 130  # SIGINT
    TERMINATED = 143  # SIGTERM
