// Opens a page in Chromium without a window and tells what happened: node browser.js CHROMIUM, with a line of JSON on
// standard input: {page, profile, timezone, width, expressions}. Prints {requests, messages, values, paper}.
'use strict';
const fs = require('node:fs');
const { open } = require('../../../tools/chromium.js');

async function main() {
  const asked = JSON.parse(fs.readFileSync(0, 'utf8'));
  const page = await open(process.argv[2], asked.profile);
  try {
    await page.call('Emulation.setTimezoneOverride', { timezoneId: asked.timezone });
    await page.width(asked.width);
    await page.go(asked.page);
    const values = [];
    for (const expression of asked.expressions) values.push(await page.value(expression));
    const { data } = await page.call('Page.printToPDF', { preferCSSPageSize: true });
    const pdf = Buffer.from(data, 'base64').toString('latin1');
    const paper = { pages: pdf.match(/\/Type\s*\/Page\b/g).length, box: pdf.match(/\/MediaBox\s*\[([^\]]*)\]/)[1].trim() };
    process.stdout.write(JSON.stringify({ requests: page.requests, messages: page.messages, values, paper }));
  } finally {
    page.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
