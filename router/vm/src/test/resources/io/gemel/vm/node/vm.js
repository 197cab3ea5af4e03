// A VM without Gemel's library: the contract of docs/vm.md with node:http and pg, and a small application behind it.
//
//     node vm.js NAME DATABASE_PORT        listens on a free port, says which, and ends when its standard input does
import { createHash } from 'node:crypto';
import { createServer, validateHeaderName, validateHeaderValue } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const NAME = process.argv[2];
const DATABASE_PORT = Number(process.argv[3]);
const SITE = 'east';
const HOST = 'host-1';
const NAMESPACE = '5901283c-cc16-57a5-8f13-666066700dc9';
const KEY_MAX = 255, ANSWER_MAX = 1 << 20, BODY_MAX = 1 << 20;
const TIME = 20000, GRACE = 2000, HEARTBEAT = 1000, RETRIES_MAX = 3, POOL_MAX = 12;
const FIRST_OF_ALL = '9223372036854775807';
const TAG = 'gemel-vm:' + NAME;
const TEXT = 'text/plain; charset=utf-8';

const CLAIM = `
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
SELECT (SELECT open FROM gate), (SELECT transaction FROM claim)`;

const READ = 'SELECT fingerprint, status, http_status, content_type, response, headers, attempt, site, vm FROM gemel.submission WHERE key = $1';

const FINISH = `
UPDATE gemel.submission SET status = 'executed', http_status = $1, content_type = $2, response = $3, headers = $4
WHERE key = $5 AND status = 'running' AND pg_current_xact_id()::text = $6
RETURNING (SELECT opened_for = pg_postmaster_start_time() FROM gemel.gate WHERE id = 1), cmin::text::bigint > 1`;

const GATE = 'SELECT coalesce(opened_for = pg_postmaster_start_time(), false) FROM gemel.gate WHERE id = 1';

const READY = `
SELECT coalesce(opened_for = pg_postmaster_start_time(), false),
  (SELECT bool_and(has_table_privilege('gemel.submission', wanted))
   FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS wanted)
FROM gemel.gate WHERE id = 1`;

/** The submission ended without an answer of the application. */
class Ended extends Error {
  constructor(outcome, status, text) {
    super(text);
    this.reply = { outcome, status, type: TEXT, body: Buffer.from(text + '\n'), headers: null };
  }
}

/** The application refuses the submission, with this answer. */
class Rejection extends Error {
  constructor(status, text, forGood = false) {
    super(text);
    this.outcome = forGood ? 'rejected' : 'declined';
    this.answer = { status, type: TEXT, body: Buffer.from(text), headers: null };
  }
}

/** The same once more will do. */
class Again extends Error {}

/** The request is no submission. */
class BadRequest extends Error {}

/** The connection is gone, or silent for too long. Whether the last statement was carried out is not known. */
class Lost extends Error {}

const isOfServer = (error) => error instanceof pg.DatabaseError;
const isRefusal = (error) => ['22', '23', '42'].includes(error.code.slice(0, 2));

// --- connections ---

const idle = [];
const waiting = [];
let permits = POOL_MAX;

function permit(millis) {
  if (permits > 0) {
    permits--;
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    const entry = { resolve };
    waiting.push(entry);
    entry.timer = setTimeout(() => {
      waiting.splice(waiting.indexOf(entry), 1);
      reject(new Lost('no connection is free'));
    }, millis);
  });
}

function giveBack() {
  const next = waiting.shift();
  if (next) {
    clearTimeout(next.timer);
    next.resolve();
  } else {
    permits++;
  }
}

/** One connection; no read from it waits longer than the time that it was taken for. */
class Connection {
  async open(millis) {
    const limits = ['tcp_keepalives_idle=1', 'tcp_keepalives_interval=1', 'tcp_keepalives_count=2', 'tcp_user_timeout=2000'];
    this.millis = millis;
    this.client = new pg.Client({
      host: '127.0.0.1', port: DATABASE_PORT, user: 'app', database: 'postgres', application_name: TAG,
      options: limits.map((each) => '-c ' + each).join(' '), connectionTimeoutMillis: Math.max(1, Math.ceil(millis)),
    });
    this.client.on('error', () => {}); // the next statement tells
    await this.client.connect().catch(told);
  }

