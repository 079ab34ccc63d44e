"""A headless Chromium, driven over its DevTools pipe with the standard library.

Nothing is installed for it: DevTools speaks JSON over two pipes, which end
messages with a zero byte.
"""

import base64
import collections
import contextlib
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # Containers have no user namespaces to make one of.
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--hide-scrollbars",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--remote-debugging-pipe",
)


def chromium():
    """Path of a browser of the Chromium family, or `None`."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    """Starts Chromium, opens pages, and ends it at the end of a `with`.

    Args:
        *flags: More flags of Chromium.
    """

    def __init__(self, *flags):
        self._flags = flags
        self._buffer = b""
        self._number = 0
        self.events = collections.deque()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            folder = tempfile.mkdtemp()
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            theirs_in, self._write = os.pipe()
            self._read, theirs_out = os.pipe()

            def place():
                # DevTools reads descriptor 3 and writes 4.  Copies first: a
                # pipe may have one of these numbers already.
                ends = os.dup(theirs_in), os.dup(theirs_out)
                os.dup2(ends[0], 3)
                os.dup2(ends[1], 4)

            self._process = subprocess.Popen(
                [chromium(), *FLAGS, f"--user-data-dir={folder}", *self._flags],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(3, 4),
                preexec_fn=place,
            )
            stack.callback(self._end)
            os.close(theirs_in)
            os.close(theirs_out)
            stack.callback(os.close, self._read)
            stack.callback(os.close, self._write)
            self.call("Target.setDiscoverTargets", discover=False)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error):
        self._stack.close()

    def _end(self):
        self._process.kill()
        self._process.wait(30)

    def call(self, method, session=None, timeout=120, **parameters):
        """Calls a method of DevTools and returns its result.

        Args:
            method: str, as `"Page.navigate"`.
            session: str or `None`. A page's session; the browser itself
                without one.
            timeout: Seconds to wait for the answer.
            **parameters: Of the method.

        Raises:
            RuntimeError: If the browser refuses, with what it says.
            TimeoutError: If it does not answer.
        """
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self._send(message)
        end = time.monotonic() + timeout
        while True:
            answer = self._receive(end)
            if answer.get("id") == number:
                break
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, url, width=1280, height=900):
        """Opens a page and records its traffic from the first request on."""
        target = self.call("Target.createTarget", url="about:blank")
        page = Page(self, target["targetId"])
        page.size(width, height)
        page.go(url)
        return page

    def wait_for(self, wanted, timeout=60):
        """Waits for an event of which a function says that it is the one."""
        end = time.monotonic() + timeout
        while not any(map(wanted, self.events)):
            self.events.append(self._receive(end))

    def _send(self, message):
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data) :]

    def _receive(self, end):
        while b"\0" not in self._buffer:
            ready, _, _ = select.select(
                [self._read], [], [], max(0, end - time.monotonic())
            )
            if not ready:
                raise TimeoutError("The browser does not answer.")
            part = os.read(self._read, 2**20)
            if not part:
                raise RuntimeError("The browser has ended.")
            self._buffer += part
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)


class Page:
    """A page of a `Browser`, with its workers."""

    def __init__(self, browser, target):
        self._browser = browser
        attached = browser.call(
            "Target.attachToTarget", targetId=target, flatten=True
        )
        self._session = attached["sessionId"]
        self._sessions = [self._session]
        self._attended = 0
        for method in ("Page.enable", "Network.enable", "Runtime.enable"):
            self.call(method)
        self.call(
            "Target.setAutoAttach",
            autoAttach=True,
            waitForDebuggerOnStart=True,
            flatten=True,
        )

    def call(self, method, **parameters):
        """Calls a method of DevTools for this page."""
        return self._browser.call(method, self._session, **parameters)

    def size(self, width, height):
        """Gives the window a size in pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def go(self, url):
        """Opens an address, and waits until its programs have begun."""
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")

    def run(self, code):
        """Runs JavaScript, waits for a promise, and returns its value.

        Raises:
            RuntimeError: If it throws, with what it throws.
        """
        result = self.call(
            "Runtime.evaluate",
            expression=code,
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            error = details.get("exception", {})
            raise RuntimeError(error.get("description") or str(details))
        return result["result"].get("value")

    def wait(self, condition, timeout=60):
        """Waits until an expression of JavaScript is true.

        Raises:
            TimeoutError: If it never is; with what the page says meanwhile.
        """
        end = time.monotonic() + timeout
        while True:
            self.attend()
            if self.run(f"!!({condition})"):
                return
            if time.monotonic() > end:
                said = self.run("document.body.innerText")
                raise TimeoutError(
                    f"{condition} is not true; thrown: "
                    f"{self.exceptions()}; the page says: {said}"
                )
            time.sleep(0.05)

    def attend(self):
        """Lets new workers of the page run, recorded from their start."""
        while self._attended < len(self._browser.events):
            event = self._browser.events[self._attended]
            self._attended += 1
            if (
                event["method"] == "Target.attachedToTarget"
                and event.get("sessionId") in self._sessions
            ):
                session = event["params"]["sessionId"]
                self._sessions.append(session)
                for method in (
                    "Network.enable",
                    "Runtime.enable",
                    "Runtime.runIfWaitingForDebugger",
                ):
                    self._browser.call(method, session)

    def requests(self):
        """Addresses of all requests of the page and its workers."""
        self.attend()
        return [
            event["params"]["request"]["url"]
            for event in self._browser.events
            if event.get("sessionId") in self._sessions
            and event["method"] == "Network.requestWillBeSent"
        ]

    def exceptions(self):
        """What programs of the page and its workers threw, uncaught."""
        self.attend()
        return [
            event["params"]["exceptionDetails"].get("exception", {})
            for event in self._browser.events
            if event.get("sessionId") in self._sessions
            and event["method"] == "Runtime.exceptionThrown"
        ]

    def key(self, name):
        """Presses and releases a key, as `"Tab"` or `"ArrowRight"`."""
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=name,
                code=name,
                windowsVirtualKeyCode=_KEY_CODES[name],
            )

    def choose_files(self, selector, *paths):
        """Chooses files in a file input."""
        document = self.call("DOM.getDocument")["root"]["nodeId"]
        found = self.call(
            "DOM.querySelector", nodeId=document, selector=selector
        )
        self.call(
            "DOM.setFileInputFiles",
            nodeId=found["nodeId"],
            files=[str(pathlib.Path(path).absolute()) for path in paths],
        )

    def screenshot(self, path, whole=False):
        """Writes what is seen as a PNG file."""
        result = self.call(
            "Page.captureScreenshot", captureBeyondViewport=whole
        )
        pathlib.Path(path).write_bytes(base64.b64decode(result["data"]))


_KEY_CODES = {
    "Tab": 9,
    "End": 35,
    "Home": 36,
    "ArrowLeft": 37,
    "ArrowRight": 39,
}
