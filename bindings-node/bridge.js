'use strict';
// The way back from the native half, and who waits on it.

const { setInterval } = require('node:timers');
const native = require('./native.js');

/** Made when it is first needed. */
let bridge;
/** Keeps the process alive while somebody waits; the bridge does not. */
let keepAlive;
let sink;
let last = 0;
/** What takes the outcome of a call, by the call's number. */
const pending = new Map();
/**
 * What an abort ends, by signal: one listener for all of it, as programs give one signal to
 * many calls and Node warns of many listeners.
 */
const watched = new Map();

function open() {
  keepAlive ??= setInterval(() => {}, 2 ** 31 - 1).unref();
  return (bridge ??= new native.Bridge(drain));
}

/** Takes what has come since the last turn: pairs of a call's number, or of a log line's level. */
function drain() {
  const parts = bridge.take();
  for (let at = 0; at < parts.length; at += 2) {
    const [of, what] = [parts[at], parts[at + 1]];
    if (typeof of === 'string') say(of.toLowerCase(), what);
    else settle(of, what);
  }
}

function say(level, line) {
  try {
    sink?.(level, line);
  } catch (error) {
    // The logger's own fault: it must not take along what stands behind the line.
    queueMicrotask(() => {
      throw error;
    });
  }
}

function settle(id, what) {
  const resolve = pending.get(id);
  forget(id);
  resolve?.(typeof what === 'string' ? JSON.parse(what) : what);
}

function forget(id) {
  pending.delete(id);
  if (pending.size === 0) keepAlive.unref();
}

/** What comes through the bridge after `start(bridge, id)`. The process stays alive for it. */
function answer(start) {
  return new Promise((resolve, reject) => {
    open();
    // 0 is no number of a call. So many calls are never under way that a number comes round.
    const id = (last = (last % 0xffffffff) + 1);
    if (pending.size === 0) keepAlive.ref();
    pending.set(id, resolve);
    try {
      start(bridge, id);
    } catch (error) {
      forget(id);
      reject(error);
    }
  });
}

/** Has an abort call `end`, until it is unwatched; the last first, as what is queued must not begin. */
function watch(signal, end) {
  let watch = watched.get(signal);
  if (watch === undefined) {
    const ends = new Set();
    watch = { ends, listener: () => [...ends].reverse().forEach((end) => end()) };
    signal.addEventListener('abort', watch.listener);
    watched.set(signal, watch);
  }
  watch.ends.add(end);
}

function unwatch(signal, end) {
  const watch = watched.get(signal);
  if (!watch?.ends.delete(end) || watch.ends.size > 0) return;
  signal.removeEventListener('abort', watch.listener);
  watched.delete(signal);
}

function log(fn, level) {
  if (fn === null) native.logOff();
  else if (!native.logTo(open(), level)) return false;
  sink = fn;
  return true;
}

module.exports = { answer, unwatch, watch, log };
