#!/usr/bin/env node
'use strict';

// The command has these signals to itself. Node's own first handlers raise the signal again,
// and would do so for ever behind those of the command; coming and going, a listener puts the
// system's default in their place.
const nothing = () => {};
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, nothing).off(signal, nothing);

process.exitCode = require('./native.js').run(process.argv.slice(2));
