using System;
using DingTalk.Api;
using DingTalk.Api.Request;
using DingTalk.Api.Response;

static class Before
{
    static void Main()
    {
        string oapi = Environment.GetEnvironmentVariable("DINGTALK_ENDPOINT") ?? "https://oapi.dingtalk.io";
        var login = new OapiGettokenRequest
        {
            Appkey = Environment.GetEnvironmentVariable("DINGTALK_APP_KEY"),
            Appsecret = Environment.GetEnvironmentVariable("DINGTALK_APP_SECRET"),
        };
        login.SetHttpMethod("GET");
        string token = new DefaultDingTalkClient(oapi + "/gettoken").Execute(login).AccessToken;

        IDingTalkClient client = new DefaultDingTalkClient(oapi + "/topapi/extcontact/delete");
        var request = new OapiExtcontactDeleteRequest { UserId = "0004260000000" };
        OapiExtcontactDeleteResponse response = client.Execute(request, token);
        Console.WriteLine(response.Errcode == 0 ? "deleted" : response.Errcode + " " + response.Errmsg);
    }
}
