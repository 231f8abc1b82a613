// Deletes N times: dotnet.exe CLIENT ENDPOINT N. The peers have the whole URL beforehand.
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Text;
using DingTalk.ExtContact;

static class Bench
{
    const string Token = "token-4711";
    const string UserId = "0125400001";

    static void Ours(string endpoint, int calls)
    {
        using (var client = new Client(new ClientOptions { AccessToken = Token, Endpoint = endpoint, Rate = 0 }))
        {
            while (calls-- > 0)
                Check(client.Delete(UserId).Status == DeletionStatus.Deleted);
        }
    }

    static void OursAsync(string endpoint, int calls)
    {
        using (var client = new Client(new ClientOptions { AccessToken = Token, Endpoint = endpoint, Rate = 0 }))
        {
            while (calls-- > 0)
                Check(client.DeleteAsync(UserId).GetAwaiter().GetResult().Status == DeletionStatus.Deleted);
        }
    }

    static void OverHttpClient(string endpoint, int calls)
    {
        using (var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) })
        {
            var fields = new Dictionary<string, string> { { "user_id", UserId } };
            while (calls-- > 0)
            {
                using (var body = new FormUrlEncodedContent(fields))
                using (HttpResponseMessage reply = client.PostAsync(Url(endpoint), body).GetAwaiter().GetResult())
                    CheckReply(reply.Content.ReadAsStringAsync().GetAwaiter().GetResult());
            }
        }
    }

    // As the TOP SDK does.
    static void OverWebRequest(string endpoint, int calls)
    {
        while (calls-- > 0)
        {
            var request = (HttpWebRequest)WebRequest.Create(Url(endpoint));
            request.Method = "POST";
            request.Timeout = 10000;
            request.ServicePoint.Expect100Continue = false;
            request.ContentType = "application/x-www-form-urlencoded;charset=utf-8";
            byte[] body = Encoding.UTF8.GetBytes("user_id=" + Uri.EscapeDataString(UserId));
            using (Stream stream = request.GetRequestStream())
                stream.Write(body, 0, body.Length);
            using (WebResponse response = request.GetResponse())
            using (var reader = new StreamReader(response.GetResponseStream(), Encoding.UTF8))
                CheckReply(reader.ReadToEnd());
        }
    }

    static string Url(string endpoint)
    {
        return endpoint + "/topapi/extcontact/delete?access_token=" + Token;
    }

    static void CheckReply(string reply)
    {
        Check(reply.Contains("\"errcode\":0"));
    }

    static void Check(bool holds)
    {
        if (!holds)
            throw new InvalidOperationException("not deleted");
    }

    static void Main(string[] words)
    {
        var clients = new Dictionary<string, Action<string, int>>
        {
            { "ours", Ours },
            { "ours_async", OursAsync },
            { "http_client", OverHttpClient },
            { "web_request", OverWebRequest },
        };
        clients[words[0]](words[1], int.Parse(words[2]));
    }
}
