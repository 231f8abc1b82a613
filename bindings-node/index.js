'use strict';

const { inspect } = require('node:util');
const native = require('./native.js');
const { deleteMany } = require('./batch.js');
const { call, contact, contacts } = require('./contact.js');
const { checkObject, checkRecord, checkText, checkUserId, taken, typeName } = require('./check.js');
const { DingTalkError, check, plain, refused, wrongType } = require('./outcome.js');
const { readJournal } = require('./journal.js');
const { log } = require('./bridge.js');

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
    const client = this.#native;
    checkUserId(userId);
    return plain(await call(options, (bridge, id, ...given) => client.submit(bridge, id, userId, ...given)));
  }

  async get(userId, options = {}) {
    const client = this.#native;
    checkUserId(userId);
    return contact(await call(options, (bridge, id, ...given) => client.submitGet(bridge, id, userId, ...given)));
  }

  async restore(record, options = {}) {
    const client = this.#native;
    checkRecord(record);
    checkObject(options);
    const { lookFirst = false, ...rest } = options;
    if (typeof lookFirst !== 'boolean') throw wrongType(`lookFirst must be true or false, not ${typeName(lookFirst)}`);
    const text = JSON.stringify(record);
    return plain(await call(rest, (bridge, id, ...given) => client.submitRestore(bridge, id, text, lookFirst, ...given)));
  }

  async check(options = {}) {
    const client = this.#native;
    checkObject(options);
    const { write = false, ...rest } = options;
    if (typeof write !== 'boolean') throw wrongType(`write must be true or false, not ${typeName(write)}`);
    return check(await call(rest, (bridge, id, ...given) => client.submitCheck(bridge, id, write, ...given)));
  }

  contacts(options = {}) {
    return contacts(this.#native, options);
  }

  deleteMany(ids, options = {}) {
    return deleteMany(this.#native, ids, options);
  }

  setAccessToken(accessToken) {
    checkText(accessToken, 'accessToken');
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

  [Symbol.for('nodejs.util.inspect.custom')](depth, options) {
    const { endpoint, appKey } = this.#native;
    return `Client ${inspect(appKey === null ? { endpoint } : { endpoint, appKey }, options)}`;
  }
}

function setLogger(fn, level = 'info') {
  if (fn !== null && typeof fn !== 'function') {
    throw wrongType(`setLogger takes a function, or null for no logging, not ${typeName(fn)}`);
  }
  checkText(level, 'level');
  if (!log(fn, level)) {
    throw refused(`there is no log level "${level}"`, 'The levels are error, warn, info and debug.');
  }
}

module.exports = { Client, DingTalkError, readJournal, setLogger };
