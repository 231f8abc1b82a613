'use strict';

const { setTimeout } = require('node:timers/promises');
const native = require('./native.js');

const record = (contact) => (typeof contact === 'string' ? { userid: contact } : contact);

/** Those that nobody has closed: being forgotten does not end a sandbox, as clients may use it. */
const running = new Set();

class Sandbox {
  #native;

  constructor(options = {}) {
    if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object');
    const { contacts, ...rest } = options;
    const given = Array.isArray(contacts) ? contacts.map(record) : contacts;
    this.#native = new native.Sandbox(JSON.stringify({ ...rest, contacts: given }));
    running.add(this);
  }

  #ask(what, argument = null) {
    return JSON.parse(this.#native.ask(what, JSON.stringify(argument)));
  }

  get url() {
    return this.#ask('url');
  }

  get accessToken() {
    return this.#ask('accessToken');
  }

  get appKey() {
    return this.#ask('appKey');
  }

  get appSecret() {
    return this.#ask('appSecret');
  }

  get contacts() {
    return this.#ask('contacts');
  }

  get deleted() {
    return this.#ask('deleted');
  }

  get requests() {
    return this.#ask('requests');
  }

  async waitForRequests(count, timeout) {
    const end = performance.now() + timeout;
    while (this.#ask('requestCount') < count) {
      if (performance.now() > end) return false;
      await setTimeout(2);
    }
    return true;
  }

  addContact(contact) {
    this.#ask('addContact', record(contact));
  }

  removeContact(userId) {
    return this.#ask('removeContact', userId);
  }

  faults(faults) {
    this.#ask('faults', faults);
  }

  expireTokens() {
    this.#ask('expireTokens');
  }

  refuseTokens(refuse = true) {
    this.#ask('refuseTokens', refuse);
  }

  revokeApp() {
    this.#ask('revokeApp');
  }

  setPermission(scope, granted) {
    this.#ask(scope, granted);
  }

  setIpAllowed(allowed) {
    this.#ask('setIpAllowed', allowed);
  }

  blockIp() {
    this.#ask('blockIp');
  }

  unblockIp() {
    this.#ask('unblockIp');
  }

  close() {
    this.#native.close();
    running.delete(this);
  }

  // Early 20.x has no Symbol.dispose of its own.
  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.close();
  }
}

module.exports = { Sandbox };
