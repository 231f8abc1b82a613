dingtalk-extcontact demo
