node after.js
