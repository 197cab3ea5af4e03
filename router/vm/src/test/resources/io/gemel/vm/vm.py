"""A VM without Gemel's library: the contract of docs/vm.md in HTTP and SQL, and a small application behind it.

    vm.py NAME DATABASE_PORT        listens on a free port, says which, and ends when its standard input does
"""
import hashlib
import json
import os
import queue
import random
import sys
import threading
import time
import traceback
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from pg import Connection, DatabaseError, Lost

NAME, DATABASE_PORT = sys.argv[1], int(sys.argv[2])
SITE, HOST = "east", "host-1"
NAMESPACE = uuid.UUID("5901283c-cc16-57a5-8f13-666066700dc9")
KEY_MAX, ANSWER_MAX, BODY_MAX = 255, 1 << 20, 1 << 20
TIME, GRACE, HEARTBEAT, RETRIES_MAX, POOL_MAX = 20.0, 2.0, 1.0, 3, 12
TAG = "gemel-vm:" + NAME

CLAIM = """
WITH session AS MATERIALIZED (
  SELECT set_config('application_name', $1, true), set_config('lock_timeout', $2, true),
    set_config('idle_in_transaction_session_timeout', $2, true)
), gate AS MATERIALIZED (
  SELECT coalesce(opened_for = pg_postmaster_start_time(), false) AS open FROM gemel.gate WHERE id = 1
), declined AS (
  DELETE FROM gemel.submission USING session, gate
  WHERE gate.open AND key = $3 AND status = 'declined' AND attempt < $13
  RETURNING key
), claim AS (
  INSERT INTO gemel.submission (key, fingerprint, attempt, site, vm, status, http_status, content_type, response, headers)
  SELECT $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM session CROSS JOIN gate LEFT JOIN declined ON true WHERE gate.open
  ON CONFLICT (key) DO NOTHING
  RETURNING pg_current_xact_id()::text AS transaction
)
SELECT (SELECT open FROM gate), (SELECT transaction FROM claim)"""

READ = "SELECT fingerprint, status, http_status, content_type, response, headers, attempt, site, vm FROM gemel.submission WHERE key = $1"

FINISH = """
UPDATE gemel.submission SET status = 'executed', http_status = $1, content_type = $2, response = $3, headers = $4
WHERE key = $5 AND status = 'running' AND pg_current_xact_id()::text = $6
RETURNING (SELECT opened_for = pg_postmaster_start_time() FROM gemel.gate WHERE id = 1), cmin::text::bigint > 1"""

GATE = "SELECT coalesce(opened_for = pg_postmaster_start_time(), false) FROM gemel.gate WHERE id = 1"

READY = """
SELECT coalesce(opened_for = pg_postmaster_start_time(), false),
  (SELECT bool_and(has_table_privilege('gemel.submission', wanted))
   FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS wanted)
FROM gemel.gate WHERE id = 1"""


class Ended(Exception):
    """The submission ended without an answer of the application: with this outcome, status and text."""

    def __init__(self, outcome, status, text):
        super().__init__(text)
        self.reply = (outcome, status, "text/plain; charset=utf-8", (text + "\n").encode())


class Rejection(Exception):
    """The application refuses the submission, with this answer."""

    def __init__(self, status, content_type, body, for_good=False):
        super().__init__(status)
        self.answer, self.outcome = (status, content_type, body, None), "rejected" if for_good else "declined"


# --- connections -----------------------------------------------------------------------------------------------------

idle, permits = queue.LifoQueue(), threading.Semaphore(POOL_MAX)


@contextmanager
def connection(seconds):
    """A connection that works, given back or, after an error, closed."""
    if not permits.acquire(timeout=seconds):
        raise Lost("no connection is free")
    taken = None
    try:
        while taken is None:
            try:
                taken = idle.get_nowait()
                taken.limit(seconds)
                taken.query("SELECT 1")
            except queue.Empty:
                keepalives = "-c tcp_keepalives_idle=1 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2"
                options = keepalives + " -c tcp_user_timeout=2000"
                taken = Connection(DATABASE_PORT, "app", "postgres", seconds, application_name=TAG, options=options)
            except (Lost, DatabaseError):
                taken = None
        taken.limit(seconds)
        yield taken
        idle.put(taken)
    except BaseException:
        if taken is not None:
            taken.close()
        raise
    finally:
        permits.release()


# --- submissions -----------------------------------------------------------------------------------------------------


