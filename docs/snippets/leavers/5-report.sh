dingtalk-extcontact journal leavers.xlsx.journal.jsonl --html report.html
