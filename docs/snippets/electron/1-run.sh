node -e '
const { asarUnpack: [pattern] } = require("./builder.json");
const expression = new RegExp(`^${pattern.replace("**/", "(.*/)?").replace("*.", "[^/]*[.]")}$`);
const addons = require("fs").readdirSync("node_modules/dingtalk-extcontact").filter((name) => name.endsWith(".node"));
console.log(addons.length > 0 && addons.every((name) => expression.test(`node_modules/dingtalk-extcontact/${name}`)));
'
