// Drives Chromium without a window over the DevTools protocol, by a pipe, so it needs nothing but Node:
// `const page = await open(chromium, profile)`, then `page.call(method, parameters)` and the rest.
'use strict';
const { spawn } = require('node:child_process');

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--remote-debugging-pipe'];

/** One page of a browser of its own. `requests` and `messages` gather what it asks for and complains of. */
class Page {
  requests = [];
  messages = [];
  #browser;
  #waiting = new Map();
  #last = 0;
  #session;
  #loaded = () => {};
  #events = {
    'Network.requestWillBeSent': ({ request }) => this.requests.push(request.url),
    'Runtime.consoleAPICalled': ({ type, args }) => this.messages.push(`${type}: ${args.map((it) => it.value).join(' ')}`),
    'Runtime.exceptionThrown': ({ exceptionDetails }) => this.messages.push(exceptionDetails.exception?.description ?? exceptionDetails.text),
    'Log.entryAdded': ({ entry }) => this.messages.push(entry.text),
    'Page.javascriptDialogOpening': ({ message }) => this.messages.push(`dialog: ${message}`),
    'Page.loadEventFired': () => this.#loaded(),
  };

  constructor(browser) {
    this.#browser = browser;
    let gathered = '';
    browser.stdio[4].setEncoding('utf8').on('data', (piece) => {
      const parts = (gathered + piece).split('\0');
      gathered = parts.pop();
      for (const message of parts.map((part) => JSON.parse(part))) {
        if (message.id === undefined) this.#events[message.method]?.(message.params);
        else this.#waiting.get(message.id)(message);
      }
    });
  }

  call(method, params = {}) {
    const id = ++this.#last;
    this.#browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId: this.#session })}\0`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        this.#waiting.delete(id);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result);
      });
    });
  }

  async attach() {
    const { targetInfos } = await this.call('Target.getTargets');
    const { targetId } = targetInfos.find((target) => target.type === 'page');
    this.#session = (await this.call('Target.attachToTarget', { targetId, flatten: true })).sessionId;
    for (const domain of ['Network', 'Runtime', 'Log', 'Page']) await this.call(`${domain}.enable`);
  }

  width(width) {
    return this.call('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 });
  }

  async go(url) {
    const load = new Promise((resolve) => { this.#loaded = resolve; });
    await this.call('Page.navigate', { url });
    await load;
  }

  /** What an expression comes to; a promise is waited for. */
  async value(expression) {
    const { result, exceptionDetails } = await this.call('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    return exceptionDetails ? `failed: ${exceptionDetails.exception.description}` : result.value;
  }

  close() {
    this.#browser.kill();
  }
}

async function open(chromium, profile) {
  const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'];
  const page = new Page(spawn(chromium, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], { stdio }));
  await page.attach();
  return page;
}

module.exports = { open };