class Submission:
    def __init__(self, key, fingerprint, attempt, first, deadline):
        self.key, self.fingerprint, self.attempt, self.first = key, fingerprint, attempt, first
        self.deadline = min(deadline, time.time() + TIME)

    def left(self):
        return self.deadline - time.time()

    def check_time(self):
        if self.left() <= 0:
            raise Ended("late", 503, "the deadline passed, and nothing was committed")


def submit(submission, work):
    """Outcome, status, content type, body and, when there are any, the headers that are kept, a line for each."""
    return until_it_passes(submission, lambda: attempt(submission, work))


def fence(submission):
    step = lambda: claim_only(submission, "fenced", (None, None, None, None), 2**63 - 1)
    return until_it_passes(submission, step)


def until_it_passes(submission, step):
    try:
        for retries in range(RETRIES_MAX + 1):
            submission.check_time()
            try:
                return step()
            except Rejection as e:
                status, answer = e.outcome, e.answer
                step = lambda: claim_only(submission, status, answer, submission.first)
            except Again:
                time.sleep(min(random.uniform(0, 0.01 * 2**retries), max(submission.left(), 0)))
        submission.check_time()
        raise Ended("retry", 503, "other transactions conflicted, and nothing was committed")
    except Ended as e:
        return e.reply


class Again(Exception):
    """The same once more will do."""


@contextmanager
def transaction(submission):
    """A database transaction whose errors before the commit are told apart here, by SQLSTATE."""
    try:
        with connection(max(submission.left(), 0.001) + GRACE) as db:
            db.query("BEGIN")
            yield db
    except Lost as e:
        raise Ended("unreachable", 503, "the database was lost before the commit, and nothing was committed") from e
    except DatabaseError as e:
        if e.state in ("40001", "40P01", "55P03"):
            raise Again from e
        if e.state[:2] in ("08", "57") and e.state != "57014" or e.state == "25006":
            raise Ended("unreachable", 503, "the database cannot be used, and nothing was committed") from e
        if e.state in ("57014", "25P03", "25P04"):
            submission.check_time()
        traceback.print_exc()
        raise Ended("failed", 500, "the application failed, and nothing was committed") from e


def attempt(submission, work):
    rejection = None
    with transaction(submission) as db:
        transaction_id = claim(db, submission, "running", (None, None, None, None), submission.first)
        try:
            status, content_type, body, *kept = work(db, submission.key)
            check_sendable(status, content_type, *kept)
            size = len(body)
        except DatabaseError as e:
            if e.state[:2] not in ("22", "23", "42"):
                raise
            text = "the database refused the submission [SQLSTATE " + e.state + "]\n"
            rejection = Rejection(409 if e.state[:2] == "23" else 400, "text/plain; charset=utf-8", text.encode())
        except Rejection as e:
            rejection = e
        except (Lost, Ended):
            raise
        except Exception as e:
            traceback.print_exc()
            raise Ended("failed", 500, "the application failed, and nothing was committed") from e
        if rejection:
            db.query("ROLLBACK")
            raise rejection
        if size > ANSWER_MAX:
            raise Ended("failed", 500, f"the answer has {size} bytes, and at most {ANSWER_MAX} are kept")
        headers = "\n".join(kept) or None
        finished = db.query(FINISH, status, content_type, body, headers, submission.key, transaction_id)
        if not finished:
            raise Ended("failed", 500, "the application ended its transaction itself")
        if finished[0][0] != "t":
            raise Ended("closed", 503, "this site is not open")
        submission.check_time()
        if finished[0][1] != "t":
            db.query("ROLLBACK")
            text = b"the work wrote nothing through its connection\n"
            raise Rejection(500, "text/plain; charset=utf-8", text, for_good=True)
        commit(db)
    return "executed", status, content_type, body, headers


def check_sendable(status, *texts):
    """What cannot be sent must not be kept: it would be sent again and again."""
    if not 200 <= status < 400:
        raise ValueError(f"success is a status of 2xx or 3xx, not {status}; work that refuses raises a Rejection")
    for text in texts:
        if not (text.isascii() and text.isprintable()):
            raise ValueError(f"a header has printable ASCII: {text!r}")


def claim_only(submission, status, answer, declined_before):
    """Takes the key with its final status: a refusal is kept, or the key closed."""
    with transaction(submission) as db:
        claim(db, submission, status, answer, declined_before)
        submission.check_time()
        commit(db)
    if status == "fenced":
        return Ended("fenced", 409, "this key was closed when its outcome was asked for").reply
    return (status, *answer)


