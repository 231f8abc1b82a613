'use strict';
// Outcomes: from the one JSON form of the core to what JavaScript hands out. The one file
// that maps names.

/** Marks our errors, also those of another copy of this package or of another realm. */
const BRAND = Symbol.for('dingtalk-extcontact.DingTalkError');

const spelt = new Map();

/** `request_id` -> `requestId` */
function camel(name) {
  let done = spelt.get(name);
  if (done === undefined) {
    done = name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    spelt.set(name, done);
  }
  return done;
}

/** The kind of an error as its code: `invalid_user_id` -> `INVALID_USER_ID` */
const codeOf = (kind) => kind.toUpperCase();

class DingTalkError extends Error {
  /**
   * @param outcome the JSON form
   * @param options `cause`, if there is one
   */
  constructor(outcome, options) {
    super(outcome.message, options);
    const { kind, code, retry_after: wait, message, status, ...rest } = outcome;
    this.code = codeOf(kind);
    for (const name in rest) this[camel(name)] = rest[name];
    if (code !== undefined) this.apiCode = code;
    if (wait !== undefined) this.retryAfter = wait * 1000;
  }

  static is(value) {
    return typeof value === 'object' && value !== null && value[BRAND] === true;
  }

  /** Its properties. `JSON.stringify` alone leaves out `name` and `message`. */
  toJSON() {
    return { name: this.name, message: this.message, ...this };
  }
}

Object.defineProperties(DingTalkError.prototype, {
  name: { value: 'DingTalkError', writable: true, configurable: true },
  [BRAND]: { value: true },
});

/** The JSON form as a plain frozen object. */
function plain(form) {
  const result = {};
  for (const name in form) result[camel(name)] = form[name];
  return Object.freeze(result);
}

/** What a call that failed throws; an abort is its cause. */
function failed(outcome, signal) {
  const aborted = outcome.kind === 'cancelled' && signal?.aborted;
  return new DingTalkError(outcome, aborted ? { cause: signal.reason } : undefined);
}

/** What came of one id of many. */
function item(form, signal) {
  const { time, settled_before: settledBefore, ...outcome } = form;
  const { user_id: userId, status } = outcome;
  const about = { userId, time: new Date(time), settledBefore };
  if (status === 'not_attempted') return Object.freeze({ ...about, notAttempted: true });
  if (status === 'failed') return Object.freeze({ ...about, error: failed(outcome, signal) });
  return Object.freeze({ ...about, deletion: plain(outcome) });
}

/** A batch in numbers. */
function summary(form) {
  const { start, end } = form;
  return plain({ ...form, start: new Date(start), ...(end !== undefined && { end: new Date(end) }) });
}

/** What stands before anything is deleted. */
function check({ ok, steps, report }) {
  const step = ({ step: name, error, ...rest }) =>
    Object.freeze({ name, ...rest, ...(error !== undefined && { error: new DingTalkError(error) }) });
  return Object.freeze({ ok, steps: Object.freeze(steps.map(step)), report });
}

/** A refusal of what the core cannot see, because it is lost on the way there. */
function refused(message, advice, userId) {
  const known = userId === undefined ? {} : { user_id: userId };
  const outcome = { ...known, status: 'failed', kind: 'invalid_argument', message, advice };
  return new DingTalkError({ ...outcome, attempts: 0, retryable: false, maybe_deleted: false });
}

/** An argument of the wrong type, as Node says it. */
function wrongType(message) {
  return Object.assign(new TypeError(message), { code: codeOf('invalid_argument') });
}

module.exports = { DingTalkError, check, codeOf, failed, item, plain, refused, summary, wrongType };
