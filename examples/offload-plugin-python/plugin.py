"""A complete offload plugin in Python, by version 1 of Drover's plugin contract. It needs nothing but Python.

It makes the storage array at ARRAY_URL copy one disk. Put your own array in the place of the class Array: it must be able to
start, to find and to stop a copy task by its name.
"""

import base64
import json
import os
import signal
import threading
import urllib.error
import urllib.parse
import urllib.request

POLL_SECONDS = 0.25


class PluginError(Exception):
    """A failure, in words that tell an operator what to do."""

    def __init__(self, message, retryable):
        super().__init__(message)
        self.retryable = retryable


class Array:
    def __init__(self, url):
        self.url = url

    def find(self, name):
        """The task of this name, or None."""
        return self.ask("GET", name)

    def stop(self, name):
        """Returns when the task writes no more. No task of this name: nothing to stop."""
        self.ask("DELETE", name)

    def start(self, name, source, volume, capacity):
        order = {"copyId": name, "source": source, "volumeHandle": volume, "capacityBytes": capacity}
        self.ask("POST", None, order)

    def ask(self, method, name, body=None):
        path = "/copies" if name is None else "/copies/" + urllib.parse.quote(name, safe="")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, self.login(), method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 404 and method != "POST":
                return None
            # A refusal (4xx) is final. A fault of the array itself (5xx) may be mended.
            raise PluginError(f"the array answered {error.code}: {reason(error)}", error.code >= 500) from None
        except OSError as error:
            raise PluginError(f"the array at {self.url} does not answer: {error}", True) from None

    def login(self):
        """vCenter's login, because this array asks vCenter whose disk it copies. Never print it."""
        user, password = (read(f"/etc/secret/{key}") for key in ("accessKeyId", "secretKey"))
        return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class Plugin:
    def __init__(self):
        self.env = os.environ
        self.stopping = threading.Event()

    def main(self):
        """Runs the copy, says how it ended, and returns the exit code."""
        signal.signal(signal.SIGTERM, lambda *_: self.stopping.set())
        try:
            return self.end({"result": {"bytes": self.copy()}}, 0)
        except PluginError as error:
            return self.end({"error": {"message": str(error), "retryable": error.retryable}}, 1)

    def copy(self):
        if self.env.get("CONTRACT_VERSION") != "1":
            raise PluginError(f"contract version {self.env.get('CONTRACT_VERSION')} is not 1", False)
        if not self.env.get("ARRAY_URL"):
            raise PluginError("ARRAY_URL is not set: give it in the map's vars", False)
        self.array = Array(self.env["ARRAY_URL"])
        name = self.task_name()
        # A dead Pod does not end the array's task. Adopt a task that runs. Remove one that has ended: nobody took its result.
        task = self.array.find(name)
        if task and task["state"] != "running":
            self.array.stop(name)
            task = None
        if not task:
            self.start(name)
        return self.watch(name)

    def task_name(self):
        return self.env["COPY_ID"]

    def source(self):
        """The file that the VM wrote last. This array follows a chain of snapshots from there."""
        return self.env["CURRENT_VMDK"]

    def start(self, name):
        self.array.start(name, self.source(), self.env["VOLUME_HANDLE"], int(self.env["CAPACITY_BYTES"]))

    def watch(self, name):
        """Bytes that were copied, when the task is done."""
        said = -1
        while True:
            if self.stopping.is_set():
                self.array.stop(name)
                raise PluginError("stopped before the copy was done", True)
            task = self.array.find(name)
            if not task:
                raise PluginError("the array has forgotten the copy", True)
            if task["bytesDone"] > said:
                said = task["bytesDone"]
                self.progress(said, task["bytesTotal"])
            if task["state"] == "failed":
                raise PluginError(task.get("error") or "the array gave no reason", True)
            if self.is_done(task):
                return task["bytesDone"]
            self.stopping.wait(POLL_SECONDS)

    def is_done(self, task):
        """Not before the array says so: until then a power cut loses bytes that were counted already."""
        return task["state"] == "done"

    def progress(self, done, total):
        print(json.dumps({"bytesDone": done, "bytesTotal": total}), flush=True)

    def end(self, message, code):
        with open("/dev/termination-log", "w", encoding="utf-8") as log:
            json.dump(message, log)
        return code


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def reason(error):
    try:
        return json.load(error).get("error", "")
    except ValueError:
        return "no reason"


if __name__ == "__main__":
    raise SystemExit(Plugin().main())
