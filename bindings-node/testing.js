'use strict';

const { setTimeout } = require('node:timers/promises');
const native = require('./native.js');

const record = (contact) => (typeof contact === 'string' ? { userid: contact } : contact);

/** Options that are milliseconds here, and seconds there. */
const TIMES = ['tokenLife', 'latency'];

const spelt = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const option = ([name, value]) => {
  if (name === 'contacts' && Array.isArray(value)) return [name, value.map(record)];
  if (!TIMES.includes(name)) return [spelt(name), value];
  if (typeof value !== 'number') throw new TypeError(`${name} is not a number of milliseconds`);
  return [spelt(name), value / 1000];
};

const parsed = (body) => {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return null;
  }
};

const request = ({ body, headers, form, ...rest }) => {
  const names = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  const isForm = names['content-type']?.includes('form');
  return { ...rest, headers: names, form: isForm ? form : {}, json: parsed(body) };
};

/** Those that nobody has closed: being forgotten does not end a sandbox, as clients may use it. */
const running = new Set();

class Sandbox {
  #native;

  constructor(options = {}) {
    if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object');
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    this.#native = new native.Sandbox(JSON.stringify(Object.fromEntries(given.map(option))));
    running.add(this);
  }

  #ask(name, argument = null) {
    return JSON.parse(this.#native.ask(name, JSON.stringify(argument)));
  }

  get url() {
    return this.#ask('url');
  }

  get accessToken() {
    return this.#ask('access_token');
  }

  get appKey() {
    return this.#ask('app_key');
  }

  get appSecret() {
    return this.#ask('app_secret');
  }

  get contacts() {
    return this.#ask('contacts');
  }

  get created() {
    return this.#ask('created');
  }

  get deleted() {
    return this.#ask('deleted');
  }

  get requests() {
    return this.#ask('requests').map(request);
  }

  async waitForRequests(count, timeout) {
    const end = performance.now() + timeout;
    while (this.#ask('request_count') < count) {
      if (performance.now() > end) return false;
      await setTimeout(2);
    }
    return true;
  }

  addContact(contact) {
    this.#ask('add_contact', record(contact));
  }

  removeContact(userId) {
    return this.#ask('remove_contact', userId);
  }

  faults(faults) {
    this.#ask('faults', faults);
  }

  expireTokens() {
    this.#ask('expire_tokens');
  }

  refuseTokens(refuse = true) {
    this.#ask('refuse_tokens', refuse);
  }

  revokeApp() {
    this.#ask('revoke_app');
  }

  setPermission(scope, granted) {
    this.#ask('set_permission', { scope, granted });
  }

  setIpAllowed(allowed) {
    this.#ask('set_ip_allowed', allowed);
  }

  blockIp() {
    this.#ask('block_ip');
  }

  unblockIp() {
    this.#ask('unblock_ip');
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
