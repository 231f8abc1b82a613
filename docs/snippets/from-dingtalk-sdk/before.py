import os

from dingtalk import AppKeyClient
from dingtalk.core.exceptions import DingTalkClientException

client = AppKeyClient("dingcorp", os.environ["DINGTALK_APP_KEY"], os.environ["DINGTALK_APP_SECRET"])
client.API_BASE_URL = os.environ.get("DINGTALK_ENDPOINT", "https://oapi.dingtalk.io")
try:
    client.post("/topapi/extcontact/delete", {"user_id": "0004260000000"})
    print("deleted")
except DingTalkClientException as error:
    print(error.errcode, error.errmsg)