def claim(db, submission, status, answer, declined_before):
    submission.check_time()
    millis = str(max(1, int(submission.left() * 1000)))
    named = (submission.key, submission.fingerprint, submission.attempt, SITE, NAME, status)
    is_open, transaction_id = db.query(CLAIM, TAG, millis, *named, *answer, declined_before)[0]
    if is_open is None:
        raise Ended("failed", 500, "gemel.gate has no row: run 'gemel prepare'")
    if transaction_id is not None:
        return transaction_id
    if is_open != "t":
        raise Ended("closed", 503, "this site is not open")
    rows = db.query(READ, submission.key)
    db.query("ROLLBACK")
    if not rows:
        raise Again
    raise stored(submission, rows[0])


def stored(submission, row):
    fingerprint, status, http_status, content_type, response, headers = row[:6]
    if fingerprint and submission.fingerprint and fingerprint != submission.fingerprint:
        return Ended("rejected", 422, "this key was used for another request")
    if status == "fenced":
        return Ended("fenced", 409, "this key was closed when its outcome was asked for")
    if status not in ("executed", "rejected", "declined"):
        return Ended("failed", 500, "the application once ended this submission's transaction itself")
    again = Ended("replayed" if status == "executed" else status, int(http_status), "")
    again.reply = (*again.reply[:2], content_type, bytes.fromhex(response[2:]) if response else b"", headers)
    return again


def commit(db):
    """Only what the server checks before it writes the commit says that there was none."""
    try:
        db.query("COMMIT")
    except Lost as e:
        raise Ended("unknown", 503, "the database was lost during the commit: send the same key again") from e
    except DatabaseError as e:
        if e.state[:2] in ("22", "23", "42"):
            text = "the database refused the submission [SQLSTATE " + e.state + "]\n"
            raise Rejection(409, "text/plain; charset=utf-8", text.encode()) from e
        if e.state in ("40001", "40P01", "55P03", "25P02") or e.state[:2] == "P0":
            raise
        raise Ended("unknown", 503, "the database was lost during the commit: send the same key again") from e


# --- the application -------------------------------------------------------------------------------------------------


def effect(db, key):
    db.query("INSERT INTO effect (key, vm) VALUES ($1, $2)", key, NAME)
    body = json.dumps({"id": str(uuid.uuid5(NAMESPACE, key + ":0"))}, separators=(",", ":"))
    return 201, "application/json", body.encode()


def refuse(db, key):
    effect(db, key)
    raise Rejection(402, "text/plain; charset=utf-8", b"not enough money", for_good=True)


def order(db, key):
    answer = effect(db, key)
    if not db.query("SELECT 1 FROM account WHERE id = 3"):
        raise Rejection(404, "text/plain; charset=utf-8", b"no such customer")
    return answer


def overdraw(db, key):
    db.query("UPDATE account SET balance = balance - 1000 WHERE id = 1")
    return effect(db, key)


def fail(db, key):
    effect(db, key)
    raise ValueError("broken")


def slow(db, key):
    answer = effect(db, key)
    db.query("SELECT pg_sleep(0.5)")
    return answer


def created(db, key):
    return *effect(db, key), f"Location: /effects/{key}", 'ETag: "1"'


def unsendable(db, key):
    return *effect(db, key), "Location: /\u2192"


def nothing(db, key):
    return 201, "text/plain; charset=utf-8", b""


def long(db, key):
    effect(db, key)
    return 200, "application/octet-stream", bytes(ANSWER_MAX + 1)


APPLICATION = {
    "/effect": effect, "/refuse": refuse, "/overdraw": overdraw, "/fail": fail, "/slow": slow, "/long": long,
    "/nothing": nothing, "/created": created, "/order": order, "/unsendable": unsendable
}


# --- HTTP ------------------------------------------------------------------------------------------------------------

