module repository.invalid/dingtalk-extcontact/bindings-go

go 1.23
