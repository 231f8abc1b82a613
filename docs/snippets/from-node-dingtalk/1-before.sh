node before.js
