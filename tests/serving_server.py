"""TF Serving's documented REST contract, on a real SavedModel, in a thread.

Follows `api_rest.md` of tensorflow/serving: the predict method, row and column
format, base64 objects, outputs named `*_bytes`, and error bodies.
"""

import base64
import contextlib
import http.server
import json
import re
import threading

import numpy as np
import tensorflow as tf

_PATH = re.compile(r"/v1/models/(\w+)(?:/versions/(\d+))?:predict")
_MALFORMED = (ValueError, KeyError, TypeError, tf.errors.InvalidArgumentError)


class NotFound(Exception):
    """No such model or version."""


@contextlib.contextmanager
def serving(name, loaded, version=1):
    """Serves a loaded SavedModel; yields its host:port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            match = _PATH.fullmatch(self.path)
            try:
                if not match or match[1] != name:
                    raise NotFound(f"Servable not found: {self.path}")
                if match[2] and int(match[2]) != version:
                    raise NotFound(f"Servable not found: {self.path}")
                self.answer(200, predict(loaded, json.loads(body)))
            except NotFound as error:
                self.answer(404, {"error": str(error)})
            except _MALFORMED as error:
                self.answer(400, {"error": str(error)})

        def answer(self, code, value):
            content = json.dumps(value).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def predict(loaded, request):
    """Answers the JSON of a predict request with the JSON of its result."""
    name = request.get("signature_name", "serving_default")
    if name not in loaded.signatures:
        raise ValueError(f'Serving signature name: "{name}" not found')
    signature = loaded.signatures[name]
    specs = signature.structured_input_signature[1]
    if ("instances" in request) == ("inputs" in request):
        raise ValueError("Request needs one of 'instances' and 'inputs'")
    if "instances" in request:
        columns = _columns(request["instances"], list(specs))
    else:
        columns = request["inputs"]
        if not isinstance(columns, dict) or set(columns) != set(specs):
            columns = {next(iter(specs)): columns}
    inputs = {
        key: tf.constant(_plain(value), specs[key].dtype)
        for key, value in columns.items()
    }
    outputs = {
        key: _json(value.numpy(), key)
        for key, value in signature(**inputs).items()
    }
    single = next(iter(outputs.values())) if len(outputs) == 1 else None
    if "inputs" in request:
        return {"outputs": outputs if single is None else single}
    if single is not None:
        return {"predictions": single}
    rows = zip(*outputs.values(), strict=True)
    return {"predictions": [dict(zip(outputs, row)) for row in rows]}


def _columns(instances, names):
    if not isinstance(instances, list) or not instances:
        raise ValueError("'instances' must be a non-empty list")
    if all(isinstance(i, dict) and set(i) == set(names) for i in instances):
        return {name: [i[name] for i in instances] for name in names}
    if len(names) != 1:
        raise ValueError(f"instances need the inputs {names}")
    return {names[0]: instances}


def _plain(value):
    """Turns base64 objects into bytes, inside lists too."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return base64.b64decode(value["b64"], validate=True)
    return value


def _json(array, name):
    if not name.endswith("_bytes"):
        return array.tolist()
    encoded = np.vectorize(
        lambda item: {"b64": base64.b64encode(item).decode()}, otypes=[object]
    )
    return encoded(array).tolist()
