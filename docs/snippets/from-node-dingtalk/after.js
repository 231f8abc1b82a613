const { Client } = require('dingtalk-extcontact');

async function main() {
  const client = Client.fromEnv();
  const { status } = await client.delete('00021357315580000003');
  console.log(status);
}

main();
