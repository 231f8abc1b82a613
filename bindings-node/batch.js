'use strict';
// Many deletions: the core's batch, fed with ids while it wants some, and its items handed out.
// Both go on side by side, so that items come out while ids are slow to come.

const { setImmediate } = require('node:timers/promises');
const { checkObject, checkSignal, checkUserId, iterate, taken } = require('./check.js');
const { failed, item, summary } = require('./outcome.js');
const { answer, unwatch, watch } = require('./bridge.js');

/** So many ids are taken at a stretch; then everything else in the process has its turn. */
const AT_A_STRETCH = 64;

/** Who waits for `rung()` goes on at `ring()`. */
function bell() {
  let ring = () => {};
  return { rung: () => new Promise((resolve) => (ring = resolve)), ring: () => ring() };
}

/** A batch and the ids on their way into it. */
class Feed {
  #batch;
  #source;
  /** The source is `ready` to be asked for an id, has been `asked`, or is `spent`. */
  #state = 'ready';
  #open = true;
  #pushed = 0;
  #taken = 0;
  #room = bell();
  #news = bell();
  /** `{ error }`: what went wrong with the ids. */
  failure;

  constructor(batch, source) {
    this.#batch = batch;
    this.#source = source;
  }

  /** Hands all ids over, when there is room for them. */
  async run() {
    try {
      while (this.#open) {
        this.#state = 'asked';
        const { done, value } = await this.#source.next();
        if (!this.#open) return;
        this.#state = done ? 'spent' : 'ready';
        if (done) break;
        checkUserId(value);
        this.#batch.push(value);
        this.#pushed += 1;
        this.#news.ring();
        if (this.#pushed % AT_A_STRETCH === 0) await setImmediate();
        while (this.#open && !this.#batch.wants()) await this.#room.rung();
      }
    } catch (error) {
      // Once no ids are taken any more, their troubles are not ours.
      if (!this.#open) return;
      if (this.#state === 'asked') this.#state = 'spent';
      this.failure = { error };
      this.#batch.stop();
    }
    await this.end().catch(() => {});
  }

  /** Takes no more ids, and closes their source. */
  async end() {
    const state = this.#state;
    this.#state = 'spent';
    this.#open = false;
    this.#batch.finish();
    this.#room.ring();
    this.#news.ring();
    if (state === 'spent') return;
    const closed = this.#source.return?.();
    // One that has been asked for an id may answer to nothing else before it has one.
    if (state === 'ready') await closed;
    else Promise.resolve(closed).catch(() => {});
  }

  /** The next outcome, or null at the end. */
  async next() {
    let outcome = this.#batch.take();
    while (outcome === null && this.#isIdle()) {
      // Only the source is waited for, and that is no reason of ours to keep the process alive.
      await this.#news.rung();
      outcome = this.#batch.take();
    }
    if (outcome === null) outcome = await answer((bridge, id) => bridge.nextItem(id, this.#batch));
    else outcome = JSON.parse(outcome);
    this.#taken += 1;
    this.#room.ring();
    return outcome;
  }

  /** Whether no call is under way, and none will be before another id comes. */
  #isIdle() {
    return this.#open && this.#pushed - this.#taken === JSON.parse(this.#batch.summary()).repeated;
  }
}

async function* items(client, ids, options, begun) {
  checkObject(options);
  const { signal, ...rest } = options;
  if (signal !== undefined) checkSignal(signal);
  // Before anything is waited for, as a stream of lines loses those that come before this.
  const source = iterate(ids);
  const batch = await answer((bridge, id) => client.batch(bridge, id, ...taken(rest)));
  if (batch.status === 'failed') {
    await source.return?.();
    throw failed(batch, signal);
  }
  begun(batch);
  const feed = new Feed(batch, source);
  let aborted = false;
  const abort = () => {
    aborted = true;
    feed.end().catch(() => {});
    batch.cancel();
  };
  if (signal?.aborted) abort();
  else {
    if (signal !== undefined) watch(signal, abort);
    feed.run();
  }
  let over = false;
  try {
    for (let outcome; (outcome = await feed.next()) !== null; ) yield item(outcome, signal);
    over = true;
  } finally {
    // Left early, it ends once all calls under way have, and the journal is free for the next.
    if (!over) batch.stop();
    const closed = feed.end();
    closed.catch(() => {});
    while ((await feed.next()) !== null);
    unwatch(signal, abort);
    await closed;
  }
  if (feed.failure !== undefined) throw feed.failure.error;
  if (aborted) throw signal.reason;
}

function deleteMany(client, ids, options) {
  let batch;
  const all = items(client, ids, options, (begun) => (batch = begun));
  const now = () => {
    if (batch === undefined) throw new Error('the batch has not begun: it does once an item is asked for');
    return summary(JSON.parse(batch.summary()));
  };
  return Object.defineProperty(all, 'summary', { value: now });
}

module.exports = { deleteMany };
