'use strict';
// What journals say of each id.

const native = require('./native.js');
const { checkText } = require('./check.js');
const { DingTalkError, codeOf, plain } = require('./outcome.js');

/** So many entries come over at once. */
const AT_ONCE = 256;

function readJournal(...paths) {
  for (const path of paths) checkText(path, 'a path');
  return entries(paths);
}

async function* entries(paths) {
  const journal = await native.readJournal(paths);
  if (typeof journal === 'string') throw new DingTalkError(JSON.parse(journal));
  for (;;) {
    const taken = JSON.parse(await journal.take(AT_ONCE));
    if (!Array.isArray(taken)) throw new DingTalkError(taken);
    if (taken.length === 0) return;
    yield* taken.map(made);
  }
}

/** Of the JSON form. */
function made({ time, kind, ...entry }) {
  return plain({ ...entry, time: new Date(time), ...(kind !== undefined && { kind: codeOf(kind) }) });
}

module.exports = { readJournal };
