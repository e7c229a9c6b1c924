"""Signs requests to S3 (AWS Signature Version 4). The secret never leaves this module: requests carry what it signed."""

import hashlib
import hmac
import time
import urllib.parse


def quoted(text):
    """A key or a value as it stands in an address and is signed."""
    return urllib.parse.quote(text, safe="-_.~")


def path_of(bucket, key):
    return "/" + "/".join(quoted(part) for part in [bucket, *key.split("/")])


def query_of(pairs):
    return "&".join(f"{quoted(name)}={quoted(value)}" for name, value in sorted(pairs.items()))


def signed(credential, region, method, host, path, query, headers, content_sha256, moment=None):
    """The headers of a request with its signature. All of `headers` are signed, so that nothing on the way takes
    one out: it is by If-None-Match that nothing is replaced. `credential`: accessKeyId, secretAccessKey, and
    sessionToken where it has one. `moment`: seconds since 1970."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
    sent = {name.lower(): value for name, value in headers.items()}
    sent.update({"host": host, "x-amz-content-sha256": content_sha256, "x-amz-date": stamp})
    if credential.get("sessionToken"):
        sent["x-amz-security-token"] = credential["sessionToken"]
    names = ";".join(sorted(sent))
    lines = "".join(f"{name}:{sent[name].strip()}\n" for name in sorted(sent))
    canonical = "\n".join([method, path, query, lines, names, content_sha256])
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4" + credential["secretAccessKey"].encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    sent["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credential['accessKeyId']}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return sent
