'use strict';
// Arguments: what JavaScript can tell of them. Everything else about them the core says.

const { refused, wrongType } = require('./outcome.js');

const typeName = (value) =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : `of type ${typeof value}`;

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

function checkText(value, what, why = '') {
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

function checkRecord(record) {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    throw wrongType(`record must be an object, as contact.record is, not ${typeName(record)}`);
  }
}

/** Begins to iterate over ids. */
function iterate(ids) {
  const begin = ids?.[Symbol.asyncIterator] ?? ids?.[Symbol.iterator];
  const one = typeof ids === 'string';
  if (one || typeof begin !== 'function') {
    const given = one ? 'one string, each letter of which would be an id' : typeName(ids);
    throw wrongType(`ids must be an iterable or async iterable of strings, not ${given}`);
  }
  return begin.call(ids);
}

function checkSignal(signal) {
  const good = typeof signal === 'object' && signal !== null && typeof signal.aborted === 'boolean';
  if (!good || typeof signal.addEventListener !== 'function') {
    throw wrongType(`signal must be an AbortSignal, not ${typeName(signal)}`);
  }
}

module.exports = { checkObject, checkRecord, checkSignal, checkText, checkUserId, iterate, taken, typeName };
