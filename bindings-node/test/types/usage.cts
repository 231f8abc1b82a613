// Compiled and not run: the package from CommonJS.
import api = require('dingtalk-extcontact');
import { Client, DingTalkError } from 'dingtalk-extcontact';
import testing = require('dingtalk-extcontact/testing');

const sandbox = new testing.Sandbox({ contacts: 3 });
const client: api.Client = new Client({ endpoint: sandbox.url, accessToken: sandbox.accessToken });
client.delete('0125400001').then(
  (deletion: api.Deletion) => console.log(deletion.status),
  (error: unknown) => console.error(error instanceof DingTalkError && error.code),
);
// @ts-expect-error the native half is private
import native = require('dingtalk-extcontact/native.js');
