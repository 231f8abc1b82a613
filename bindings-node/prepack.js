'use strict';
// Before `npm pack` in this folder, which packs the addon that was built here: refused without one,
// and with the licences, which stand above.

const fs = require('node:fs');
const path = require('node:path');

if (!fs.readdirSync(__dirname).some((file) => file.endsWith('.node'))) {
  console.error('there is no addon here, so the package would work nowhere. Build it first: make addon');
  process.exit(1);
}
for (const name of ['LICENSE-APACHE', 'LICENSE-MIT']) {
  fs.copyFileSync(path.join(__dirname, '..', name), path.join(__dirname, name));
}
