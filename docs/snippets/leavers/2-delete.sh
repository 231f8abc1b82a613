dingtalk-extcontact delete --file leavers.xlsx --sheet 名单 --column 用户ID --backup leavers.backup.jsonl --yes
