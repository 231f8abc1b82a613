dingtalk-extcontact restore --backup leavers.backup.jsonl --dry-run
