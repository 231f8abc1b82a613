from dingtalk_extcontact import Client

with Client.from_env(ca_file="corporate-roots.pem") as client:
    for step in client.check().steps:
        print(step.name, step.status, step.text)
