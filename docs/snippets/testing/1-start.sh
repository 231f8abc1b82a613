dingtalk-extcontact sandbox --faults 'lost-reply=first=1' --until-stdin-closes </dev/null
