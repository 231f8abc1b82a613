dingtalk-extcontact journal leavers.txt.journal.jsonl
dingtalk-extcontact restore --backup leavers.backup.jsonl --dry-run
dingtalk-extcontact explain throttled
