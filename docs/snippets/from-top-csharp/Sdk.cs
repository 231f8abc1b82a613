// The classes of the TOP SDK for C# that Before.cs names, as far as it uses them: that SDK is in no registry.
using System;
using System.Collections.Specialized;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace DingTalk.Api
{
    public interface IDingTalkClient
    {
        T Execute<T>(Request.OapiRequest<T> request, string session = null) where T : Response.OapiResponse, new();
    }

    public sealed class DefaultDingTalkClient : IDingTalkClient
    {
        private readonly string url;

        public DefaultDingTalkClient(string url)
        {
            this.url = url;
        }

        public T Execute<T>(Request.OapiRequest<T> request, string session = null) where T : Response.OapiResponse, new()
        {
            using (var web = new WebClient())
            {
                if (request.Method == "GET") web.QueryString = request.Fields;
                else web.QueryString["access_token"] = session;
                byte[] told = request.Method == "GET" ? web.DownloadData(url) : web.UploadValues(url, request.Fields);
                return new T { Body = Encoding.UTF8.GetString(told) };
            }
        }
    }
}

namespace DingTalk.Api.Request
{
    public abstract class OapiRequest<T>
    {
        internal string Method = "POST";
        internal readonly NameValueCollection Fields = new NameValueCollection();

        public void SetHttpMethod(string method)
        {
            Method = method;
        }
    }

    public sealed class OapiGettokenRequest : OapiRequest<Response.OapiGettokenResponse>
    {
        public string Appkey { set { Fields["appkey"] = value; } }
        public string Appsecret { set { Fields["appsecret"] = value; } }
    }

    public sealed class OapiExtcontactDeleteRequest : OapiRequest<Response.OapiExtcontactDeleteResponse>
    {
        public string UserId { set { Fields["user_id"] = value; } }
    }
}

namespace DingTalk.Api.Response
{
    public class OapiResponse
    {
        public string Body { get; internal set; }
        public long Errcode { get { return long.Parse(Field("errcode")); } }
        public string Errmsg { get { return Field("errmsg"); } }

        internal string Field(string name)
        {
            return Regex.Match(Body, "\"" + name + "\":\"?([^\",}]*)").Groups[1].Value;
        }
    }

    public sealed class OapiGettokenResponse : OapiResponse
    {
        public string AccessToken { get { return Field("access_token"); } }
    }

    public sealed class OapiExtcontactDeleteResponse : OapiResponse
    {
    }
}
