"""The classes of the TOP SDK for Python that before.py names, as far as it uses them: that SDK is in no registry."""

import json
import urllib.parse
import urllib.request


class TopException(Exception):
    errcode = errmsg = None


class RestApi:
    http_method = "POST"

    def __init__(self, url):
        self.url = url

    def getResponse(self, authrize=None):
        fields = urllib.parse.urlencode({name: value for name, value in vars(self).items() if name != "url"})
        query = fields if self.http_method == "GET" else urllib.parse.urlencode({"access_token": authrize})
        body = None if self.http_method == "GET" else fields.encode()
        with urllib.request.urlopen(f"{self.url}?{query}", body) as reply:
            told = json.load(reply)
        if told["errcode"] != 0:
            error = TopException()
            error.errcode, error.errmsg = told["errcode"], told["errmsg"]
            raise error
        return told


class OapiGettokenRequest(RestApi):
    http_method = "GET"


class OapiExtcontactDeleteRequest(RestApi):
    pass
