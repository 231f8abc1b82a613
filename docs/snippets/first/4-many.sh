printf '00021357315580000003\n000040000006\n' > leavers.txt
dingtalk-extcontact delete --file leavers.txt --dry-run
dingtalk-extcontact delete --file leavers.txt --backup leavers.backup.jsonl --yes
