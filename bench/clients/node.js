'use strict';
// Deletes N times with one client: node.js CLIENT ENDPOINT N. Peers get the whole URL beforehand
// and keep their connection. Each requires what it needs itself, as the start of the process is
// measured too.

const TOKEN = 'token-4711';
const USER_ID = '0125400001';
const TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

const urlOf = (endpoint) => `${endpoint}/topapi/extcontact/delete?access_token=${TOKEN}`;

function check(reply) {
  if (reply.errcode !== 0) throw new Error(`refused: ${JSON.stringify(reply)}`);
}

const clients = {
  async ours(endpoint, calls) {
    const { Client } = require('dingtalk-extcontact');
    const client = new Client({ accessToken: TOKEN, endpoint, rate: null });
    for (let i = 0; i < calls; i += 1) {
      const { status } = await client.delete(USER_ID);
      if (status !== 'deleted') throw new Error(status);
    }
    client.close();
  },

  /** Prints how many milliseconds each of ten times N deletions side by side took. */
  async ours_concurrent(endpoint, calls) {
    const { Client } = require('dingtalk-extcontact');
    const client = new Client({ accessToken: TOKEN, endpoint, rate: null });
    for (let i = 0; i < 10; i += 1) {
      const start = performance.now();
      await Promise.all(Array.from({ length: calls }, () => client.delete(USER_ID)));
      console.log(performance.now() - start);
    }
    client.close();
  },

  async undici(endpoint, calls) {
    const { request } = require('undici');
    const url = urlOf(endpoint);
    const limits = { headersTimeout: 10000, bodyTimeout: 10000 };
    for (let i = 0; i < calls; i += 1) {
      const { body } = await request(url, { method: 'POST', headers: TYPE, body: `user_id=${USER_ID}`, ...limits });
      check(await body.json());
    }
  },

  async axios(endpoint, calls) {
    const axios = require('axios');
    const url = urlOf(endpoint);
    for (let i = 0; i < calls; i += 1) {
      const { data } = await axios.post(url, new URLSearchParams({ user_id: USER_ID }), { timeout: 10000 });
      check(data);
    }
  },

  async fetch(endpoint, calls) {
    const url = urlOf(endpoint);
    for (let i = 0; i < calls; i += 1) {
      const response = await fetch(url, { method: 'POST', body: new URLSearchParams({ user_id: USER_ID }) });
      check(await response.json());
    }
  },

  async node_http(endpoint, calls) {
    const http = require(endpoint.startsWith('https:') ? 'node:https' : 'node:http');
    const url = urlOf(endpoint);
    const post = () =>
      new Promise((resolve, reject) => {
        const request = http.request(url, { method: 'POST', headers: TYPE, timeout: 10000 }, (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part) => (text += part));
          response.on('end', () => resolve(JSON.parse(text)));
          response.on('error', reject);
        });
        request.on('error', reject);
        request.end(`user_id=${USER_ID}`);
      });
    for (let i = 0; i < calls; i += 1) check(await post());
  },
};

clients[process.argv[2]](process.argv[3], Number(process.argv[4]));