  async query(text, ...values) {
    const query = { text, values, rowMode: 'array', query_timeout: Math.max(1, Math.ceil(this.millis)) };
    return (await this.client.query(query).catch(told)).rows;
  }

  close() {
    this.client.connection.stream.destroy();
  }
}

/** What the server itself says of a statement, and a value that is none for a database, are as they are; everything else means a lost connection. */
function told(error) {
  throw isOfServer(error) || error instanceof TypeError ? error : new Lost(error.message);
}

/** Lends a connection that works; it is given back or, after an error, closed. */
async function connected(millis, work) {
  await permit(millis);
  let taken = null;
  try {
    while (taken === null && idle.length > 0) {
      const candidate = idle.pop();
      candidate.millis = millis;
      try {
        await candidate.query('SELECT 1');
        taken = candidate;
      } catch {
        candidate.close();
      }
    }
    if (taken === null) {
      taken = new Connection();
      await taken.open(millis);
    }
    const result = await work(taken);
    idle.push(taken);
    return result;
  } catch (error) {
    taken?.close();
    throw error;
  } finally {
    giveBack();
  }
}

// --- submissions ---

const left = (submission) => submission.deadline - Date.now();

function checkTime(submission) {
  if (left(submission) <= 0) {
    throw new Ended('late', 503, 'the deadline passed, and nothing was committed');
  }
}

const submit = (submission, work) => untilItPasses(submission, () => attempt(submission, work));

const fence = (submission) => untilItPasses(submission, () => claimOnly(submission, 'fenced', null, FIRST_OF_ALL));

async function untilItPasses(submission, first) {
  let step = first;
  try {
    for (let retries = 0; retries <= RETRIES_MAX; retries++) {
      checkTime(submission);
      try {
        return await step();
      } catch (error) {
        if (error instanceof Rejection) {
          step = () => claimOnly(submission, error.outcome, error.answer, submission.first);
        } else if (error instanceof Again) {
          await sleep(Math.min(Math.random() * 10 * 2 ** retries, Math.max(left(submission), 0)));
        } else {
          throw error;
        }
      }
    }
    checkTime(submission);
    throw new Ended('retry', 503, 'other transactions conflicted, and nothing was committed');
  } catch (error) {
    if (error instanceof Ended) {
      return error.reply;
    }
    throw error;
  }
}

/** A database transaction whose errors before the commit are told apart here, by SQLSTATE. */
async function transaction(submission, work) {
  try {
    return await connected(Math.max(left(submission), 1) + GRACE, async (db) => {
      await db.query('BEGIN');
      return work(db);
    });
  } catch (error) {
    if ([Ended, Rejection, Again].some((type) => error instanceof type)) {
      throw error;
    }
    if (error instanceof Lost) {
      throw new Ended('unreachable', 503, 'the database was lost before the commit, and nothing was committed');
    }
    const state = isOfServer(error) ? error.code : '';
    if (['40001', '40P01', '55P03'].includes(state)) {
      throw new Again();
    }
    if ((['08', '57'].includes(state.slice(0, 2)) && state !== '57014') || state === '25006') {
      throw new Ended('unreachable', 503, 'the database cannot be used, and nothing was committed');
    }
    if (['57014', '25P03', '25P04'].includes(state)) {
      checkTime(submission);
    }
    console.error(error);
    throw new Ended('failed', 500, 'the application failed, and nothing was committed');
  }
}

