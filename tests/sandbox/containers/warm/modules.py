"""Modules of the image: what they print is all that a test can see of a container."""

SEEN = """
import json, os, signal, sys
import known
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status"))
def can_write(path):
    try:
        open(path, "w").close()
    except OSError as error:
        return error.strerror
    return "yes"
print(json.dumps({
    "arguments": sys.argv, "original": sys.orig_argv, "name": __name__, "folder": os.getcwd(),
    "path": sys.path, "variables": dict(os.environ), "pid": os.getpid(), "input": sys.stdin.read(),
    "ids": [os.getresuid(), os.getresgid(), os.getgroups()], "umask": os.umask(0),
    "rights": [status[each].strip() for each in
               ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs")],
    "handler": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
    "child": str(signal.getsignal(signal.SIGCHLD)),
    "nice": os.nice(0),
    "root": sorted(set(os.listdir("/")) - {".host"}), "host": os.path.isdir("/.host/proc"),
    "processes": [each for each in os.listdir("/proc") if each.isdigit()],
    "shared memory": os.listdir("/dev/shm"),
    "writes": [can_write(each) for each in ("/app/x", "/x", "/etc/x", "/dev/shm/x", "/tmp/x")],
    "files": sorted(int(each) for each in os.listdir("/proc/self/fd") if int(each) < 3),
    "code": known.__file__,
    "command": open("/proc/self/cmdline").read().split("\\0")[:-1],
    "said of variables": sorted(open("/proc/self/environ").read().split("\\0")),
}))
print("to the errors", file=sys.stderr)
"""
LOADED = """
import sys
print(*(each for each in ("known", "mine") if each in sys.modules))
import known, mine
"""
WAITS = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print("bye"), sys.exit(3)))
print("up", flush=True)
time.sleep(600)
"""
ENDS = """
import atexit, sys, threading, time
atexit.register(print, "at exit")
threading.Thread(target=lambda: (time.sleep(0.1), print("thread"))).start()
what = sys.argv[1]
if what == "raises":
    raise ValueError("nothing to be done")
if what == "is interrupted":
    raise KeyboardInterrupt
sys.exit({"succeeds": None, "fails": 7, "says why": "because", "overflows": 257}[what])
"""
APP = {"seen": SEEN, "loaded": LOADED, "waits": WAITS, "ends": ENDS, "mine": ""}
PACKAGES = {"known": "import os\nSET = os.environ.setdefault('KNOWN_SETS', 'by itself')\n"}
