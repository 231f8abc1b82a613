'use strict';
// One small program as people write it, in each kind of module, and what it says.

const DELETE = `
  const sandbox = new Sandbox({ contacts: ['0125400001'] });
  const client = new Client({ endpoint: sandbox.url, accessToken: sandbox.accessToken });
  client.delete('0125400001').then(async (deletion) => {
    const error = await client.delete('0125400001').catch((error) => error);
    console.log(deletion.status, error instanceof DingTalkError, error.code);
    for await (const item of client.deleteMany(['0125400001'])) console.log(item.userId, item.error?.code);
  });
`;
const ESM = `
  import { Client, DingTalkError, setLogger } from 'dingtalk-extcontact';
  import { Sandbox } from 'dingtalk-extcontact/testing';
  setLogger(null);
  ${DELETE}`;
const CJS = `
  const { Client, DingTalkError } = require('dingtalk-extcontact');
  const { Sandbox } = require('dingtalk-extcontact/testing');
  ${DELETE}`;
const TS = ESM.replace(/catch\(\(error\)/, 'catch((error: unknown)').replace(
  'error.code',
  '(error as DingTalkError).code',
);
const SAID = 'deleted true INVALID_USER_ID\n0125400001 INVALID_USER_ID\n';

module.exports = { ESM, CJS, TS, SAID };