function attempt(submission, work) {
  return transaction(submission, async (db) => {
    const number = await claim(db, submission, 'running', null, submission.first);
    let answer;
    try {
      answer = await work(db, submission.key);
    } catch (error) {
      if (error instanceof Rejection || (isOfServer(error) && isRefusal(error))) {
        await db.query('ROLLBACK');
        throw error instanceof Rejection ? error : refusedByDatabase(error, error.code.startsWith('23') ? 409 : 400);
      }
      throw error;
    }
    checkSendable(answer);
    if (answer.body.length > ANSWER_MAX) {
      throw new Ended('failed', 500, `the answer has ${answer.body.length} bytes, and at most ${ANSWER_MAX} are kept`);
    }
    const [finished] = await db.query(FINISH, answer.status, answer.type, bytea(answer.body), answer.headers, submission.key, number);
    if (!finished) {
      throw new Ended('failed', 500, 'the application ended its transaction itself');
    }
    const [open, wrote] = finished;
    if (!open) {
      throw new Ended('closed', 503, 'this site is not open');
    }
    checkTime(submission);
    if (!wrote) {
      await db.query('ROLLBACK');
      throw new Rejection(500, 'the work wrote nothing through its connection\n', true);
    }
    await commit(db);
    return { outcome: 'executed', ...answer };
  });
}

