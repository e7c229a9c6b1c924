# Asks the account check of PAM about accounts: SERVICE ADDRESS ACCOUNT... Prints for each the account,
# a tab, and what PAM answers; nothing after the tab where it agrees. Opens no session.
import ctypes
import sys


class Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


Talk = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_int,
    ctypes.POINTER(ctypes.POINTER(Message)),
    ctypes.POINTER(ctypes.c_void_p),
    ctypes.c_void_p,
)


class Conversation(ctypes.Structure):
    _fields_ = [("talk", Talk), ("data", ctypes.c_void_p)]


pam = ctypes.CDLL("libpam.so.0")
pam.pam_strerror.restype = ctypes.c_char_p
pam.pam_strerror.argtypes = [ctypes.c_void_p, ctypes.c_int]
pam.pam_set_item.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p]
pam.pam_acct_mgmt.argtypes = [ctypes.c_void_p, ctypes.c_int]
pam.pam_end.argtypes = [ctypes.c_void_p, ctypes.c_int]
allocate = ctypes.CDLL(None).calloc
allocate.restype = ctypes.c_void_p
allocate.argtypes = [ctypes.c_size_t, ctypes.c_size_t]
said = []


@Talk
def talk(count, messages, replies, _data):
    for index in range(count):
        said.append(messages[index].contents.text or b"")
    # PAM frees them; a question gets no answer.
    replies[0] = allocate(count, 16)
    return 0


service, address, *accounts = sys.argv[1:]
conversation = Conversation(talk, None)
TTY, HOST = 3, 4
for account in accounts:
    said.clear()
    handle = ctypes.c_void_p()
    code = pam.pam_start(
        service.encode(), account.encode(), ctypes.byref(conversation), ctypes.byref(handle)
    )
    if code == 0:
        pam.pam_set_item(handle, HOST, address.encode())
        pam.pam_set_item(handle, TTY, b"ssh")
        code = pam.pam_acct_mgmt(handle, 0)
    words = []
    if code != 0:
        words = [pam.pam_strerror(handle, code), *said]
    text = b" ".join(words).decode("ascii", "replace")
    print(account, " ".join(text.split()), sep="\t", flush=True)
    if handle:
        pam.pam_end(handle, code)
