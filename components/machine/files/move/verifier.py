"""What a server keeps of a password (RFC 5802): the password itself comes into no statement and no log."""

import base64
import hashlib
import hmac
import os

ROUNDS = 4096


def verifier(password):
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)
    stored = hashlib.sha256(signed(salted, b"Client Key")).digest()
    return f"SCRAM-SHA-256${ROUNDS}:{encoded(salt)}${encoded(stored)}:{encoded(signed(salted, b'Server Key'))}"


def signed(key, text):
    return hmac.new(key, text, hashlib.sha256).digest()


def encoded(data):
    return base64.b64encode(data).decode()
