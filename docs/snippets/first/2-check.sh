dingtalk-extcontact check --write