in_flight, in_flight_lock, draining = 0, threading.Lock(), threading.Event()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        self.answer("GET")

    def do_POST(self):
        self.answer("POST")

    def answer(self, method):
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True  # what follows cannot be told from the next request
            self.send(*Ended("rejected", 411, "a body needs a Content-Length here").reply)
            return
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(min(length, BODY_MAX))
        if len(body) < min(length, BODY_MAX):
            self.close_connection = True  # its client has left: a part of a body is no submission
            return
        for left in range(length - len(body), 0, -65536):
            self.rfile.read(min(left, 65536))
        path, _, query = self.path.partition("?")
        if path == "/gemel/heartbeat":
            self.send(*heartbeat())
        elif path in ("/gemel/drain", "/gemel/undrain") and method == "POST":
            draining.set() if path == "/gemel/drain" else draining.clear()
            self.send(None, 200, *as_json({"vm": NAME, "draining": draining.is_set(), "inFlight": in_flight}))
        elif path.startswith("/gemel/outcome/"):
            key = unquote(path[len("/gemel/outcome/") :])
            self.send(*self.guarded(lambda: outcome(self.submission(key, None), method == "POST" or query == "fence=true")))
        elif length > BODY_MAX:
            self.send(*Ended("rejected", 413, f"the body has more than {BODY_MAX} bytes").reply)
        elif path in APPLICATION and method == "POST":
            self.send(*self.guarded(lambda: self.submit(path, body)))
        else:
            self.send(None, 404, "text/plain", b"unknown\n")

    def guarded(self, work):
        """Requests that are no submissions are refused, and nothing is recorded."""
        try:
            return work()
        except ValueError as e:
            return Ended("rejected", 400, str(e)).reply

    def submit(self, path, body):
        global in_flight
        request = (self.command + "\n" + self.path + "\n").encode() + body
        fingerprint = self.headers.get("Gemel-Fingerprint") or hashlib.sha256(request).hexdigest()
        submission = self.submission(self.headers.get("Idempotency-Key", ""), fingerprint)
        with in_flight_lock:
            in_flight += 1
        try:
            if draining.is_set():
                return Ended("draining", 503, "this VM takes no new submissions").reply
            return submit(submission, APPLICATION[path])
        finally:
            with in_flight_lock:
                in_flight -= 1

    def submission(self, key, fingerprint):
        if not 0 < len(key) <= KEY_MAX or not (key.isascii() and key.isprintable()):
            raise ValueError(f"Idempotency-Key must have 1 to {KEY_MAX} characters, all of them printable ASCII")
        attempt = int(self.headers.get("Gemel-Attempt") or time.time() * 1000)
        first = int(self.headers.get("Gemel-First-Attempt") or attempt)
        if not 0 < first <= attempt:
            raise ValueError("Gemel-First-Attempt must be at least 1 and at most Gemel-Attempt")
        deadline = self.headers.get("Gemel-Deadline")
        return Submission(key, fingerprint, attempt, first, int(deadline) / 1000 if deadline else time.time() + TIME)

    def send(self, outcome, status, content_type, body, headers=None):
        self.send_response(status)
        for line in (headers or "").splitlines():
            self.send_header(*line.split(": ", 1))
        if content_type:
            self.send_header("Content-Type", content_type)
        if outcome:
            self.send_header("Gemel-Outcome", outcome)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def as_json(values):
    return "application/json", (json.dumps(values) + "\n").encode()


def heartbeat():
    answer = {"vm": NAME, "site": SITE, "host": HOST, "inFlight": in_flight, "databaseMs": -1}
    answer.update(draining=draining.is_set(), open=False, submissions=list(APPLICATION))
    start, answered = time.monotonic(), True
    try:
        with connection(HEARTBEAT) as db:
            rows = db.query(READY)
        if rows and rows[0][1] == "t":
            answer["open"] = rows[0][0] == "t"
        else:
            lacking = "the role lacks a right on gemel.submission" if rows else "gemel.gate has no row"
            answer["problem"] = lacking + ": run 'gemel prepare'"
    except (Lost, DatabaseError) as e:
        answered = isinstance(e, DatabaseError) and e.state[:2] == "42"
        answer["problem"] = str(e)
    if answered:
        answer["databaseMs"] = int((time.monotonic() - start) * 1000)
    return (None, 200 if answer["databaseMs"] >= 0 else 503, *as_json(answer))


def outcome(submission, wanted_closed):
    if wanted_closed:
        reply = fence(submission)
        if reply[1] in (500, 503):
            return reply
    try:
        with transaction(submission) as db:
            if db.query(GATE) != [["t"]]:
                raise Ended("closed", 503, "this site is not open")
            rows = db.query(READ, submission.key)
            db.query("ROLLBACK")
    except Ended as e:
        return e.reply
    answer = {"key": submission.key, "outcome": "unknown"}
    if rows and rows[0][1] != "running":
        _, status, http_status, _, _, _, attempt, site, vm = rows[0]
        answer.update(outcome=status, attempt=int(attempt), site=site, vm=vm)
        if http_status:
            answer["httpStatus"] = int(http_status)
    return (None, 200, *as_json(answer))


class Server(ThreadingHTTPServer):
    request_queue_size = 128


def end_with_input():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=end_with_input, daemon=True).start()
    print(server.server_address[1], flush=True)
    server.serve_forever()
