"""Tests of the whole: asked for as visitors ask, through nginx, with a database of its own."""

import json
import time
import unittest
import urllib.error
import urllib.request

SITE = "http://nginx"


def ask(path, data=None, headers=None):
    """Answers status and body; waits for nginx, which begins when the application is healthy."""
    request = urllib.request.Request(SITE + path, data=data, headers=headers or {})
    for _ in range(50):
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            if error.code != 502:
                return error.code, error.read()
        except urllib.error.URLError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"{path} was not answered")


class Site(unittest.TestCase):
    def test_is_healthy(self):
        status, body = ask("/healthz")
        self.assertEqual(status, 200)
        self.assertTrue(json.loads(body)["healthy"])

    def test_serves_static_files(self):
        self.assertEqual(ask("/static/style.css")[0], 200)

    def test_counts_a_write_once(self):
        key = {"Idempotency-Key": "the same"}
        self.assertEqual(ask("/writes", b"hello", key)[0], 201)
        self.assertEqual(ask("/writes", b"hello", key)[0], 200)

    def test_says_what_is_not_there(self):
        self.assertEqual(ask("/nothing")[0], 404)


if __name__ == "__main__":
    unittest.main()