/** What cannot be sent must not be kept: it would be sent again and again. */
function checkSendable(answer) {
  if (!(answer.status >= 200 && answer.status < 400)) {
    throw new RangeError(`success is a status of 2xx or 3xx, not ${answer.status}; work that refuses throws a Rejection`);
  }
  for (const [name, value] of headersOf(answer)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
}

const bytea = (body) => '\\x' + body.toString('hex');

const refusedByDatabase = (error, status) => new Rejection(status, `the database refused the submission [SQLSTATE ${error.code}]\n`);

/** Takes the key with its final status: a refusal is kept, or the key closed. */
function claimOnly(submission, status, answer, declinedBefore) {
  return transaction(submission, async (db) => {
    await claim(db, submission, status, answer, declinedBefore);
    checkTime(submission);
    await commit(db);
    return status === 'fenced'
      ? new Ended('fenced', 409, 'this key was closed when its outcome was asked for').reply
      : { outcome: status, ...answer };
  });
}

async function claim(db, submission, status, answer, declinedBefore) {
  checkTime(submission);
  const millis = String(Math.max(1, Math.floor(left(submission))));
  const kept = answer ? [answer.status, answer.type, bytea(answer.body), answer.headers] : [null, null, null, null];
  const named = [submission.key, submission.fingerprint, submission.attempt, SITE, NAME, status];
  const [[open, number]] = await db.query(CLAIM, TAG, millis, ...named, ...kept, declinedBefore);
  if (open === null) {
    throw new Ended('failed', 500, "gemel.gate has no row: run 'gemel prepare'");
  }
  if (number !== null) {
    return number;
  }
  if (!open) {
    throw new Ended('closed', 503, 'this site is not open');
  }
  const [row] = await db.query(READ, submission.key);
  await db.query('ROLLBACK');
  throw row ? stored(submission, row) : new Again();
}

function stored(submission, [fingerprint, status, httpStatus, type, response, headers]) {
  if (fingerprint && submission.fingerprint && fingerprint !== submission.fingerprint) {
    return new Ended('rejected', 422, 'this key was used for another request');
  }
  if (status === 'fenced') {
    return new Ended('fenced', 409, 'this key was closed when its outcome was asked for');
  }
  if (!['executed', 'rejected', 'declined'].includes(status)) {
    return new Ended('failed', 500, "the application once ended this submission's transaction itself");
  }
  const again = new Ended(status === 'executed' ? 'replayed' : status, httpStatus, '');
  Object.assign(again.reply, { type, body: response ?? Buffer.alloc(0), headers });
  return again;
}

/** Only what the server checks before it writes the commit says that there was none. */
async function commit(db) {
  try {
    await db.query('COMMIT');
  } catch (error) {
    if (isOfServer(error)) {
      if (isRefusal(error)) {
        throw refusedByDatabase(error, 409);
      }
      if (['40001', '40P01', '55P03', '25P02'].includes(error.code) || error.code.startsWith('P0')) {
        throw error;
      }
    }
    throw new Ended('unknown', 503, 'the database was lost during the commit: send the same key again');
  }
}

// --- the application ---

/** A version 5 UUID. */
function derivedId(key, index) {
  const hash = createHash('sha1').update(Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex')).update(`${key}:${index}`).digest();
  hash[6] = (hash[6] & 0x0f) | 0x50;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const answered = (status, type, text, headers = null) => ({ status, type, body: Buffer.from(text), headers });

async function effect(db, key) {
  await db.query('INSERT INTO effect (key, vm) VALUES ($1, $2)', key, NAME);
  return answered(201, 'application/json', JSON.stringify({ id: derivedId(key, 0) }));
}

const APPLICATION = {
  '/effect': effect,
  '/refuse': async (db, key) => {
    await effect(db, key);
    throw new Rejection(402, 'not enough money', true);
  },
  '/order': async (db, key) => {
    const answer = await effect(db, key);
    if ((await db.query('SELECT 1 FROM account WHERE id = 3')).length === 0) {
      throw new Rejection(404, 'no such customer');
    }
    return answer;
  },
  '/overdraw': async (db, key) => {
    await db.query('UPDATE account SET balance = balance - 1000 WHERE id = 1');
    return effect(db, key);
  },
  '/fail': async (db, key) => {
    const answer = await effect(db, key);
    return answer.missing.body;
  },
  '/unsendable': async (db, key) => ({ ...(await effect(db, key)), headers: 'Location: /\u2192' }),
  '/slow': async (db, key) => {
    const answer = await effect(db, key);
    await db.query('SELECT pg_sleep(0.5)');
    return answer;
  },
  '/created': async (db, key) => ({ ...(await effect(db, key)), headers: `Location: /effects/${key}\nETag: "1"` }),
  '/nothing': async () => answered(201, TEXT, ''),
  '/long': async (db, key) => {
    await effect(db, key);
    return { status: 200, type: 'application/octet-stream', body: Buffer.alloc(ANSWER_MAX + 1), headers: null };
  },
};

// --- HTTP ---

let inFlight = 0;
let draining = false;

async function bodyOf(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length <= BODY_MAX) {
      parts.push(part);
    }
  }
  if (length > BODY_MAX) {
    throw new Ended('rejected', 413, `the body has more than ${BODY_MAX} bytes`);
  }
  return Buffer.concat(parts);
}

async function replyTo(request) {
  const [path, query] = request.url.split('?', 2);
  const posted = request.method === 'POST';
  const body = await bodyOf(request);
  if (path === '/gemel/heartbeat') {
    return heartbeat();
  }
  if (posted && (path === '/gemel/drain' || path === '/gemel/undrain')) {
    draining = path === '/gemel/drain';
    return json(200, { vm: NAME, draining, inFlight });
  }
  if (path.startsWith('/gemel/outcome/')) {
    const key = decodeURIComponent(path.slice('/gemel/outcome/'.length));
    return outcome(submissionOf(request, key, null), posted || query === 'fence=true');
  }
  if (posted && Object.hasOwn(APPLICATION, path)) {
    return submitted(request, path, body);
  }
  return { status: 404, type: TEXT, body: Buffer.from('unknown\n') };
}

async function submitted(request, path, body) {
  const fingerprint = request.headers['gemel-fingerprint']
    ?? createHash('sha256').update(`${request.method}\n${request.url}\n`).update(body).digest('hex');
  const submission = submissionOf(request, request.headers['idempotency-key'] ?? '', fingerprint);
  inFlight++;
  try {
    return draining
      ? new Ended('draining', 503, 'this VM takes no new submissions').reply
      : await submit(submission, APPLICATION[path]);
  } finally {
    inFlight--;
  }
}

function submissionOf(request, key, fingerprint) {
  if (key.length > KEY_MAX || !/^[\x20-\x7e]+$/.test(key)) {
    throw new BadRequest(`Idempotency-Key must have 1 to ${KEY_MAX} characters, all of them printable ASCII`);
  }
  const attempt = numberOf(request, 'gemel-attempt', BigInt(Date.now()));
  const first = numberOf(request, 'gemel-first-attempt', attempt);
  if (first < 1n || first > attempt) {
    throw new BadRequest('Gemel-First-Attempt must be at least 1 and at most Gemel-Attempt');
  }
  const latest = Date.now() + TIME;
  const deadline = Number(numberOf(request, 'gemel-deadline', BigInt(latest)));
  return { key, fingerprint, attempt: String(attempt), first: String(first), deadline: Math.min(deadline, latest) };
}

function numberOf(request, header, missing) {
  const value = request.headers[header];
  if (value !== undefined && !/^-?\d{1,19}$/.test(value)) {
    throw new BadRequest(`${header} must be a number of milliseconds`);
  }
  return value === undefined ? missing : BigInt(value);
}

const json = (status, values) => ({ status, type: 'application/json', body: Buffer.from(JSON.stringify(values) + '\n') });

async function heartbeat() {
  const answer = { vm: NAME, site: SITE, host: HOST, inFlight, databaseMs: -1, draining, open: false, submissions: Object.keys(APPLICATION) };
  const start = Date.now();
  let answered = true;
  try {
    const [row] = await connected(HEARTBEAT, (db) => db.query(READY));
    if (row?.[1]) {
      answer.open = row[0];
    } else {
      answer.problem = (row ? 'the role lacks a right on gemel.submission' : 'gemel.gate has no row') + ": run 'gemel prepare'";
    }
  } catch (error) {
    answered = isOfServer(error) && error.code.startsWith('42');
    answer.problem = error.message;
  }
  if (answered) {
    answer.databaseMs = Date.now() - start;
  }
  return json(answer.databaseMs >= 0 ? 200 : 503, answer);
}

async function outcome(submission, wantedClosed) {
  if (wantedClosed) {
    const reply = await fence(submission);
    if (reply.status === 500 || reply.status === 503) {
      return reply;
    }
  }
  const row = await transaction(submission, async (db) => {
    const [gate] = await db.query(GATE);
    if (!gate?.[0]) {
      throw new Ended('closed', 503, 'this site is not open');
    }
    const rows = await db.query(READ, submission.key);
    await db.query('ROLLBACK');
    return rows[0];
  });
  const answer = { key: submission.key, outcome: 'unknown' };
  if (row && row[1] !== 'running') {
    Object.assign(answer, { outcome: row[1], attempt: Number(row[6]), site: row[7], vm: row[8] });
    if (row[2]) {
      answer.httpStatus = row[2];
    }
  }
  return json(200, answer);
}

/** Names and values, as they are sent. */
function headersOf({ type, headers }) {
  const kept = (headers ?? '').split('\n').filter(Boolean).map((line) => line.split(/: (.*)/, 2));
  return type ? [['Content-Type', type], ...kept] : kept;
}

function send(response, reply) {
  headersOf(reply).forEach(([name, value]) => response.setHeader(name, value));
  if (reply.outcome) {
    response.setHeader('Gemel-Outcome', reply.outcome);
  }
  response.writeHead(reply.status, { 'Content-Length': reply.body.length });
  response.end(reply.body);
}

const server = createServer((request, response) => {
  replyTo(request)
    .catch((error) => {
      if (error instanceof Ended) {
        return error.reply;
      }
      if (error instanceof BadRequest || error instanceof URIError) {
        return new Ended('rejected', 400, error.message).reply;
      }
      console.error(error);
      return new Ended('failed', 500, 'the application failed, and nothing was committed').reply;
    })
    .then((reply) => send(response, reply))
    .catch((error) => {
      console.error(error);
      response.destroy();
    });
});

process.stdin.resume().on('end', () => process.exit(0));
server.listen(0, '127.0.0.1', 128, () => console.log(server.address().port));
