const DingTalk = require('node-dingtalk');

const host = process.env.DINGTALK_ENDPOINT ?? 'https://oapi.dingtalk.io';
const { DINGTALK_APP_KEY: key, DINGTALK_APP_SECRET: secret } = process.env;

async function main() {
  // Its own login sends a corpid and a corpsecret; with an app's key the token is yours to fetch.
  const login = await fetch(`${host}/gettoken?appkey=${key}&appsecret=${secret}`);
  const { access_token: accessToken } = await login.json();

  const dingtalk = new DingTalk({ corpid: 'dingcorp', corpsecret: secret, host });
  await dingtalk.extcontact.delete('0004260000000', { accessToken });
  console.log('deleted');
}

main();
