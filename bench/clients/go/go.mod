module bench

go 1.23

require repository.invalid/dingtalk-extcontact/bindings-go v0.0.0

replace repository.invalid/dingtalk-extcontact/bindings-go => ../../../bindings-go
