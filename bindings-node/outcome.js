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
  #outcome;

  /**
   * @param outcome the JSON form
   * @param options `cause`, if there is one
   * @param place an object with the stack of the caller, taken before the call went away
   */
  constructor(outcome, options, place) {
    super(outcome.message, options);
    this.#outcome = outcome;
    const { kind, code, retry_after: wait, message, status, ...rest } = outcome;
    this.code = codeOf(kind);
    for (const name in rest) this[camel(name)] = rest[name];
    if (code !== undefined) this.apiCode = code;
    if (wait !== undefined) this.retryAfter = wait * 1000;
    const stack = place?.stack;
    // Other stacks than text are made by an Error.prepareStackTrace of the program.
    if (typeof stack === 'string') {
      const frames = stack.indexOf('\n    at ');
      this.stack = `${this.name}: ${message}${frames < 0 ? '' : stack.slice(frames)}`;
    }
  }

  static is(value) {
    return typeof value === 'object' && value !== null && value[BRAND] === true;
  }

  /** The one JSON form of all languages. */
  toJSON() {
    return { ...this.#outcome };
  }
}

Object.defineProperties(DingTalkError.prototype, {
  name: { value: 'DingTalkError', writable: true, configurable: true },
  [BRAND]: { value: true },
});

/** What a deletion resolves to. */
function deletion(outcome) {
  const result = {};
  for (const name in outcome) result[camel(name)] = outcome[name];
  return Object.freeze(result);
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

module.exports = { DingTalkError, codeOf, deletion, refused, wrongType };
