#!/usr/bin/env python3
"""Somebody outside of the system, on Linux: prints the packets that are in the air, and sends the lamp a note.

Start it first, with the note's text if you like; it waits for the network, and ends when that falls silent.
"""

import socket
import struct
import sys

AIR = ("127.0.0.1", 19788)
OUTSIDE = ("127.0.0.1", 19789)
NOTES = 2


def show(packet: bytes) -> str:
    """A packet in words: its port, and what it carries."""
    (port,) = struct.unpack_from("<H", packet)
    payload = packet[2:]
    if len(payload) != 16:
        return f"to port {port}: {payload!r}"
    number, lost, value, is_last = struct.unpack("<4I", payload)
    last = ", the last" if is_last else ""
    return f"to port {port}: number {number}, {lost} lost before it, value {value}{last}"


def main() -> None:
    note = " ".join(sys.argv[1:]) or "hello from outside"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ears:
        ears.bind(OUTSIDE)
        print(show(ears.recv(64)), flush=True)
        ears.sendto(struct.pack("<H", NOTES) + note.encode(), AIR)
        ears.settimeout(3)
        try:
            while True:
                print(show(ears.recv(64)), flush=True)
        except TimeoutError:
            print("the air is silent")


if __name__ == "__main__":
    main()
