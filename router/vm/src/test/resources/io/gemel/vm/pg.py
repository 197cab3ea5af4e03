"""As much of PostgreSQL's protocol as an example needs, with Python's own library only: one statement at a time, values as text.

Use a real driver for real work. This one knows no passwords and no encryption.
"""
import socket
import struct


class DatabaseError(Exception):
    """The server refused a statement; it says so with a SQLSTATE."""

    def __init__(self, state, message):
        super().__init__(message + " [SQLSTATE " + state + "]")
        self.state = state


class Lost(Exception):
    """The connection is gone, or silent for too long. Whether the last statement was carried out is not known."""


class Connection:
    def __init__(self, port, user, database, seconds, **settings):
        self.buffer = b""
        try:
            self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            words = {"user": user, "database": database, "client_encoding": "UTF8", **settings}
            body = b"".join(_text(name) + _text(value) for name, value in words.items()) + b"\0"
            self.socket.sendall(struct.pack("!ii", 8 + len(body), 196608) + body)
            self._until_ready()
        except OSError as e:
            raise Lost(str(e)) from e

    def limit(self, seconds):
        """How long the server may be silent from now on."""
        self.socket.settimeout(seconds)

    def query(self, sql, *values):
        """Carries one statement out, with values for $1, $2, ...; returns its rows as lists of texts."""
        parameters = b"".join(_value(value) for value in values)
        messages = (
            _message(b"P", b"\0" + _text(sql) + b"\0\0")
            + _message(b"B", b"\0\0\0\0" + struct.pack("!h", len(values)) + parameters + b"\0\0")
            + _message(b"E", b"\0\0\0\0\0")
            + _message(b"S", b"")
        )
        try:
            self.socket.sendall(messages)
            return self._until_ready()
        except OSError as e:
            self.close()
            raise Lost(str(e)) from e

    def close(self):
        self.socket.close()

    def _until_ready(self):
        rows, error = [], None
        while True:
            kind, body = self._receive()
            if kind == b"D":
                rows.append(_row(body))
            elif kind == b"E":
                error = _error(body)
                if error.state[:2] == "57" or error.state in ("25P03", "25P04"):
                    self.close()  # the server hangs up after these
                    raise error
            elif kind == b"R" and body != b"\0\0\0\0":
                raise Lost("the server wants a password, and this example knows none")
            elif kind == b"Z":
                if error:
                    raise error
                return rows

    def _receive(self):
        kind = self._exactly(1)
        return kind, self._exactly(struct.unpack("!i", self._exactly(4))[0] - 4)

    def _exactly(self, count):
        while len(self.buffer) < count:
            piece = self.socket.recv(65536)
            if not piece:
                raise ConnectionError("the server closed the connection")
            self.buffer += piece
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken


def _text(value):
    return value.encode() + b"\0"


def _message(kind, body):
    return kind + struct.pack("!i", len(body) + 4) + body


def _value(value):
    if value is None:
        return struct.pack("!i", -1)
    text = b"\\x" + value.hex().encode() if isinstance(value, bytes) else str(value).encode()
    return struct.pack("!i", len(text)) + text


def _row(body):
    values, at = [], 2
    for _ in range(struct.unpack("!h", body[:2])[0]):
        length = struct.unpack("!i", body[at : at + 4])[0]
        at += 4
        values.append(None if length < 0 else body[at : at + length].decode())
        at += max(length, 0)
    return values


def _error(body):
    fields = {field[:1]: field[1:].decode() for field in body.split(b"\0") if field}
    return DatabaseError(fields[b"C"], fields[b"M"])
