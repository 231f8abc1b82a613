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
const items: api.Items = client.deleteMany(['0125400001']);
items.next().then((result) => console.log(result.done ? items.summary().deleted : result.value.userId));
// @ts-expect-error the native half is private
import native = require('dingtalk-extcontact/native.js');
