import os

import dingtalk.api

oapi = os.environ.get("DINGTALK_ENDPOINT", "https://oapi.dingtalk.io")

login = dingtalk.api.OapiGettokenRequest(oapi + "/gettoken")
login.appkey = os.environ["DINGTALK_APP_KEY"]
login.appsecret = os.environ["DINGTALK_APP_SECRET"]
token = login.getResponse()["access_token"]

request = dingtalk.api.OapiExtcontactDeleteRequest(oapi + "/topapi/extcontact/delete")
request.user_id = "0004260000000"
print(request.getResponse(token))
