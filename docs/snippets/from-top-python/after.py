from dingtalk_extcontact import Client

with Client.from_env() as client:
    print(client.delete("00021357315580000003"))
