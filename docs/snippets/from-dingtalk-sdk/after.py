from dingtalk_extcontact import Client, DingTalkError

with Client.from_env() as client:
    try:
        print(client.delete("00021357315580000003").status)
    except DingTalkError as error:
        print(error.kind, error.code, error.maybe_deleted, error.advice)
