dingtalk-extcontact delete 63085400000004 --journal erasures.jsonl
