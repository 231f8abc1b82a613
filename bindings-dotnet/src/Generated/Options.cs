// Made of the C header by tools/declarations; `make header` renews it.
using System;

namespace DingTalk.ExtContact
{
    /// <summary>The options of a batch.</summary>
    public sealed partial class BatchOptions
    {
        /// <summary>How many calls run side by side, at most; 1 to 64. 8 unless set.</summary>
        public int? Concurrency { get; set; }

        /// <summary>A file that records the batch: what is about to be deleted before each call, and what came of it. A
        /// batch with the same file takes up what an earlier one left undone, and calls nothing again that it settled.
        /// No file unless set.</summary>
        public string Journal { get; set; }

        /// <summary>A file that keeps the full record of each contact, on disk before its deletion: the only way back
        /// there is. A contact whose record cannot be had is not deleted. All of it is personal data; the app needs the
        /// permission point qyapi_ext_read. No file unless set.</summary>
        public string Backup { get; set; }

        /// <summary>Whether "no such contact" ends an id as absent, instead of the client's MissingOk.</summary>
        public bool? MissingOk { get; set; }

        /// <summary>Whether the batch stops when 20 of the last 40 ids that were answered were "no such contact", as in
        /// a damaged list, or one of people who are long gone; true unless set. With MissingOk such ids are no errors
        /// and do not count.</summary>
        public bool? StopOnMissing { get; set; }

        internal void Give(BatchOptionsHandle handle)
        {
            handle.Set("binding", "binding", "dotnet");
            handle.Set("concurrency", nameof(Concurrency), Concurrency);
            handle.Set("journal", nameof(Journal), Journal);
            handle.Set("backup", nameof(Backup), Backup);
            handle.Set("missing_ok", nameof(MissingOk), MissingOk);
            handle.Set("stop_on_missing", nameof(StopOnMissing), StopOnMissing);
        }
    }

    /// <summary>The options of a call.</summary>
    public sealed partial class CallOptions
    {
        /// <summary>How long this call may take, from a millisecond to a day, instead of the client's
        /// timeout.</summary>
        public TimeSpan? Timeout { get; set; }

        /// <summary>Whether "no such contact" ends this call as absent, instead of the client's MissingOk.</summary>
        public bool? MissingOk { get; set; }

        internal void Give(CallHandle handle)
        {
            handle.Set("binding", "binding", "dotnet");
            handle.Set("timeout", nameof(Timeout), Timeout);
            handle.Set("missing_ok", nameof(MissingOk), MissingOk);
        }
    }

    /// <summary>The options of a client.</summary>
    public sealed partial class ClientOptions
    {
        /// <summary>The access token, which you keep fresh with Client.SetAccessToken. Either this, or AppKey and
        /// AppSecret.</summary>
        public string AccessToken { get; set; }

        /// <summary>The key of the app (its client id); the client fetches and refreshes the token.</summary>
        public string AppKey { get; set; }

        /// <summary>The secret of the app, along with its key.</summary>
        public string AppSecret { get; set; }

        /// <summary>The region of the organisation: "international" (the default) or "china".</summary>
        public string Region { get; set; }

        /// <summary>The base URL of a sandbox or a gateway instead of the region's hosts: https, or http to a loopback
        /// address.</summary>
        public string Endpoint { get; set; }

        /// <summary>How long a call may take from when it gets its turn: token, every attempt and pause. From a
        /// millisecond to a day; 30 s unless set.</summary>
        public TimeSpan? Timeout { get; set; }

        /// <summary>How long one attempt may take, from its start to the last byte of the reply. From a millisecond to
        /// a day; 10 s unless set.</summary>
        public TimeSpan? AttemptTimeout { get; set; }

        /// <summary>How long lookup, connection and TLS handshake may take together. From a millisecond to a day; 5 s
        /// unless set.</summary>
        public TimeSpan? ConnectTimeout { get; set; }

        /// <summary>How many attempts a call makes at most, from 1 to 100; 3 unless set. 1 turns retries off; even so
        /// there can be a second request, where a kept connection has died or a new token is needed.</summary>
        public int? MaxAttempts { get; set; }

        /// <summary>How many requests each API may get in any one second at the service's clock, from 1 to 10000; 0 is
        /// no limit. 20 unless set, the limit of DingTalk's standard edition.</summary>
        public int? Rate { get; set; }

        /// <summary>Whether "no such contact" ends a call as absent instead of as an error; false unless set. It hides
        /// ids that are damaged.</summary>
        public bool? MissingOk { get; set; }

        /// <summary>The proxy: "environment" (the default: HTTPS_PROXY, ALL_PROXY, and NO_PROXY with names, addresses
        /// and ranges of them, read by the constructor of Client), "none", or a URL (http, https, socks5).</summary>
        public string Proxy { get; set; }

        /// <summary>A file of PEM certificates to trust instead of the system's. Each certificate in it is read, or
        /// refused with its line.</summary>
        public string CaFile { get; set; }

        /// <summary>The language of the advice of errors and checks: "en" (the default) or "zh". All else, messages
        /// too, is the same in every language.</summary>
        public string Language { get; set; }

        internal void Give(OptionsHandle handle)
        {
            handle.Set("binding", "binding", "dotnet");
            handle.Set("access_token", nameof(AccessToken), AccessToken);
            handle.Set("app_key", nameof(AppKey), AppKey);
            handle.Set("app_secret", nameof(AppSecret), AppSecret);
            handle.Set("region", nameof(Region), Region);
            handle.Set("endpoint", nameof(Endpoint), Endpoint);
            handle.Set("timeout", nameof(Timeout), Timeout);
            handle.Set("attempt_timeout", nameof(AttemptTimeout), AttemptTimeout);
            handle.Set("connect_timeout", nameof(ConnectTimeout), ConnectTimeout);
            handle.Set("max_attempts", nameof(MaxAttempts), MaxAttempts);
            handle.Set("rate", nameof(Rate), Rate);
            handle.Set("missing_ok", nameof(MissingOk), MissingOk);
            handle.Set("proxy", nameof(Proxy), Proxy);
            handle.Set("ca_file", nameof(CaFile), CaFile);
            handle.Set("language", nameof(Language), Language);
        }
    }
}
