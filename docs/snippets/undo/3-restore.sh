dingtalk-extcontact restore --backup leavers.backup.jsonl 63085400000004
