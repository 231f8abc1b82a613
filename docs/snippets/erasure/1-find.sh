dingtalk-extcontact list --where 'name~Dupont'
