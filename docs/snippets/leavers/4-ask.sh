dingtalk-extcontact journal leavers.xlsx.journal.jsonl 0004260000000
