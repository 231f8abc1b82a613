'use strict';
// One call of a client, and the contacts that calls read.

const { checkObject, checkSignal, taken } = require('./check.js');
const { failed, plain } = require('./outcome.js');
const { answer, unwatch, watch } = require('./bridge.js');

/** The outcome of the call that `start(bridge, id, names, values, aborted)` begins; an abort ends it. */
async function call(options, start) {
  checkObject(options);
  const { signal, ...rest } = options;
  if (signal !== undefined) checkSignal(signal);
  const [names, values] = taken(rest);
  let end;
  const outcome = await answer((bridge, id) => {
    start(bridge, id, names, values, signal?.aborted ?? false);
    if (signal?.aborted === false) watch(signal, (end = () => bridge.cancel(id)));
  });
  unwatch(signal, end);
  if (outcome?.status === 'failed') throw failed(outcome, signal);
  return outcome;
}

/** Of the JSON form. */
function contact(form) {
  for (const value of Object.values(form)) if (Array.isArray(value)) Object.freeze(value);
  return plain(form);
}

async function* contacts(client, options) {
  const pages = client.pages();
  const next = () => call(options, (...begun) => pages.submitNext(...begun));
  for (let page; (page = await next()) !== null; ) yield* page.map(contact);
}

module.exports = { call, contact, contacts };
