dingtalk-extcontact delete 63085400000004 --backup leavers.backup.jsonl --journal leavers.journal.jsonl
