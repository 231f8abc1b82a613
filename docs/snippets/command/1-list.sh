dingtalk-extcontact list --where 'company~acme'
dingtalk-extcontact list --csv > contacts.csv
dingtalk-extcontact get 0004260000000
