// Opens the pages of the documentation in Chromium without a window: node site.js CHROMIUM, with JSON on standard
// input: {profile, pages, apis, widths, searches: [{page, word}]}. Prints {faults, found}: what is wrong, a line each,
// and the titles of what each search found. The apis are other tools' pages: they must ask no other host, and no more.
'use strict';
const fs = require('node:fs');
const { open } = require('./chromium.js');

// The search of Zensical is a dialog in a shadow tree, there once its button was clicked.
const SEARCH = (word) => `new Promise((resolve) => {
  document.querySelector('.md-search__button').click();
  const start = performance.now();
  let typed = false;
  const look = () => {
    const tree = [...document.querySelectorAll('*')].map((it) => it.shadowRoot).find((it) => it?.querySelector('[role=listbox]'));
    const input = tree?.querySelector('input');
    if (input && !typed) {
      typed = true;
      input.value = ${JSON.stringify(word)};
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }
    const results = [...(tree?.querySelectorAll('[role=listbox] a') ?? [])].map((it) => it.innerText);
    if (results.length > 0 || performance.now() - start > 10_000) resolve(results);
    else requestAnimationFrame(look);
  };
  look();
})`;

async function main() {
  const asked = JSON.parse(fs.readFileSync(0, 'utf8'));
  const page = await open(process.argv[2], asked.profile);
  const [faults, found] = [[], []];
  const complain = (where) => {
    const { origin } = new URL(where);
    for (const url of page.requests.splice(0)) {
      if (!url.startsWith(origin) && !/^(data|blob|about):/.test(url)) faults.push(`${where}: asks ${url}`);
    }
    for (const message of page.messages.splice(0)) if (!asked.apis.includes(where)) faults.push(`${where}: ${message}`);
  };
  try {
    for (const width of asked.widths) {
      await page.width(width);
      for (const url of asked.pages) {
        await page.go(url);
        // innerWidth would not do: a narrow screen grows with what stands on it.
        const wide = await page.value('document.documentElement.scrollWidth');
        if (!(wide <= width)) faults.push(`${url}: ${wide} pixels wide on a screen of ${width}`);
        complain(url);
      }
    }
    for (const url of asked.apis) {
      await page.go(url);
      complain(url);
    }
    for (const { page: url, word } of asked.searches) {
      await page.go(url);
      found.push(await page.value(SEARCH(word)));
      complain(url);
    }
  } finally {
    page.close();
  }
  process.stdout.write(JSON.stringify({ faults, found }));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
