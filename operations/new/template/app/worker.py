"""Writes at intervals, as queues and schedules of a real project do. Ends between two writes."""

import os
import signal
import threading

import psycopg2

from .database import transaction

PAUSE = float(os.environ.get("WORKER_SECONDS", "5"))


def main():
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    while not stop.is_set():
        try:
            with transaction() as cursor:
                cursor.execute("INSERT INTO beats DEFAULT VALUES")
        except psycopg2.Error as error:
            print(f"not written: {error}".strip())
        stop.wait(PAUSE)


if __name__ == "__main__":
    main()
