// Opens a page in Chromium without a window and tells what happened: node browser.js CHROMIUM, with a line of JSON on
// standard input: {page, profile, timezone, width, expressions}. Prints {requests, messages, values, paper}.
// It speaks the DevTools protocol over a pipe, so it needs nothing but Node.
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');

const asked = JSON.parse(fs.readFileSync(0, 'utf8'));
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--remote-debugging-pipe'];
const browser = spawn(process.argv[2], [...flags, `--user-data-dir=${asked.profile}`, 'about:blank'], {
  stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
});
const [requests, messages, waiting] = [[], [], new Map()];
let loaded;
const load = new Promise((resolve) => { loaded = resolve; });

const events = {
  'Network.requestWillBeSent': ({ request }) => requests.push(request.url),
  'Runtime.consoleAPICalled': ({ type, args }) => messages.push(`${type}: ${args.map((it) => it.value).join(' ')}`),
  'Runtime.exceptionThrown': ({ exceptionDetails }) => messages.push(exceptionDetails.exception?.description ?? exceptionDetails.text),
  'Log.entryAdded': ({ entry }) => messages.push(entry.text),
  'Page.javascriptDialogOpening': ({ message }) => messages.push(`dialog: ${message}`),
  'Page.loadEventFired': () => loaded(),
};

let gathered = '';
browser.stdio[4].on('data', (piece) => {
  const parts = (gathered + piece).split('\0');
  gathered = parts.pop();
  for (const message of parts.map((part) => JSON.parse(part))) {
    if (message.id === undefined) events[message.method]?.(message.params);
    else waiting.get(message.id)(message);
  }
});

let last = 0;
let sessionId;
function call(method, params = {}) {
  const id = ++last;
  browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  return new Promise((resolve, reject) => {
    waiting.set(id, ({ result, error }) => (error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result)));
  });
}

async function main() {
  const { targetInfos } = await call('Target.getTargets');
  const { targetId } = targetInfos.find((target) => target.type === 'page');
  ({ sessionId } = await call('Target.attachToTarget', { targetId, flatten: true }));
  for (const domain of ['Network', 'Runtime', 'Log', 'Page']) await call(`${domain}.enable`);
  await call('Emulation.setTimezoneOverride', { timezoneId: asked.timezone });
  await call('Emulation.setDeviceMetricsOverride', { width: asked.width, height: 900, deviceScaleFactor: 1, mobile: asked.width < 600 });
  await call('Page.navigate', { url: asked.page });
  await load;
  const values = [];
  for (const expression of asked.expressions) {
    const { result, exceptionDetails } = await call('Runtime.evaluate', { expression, returnByValue: true });
    values.push(exceptionDetails ? `failed: ${exceptionDetails.exception.description}` : result.value);
  }
  const { data } = await call('Page.printToPDF', { preferCSSPageSize: true });
  const pdf = Buffer.from(data, 'base64').toString('latin1');
  const paper = { pages: pdf.match(/\/Type\s*\/Page\b/g).length, box: pdf.match(/\/MediaBox\s*\[([^\]]*)\]/)[1].trim() };
  process.stdout.write(JSON.stringify({ requests, messages, values, paper }));
}

main().then(
  () => browser.kill(),
  (error) => {
    console.error(error);
    browser.kill();
    process.exitCode = 1;
  },
);
