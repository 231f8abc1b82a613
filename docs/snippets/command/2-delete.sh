dingtalk-extcontact delete 0004260000000
dingtalk-extcontact delete --file leavers.txt --missing-ok --dry-run
dingtalk-extcontact delete --file leavers.txt --missing-ok --backup leavers.backup.jsonl --yes
