dingtalk-extcontact explain 88/60011
