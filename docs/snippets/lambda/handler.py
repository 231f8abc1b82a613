from dingtalk_extcontact import Client, DingTalkError

# Outside of the handler: kept from call to call, with its token and connections.
client = Client.from_env(rate=2, timeout=20, missing_ok=True)


def handler(event, context):
    try:
        deletion = client.delete(event["user_id"])
    except DingTalkError as error:
        if error.retryable:
            raise  # Lambda, or the queue before it, tries again
        return error.to_dict()
    return deletion.to_dict()
