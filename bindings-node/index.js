'use strict';

const native = require('./native.js');
const { DingTalkError, deletion, refused, wrongType } = require('./outcome.js');

/** The way back from the native half; made when it is first needed. */
let port;
let sink;
let last = 0;
/** What takes the outcome of a call, by the call's number. */
const pending = new Map();
/**
 * The calls that an abort ends, by signal: one listener for all of them, as programs give one
 * signal to many calls and Node warns of many listeners.
 */
const watched = new Map();

const open = () => (port ??= new native.Port(deliver));

function deliver(id, text, level) {
  if (level !== null) {
    sink?.(level.toLowerCase(), text);
    return;
  }
  const settle = pending.get(id);
  forget(id);
  settle(JSON.parse(text));
}

function expect(settle) {
  // 0 is no number of a call. So many calls are never under way that a number comes round.
  last = (last % 0xffffffff) + 1;
  if (pending.size === 0) open().hold(true);
  pending.set(last, settle);
  return last;
}

function forget(id) {
  pending.delete(id);
  if (pending.size === 0) port.hold(false);
}

function watch(signal, id) {
  let watch = watched.get(signal);
  if (watch === undefined) {
    const calls = new Set();
    watch = { calls, listener: () => calls.forEach((call) => port.cancel(call)) };
    signal.addEventListener('abort', watch.listener);
    watched.set(signal, watch);
  }
  watch.calls.add(id);
}

function unwatch(signal, id) {
  const watch = watched.get(signal);
  if (!watch?.calls.delete(id) || watch.calls.size > 0) return;
  signal.removeEventListener('abort', watch.listener);
  watched.delete(signal);
}

function checkObject(options) {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw wrongType(`options must be an object, such as { timeout: 5000 }, not ${typeName(options)}`);
  }
}

/** Options as names and values; what is undefined is not given. */
function taken(options) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return [given.map(([name]) => name), given.map(([, value]) => value)];
}

const typeName = (value) =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : `of type ${typeof value}`;

function checkText(value, what, why) {
  if (typeof value !== 'string') throw wrongType(`${what} must be a string, not ${typeName(value)}${why}`);
}

function checkUserId(userId) {
  checkText(
    userId,
    'userId',
    ': ids are text, and as a number one would lose its leading zeros and its last digits. ' +
      'Give it quoted, as DingTalk lists it',
  );
  if (!userId.isWellFormed()) {
    throw refused(
      'the userId holds half of a surrogate pair, which cannot be sent; it was not deleted',
      "Give the contact's userid as DingTalk lists it; this one was cut or decoded wrongly.",
      userId,
    );
  }
}

function checkSignal(signal) {
  const good = typeof signal === 'object' && signal !== null && typeof signal.aborted === 'boolean';
  if (!good || typeof signal.addEventListener !== 'function') {
    throw wrongType(`signal must be an AbortSignal, not ${typeName(signal)}`);
  }
}

function connect(fromEnvironment, options) {
  checkObject(options);
  const made = native.connect(fromEnvironment, ...taken(options));
  if (typeof made === 'string') throw new DingTalkError(JSON.parse(made));
  return made;
}

const FROM_ENVIRONMENT = Symbol('from the environment');

class Client {
  #native;

  constructor(options = {}, source = undefined) {
    this.#native = connect(source === FROM_ENVIRONMENT, options);
  }

  static fromEnv(options = {}) {
    return new this(options, FROM_ENVIRONMENT);
  }

  async delete(userId, options = {}) {
    // Taken now: when the outcome comes nobody knows any more who asked for it.
    const place = {};
    Error.captureStackTrace(place, Client.prototype.delete);
    const client = this.#native;
    checkUserId(userId);
    checkObject(options);
    const { signal, ...rest } = options;
    if (signal !== undefined) checkSignal(signal);
    const [names, values] = taken(rest);
    return new Promise((resolve, reject) => {
      const id = expect((outcome) => {
        unwatch(signal, id);
        if (outcome.status !== 'failed') return resolve(deletion(outcome));
        const aborted = outcome.kind === 'cancelled' && signal?.aborted;
        reject(new DingTalkError(outcome, aborted ? { cause: signal.reason } : undefined, place));
      });
      try {
        client.submit(port, id, userId, names, values, signal?.aborted ?? false);
        if (signal?.aborted === false) watch(signal, id);
      } catch (error) {
        forget(id);
        throw error;
      }
    });
  }

  setAccessToken(accessToken) {
    checkText(accessToken, 'accessToken', '');
    const problem = this.#native.setAccessToken(accessToken);
    if (problem !== null) throw new DingTalkError(JSON.parse(problem));
  }

  close() {
    this.#native.close();
  }

  // Early 20.x has no Symbol.dispose of its own.
  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.close();
  }

  [Symbol.for('nodejs.util.inspect.custom')]() {
    return this.#native.describe();
  }
}

function setLogger(fn, level = 'info') {
  if (fn === null) {
    sink = undefined;
    native.logOff();
    return;
  }
  if (typeof fn !== 'function') {
    throw wrongType(`setLogger takes a function, or null for no logging, not ${typeName(fn)}`);
  }
  checkText(level, 'level', '');
  if (!native.logTo(open(), level)) {
    throw refused(`there is no log level "${level}"`, 'The levels are error, warn, info and debug.');
  }
  sink = fn;
}

module.exports = { Client, DingTalkError, setLogger };
