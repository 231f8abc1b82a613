python -c 'from handler import handler; print(handler({"user_id": "0004260000000"}, None))'
node -e 'import("./handler.mjs").then((it) => it.handler({ userId: "00021357315580000003" })).then(console.log)'
