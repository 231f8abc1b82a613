'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');

/** The bound of all promises about time: over the 100 ms, as machines are shared, and under every
 * wait that nothing ends. */
const SOON = 1000;

/** Runs code in a Node of its own; what it printed and how it ended. */
async function run(code, { args = [], env = {}, cwd = __dirname, limit = 60_000 } = {}) {
  const child = spawn(process.execPath, [...args, '-e', code], { cwd, env: { ...process.env, ...env } });
  return ended(child, limit);
}

async function ended(child, limit = 60_000) {
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (err += data));
  const timer = setTimeout(() => child.kill('SIGKILL'), limit);
  const [status, signal] = await once(child, 'close');
  clearTimeout(timer);
  return { status, signal, out, err };
}

/** A server that reads and never answers; `asked()` resolves once so many requests came. */
async function silent(t) {
  const sockets = new Set();
  const came = [];
  let requests = 0;
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (data) => {
      requests += String(data).split('POST ').length - 1;
      for (const [count, resolve] of came) if (requests >= count) resolve();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return {
    endpoint: `http://127.0.0.1:${server.address().port}`,
    requests: () => requests,
    asked: (count) =>
      new Promise((resolve) => (requests >= count ? resolve() : came.push([count, resolve]))),
  };
}

/** A server that answers as told: `answer(request, reply)`. */
async function serving(t, answer) {
  const server = http.createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** What a promise is rejected with. */
async function failure(promise) {
  const nothing = Symbol('nothing');
  const error = await promise.then(() => nothing, (error) => error);
  if (error === nothing) throw new Error('it was not rejected');
  return error;
}

/** A promise that must settle soon. */
function soon(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${SOON} ms`)), SOON);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

module.exports = { run, ended, silent, serving, failure, soon };
