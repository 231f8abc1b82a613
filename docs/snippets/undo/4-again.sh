dingtalk-extcontact restore --backup leavers.backup.jsonl --json
