dingtalk-extcontact journal erasures.jsonl 63085400000004 --json
