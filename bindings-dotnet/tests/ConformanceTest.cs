using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;

namespace DingTalk.ExtContact.Tests
{
    /// <summary>
    /// All conformance cases through the package, side by side. Each outcome is handed to the judge as the library's
    /// JSON of it, and put together from the package's properties.
    /// </summary>
    public static class ConformanceTest
    {
        const int SideBySide = 16;
        static readonly ConcurrentQueue<string> Lines = new ConcurrentQueue<string>();

        [Test]
        public static void AllCases()
        {
            Client.LogTo(LogLevel.Debug, (level, line) => Lines.Enqueue(line));
            using (var program = new Program("dingtalk-extcontact-judge", ""))
            {
                int port = int.Parse(program.Field("control").Split(':')[1]);
                List<string> cases;
                using (var judge = new Judge(port))
                    cases = judge.Ask("list", "").List("cases");
                var left = new ConcurrentQueue<string>(cases);
                var differences = new ConcurrentQueue<string>();
                List<Thread> threads = Enumerable.Range(0, SideBySide).Select(_ => new Thread(() =>
                {
                    using (var judge = new Judge(port))
                        while (left.TryDequeue(out string name))
                            foreach (string difference in Differences(judge, name))
                                differences.Enqueue(name + ": " + difference);
                })).ToList();
                threads.ForEach(thread => thread.Start());
                threads.ForEach(thread => thread.Join());
                Client.LogTo(LogLevel.Off, null);
                Check.That(differences.IsEmpty, "all cases pass:\n" + string.Join("\n", differences));
                Check.That(cases.Count > 900, "there are cases");
                Console.WriteLine("conformance cases: {0}", cases.Count);
            }
        }

        static IEnumerable<string> Differences(Judge judge, string name)
        {
            try
            {
                return Run(judge, name);
            }
            catch (Exception thrown)
            {
                return new[] { thrown.ToString() };
            }
        }

        static IEnumerable<string> Run(Judge judge, string name)
        {
            int start = Lines.Count;
            Answer wanted = judge.Ask("start", ",\"case\":" + Quoted(name));
            var jsons = new List<string>();
            var properties = new List<string>();
            var texts = new List<string>();
            Action<object, string> ended = (outcome, json) =>
            {
                jsons.Add(json);
                properties.Add(Fields(outcome));
                texts.Add(outcome.ToString());
            };
            try
            {
                using (var client = new Client(Set(new ClientOptions(), wanted.Below("options").Values)))
                {
                    texts.Add(client.ToString());
                    Answer call;
                    for (int at = 0; (call = wanted.Below("calls." + at)).Values.Count > 0; at++)
                    {
                        try
                        {
                            Deletion deletion = Make(client, call.Values);
                            ended(deletion, deletion.Json);
                        }
                        catch (DingTalkException error)
                        {
                            ended(error, error.Json);
                        }
                        catch (RequestCanceledException cancelled)
                        {
                            ended(cancelled.InnerException, ((CallCancelledException)cancelled.InnerException).Json);
                        }
                        catch (ObjectDisposedException closed)
                        {
                            ended(closed.InnerException, ((InvalidArgumentException)closed.InnerException).Json);
                        }
                    }
                }
            }
            catch (InvalidArgumentException refused)
            {
                ended(refused, refused.Json);
            }
            texts.AddRange(Lines.Skip(start));
            Answer verdict = judge.Ask("finish", ",\"outcomes\":[" + string.Join(",", jsons) + "],\"getters\":["
                + string.Join(",", properties) + "],\"texts\":[" + string.Join(",", texts.Select(Quoted)) + "]");
            return verdict.Values["ok"] == "true" ? new List<string>() : verdict.List("differences");
        }

        /// <summary>Cancels come by a token.</summary>
        static Deletion Make(Client client, Dictionary<string, string> call)
        {
            if (call.TryGetValue("set_access_token", out string token))
                client.SetAccessToken(token);
            if (call.ContainsKey("close"))
                client.Dispose();
            var own = call.Where(one => one.Key == "timeout" || one.Key == "missing_ok").ToList();
            CallOptions options = own.Count == 0 ? null : Set(new CallOptions(), own);
            if (!call.TryGetValue("cancel", out string cancel))
                return client.Delete(call["user_id"], options);
            using (var source = new CancellationTokenSource())
            {
                if (cancel == "before")
                    source.Cancel();
                else
                    source.CancelAfter(Seconds(cancel));
                return client.Delete(call["user_id"], options, source.Token);
            }
        }

        static TimeSpan Seconds(string seconds)
        {
            decimal ticks = decimal.Parse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture) * TimeSpan.TicksPerSecond;
            return new TimeSpan((long)Math.Max(long.MinValue, Math.Min(long.MaxValue, ticks)));
        }

        /// <summary>Options by their names in the cases; no limit is 0.</summary>
        static T Set<T>(T options, IEnumerable<KeyValuePair<string, string>> values)
        {
            foreach (KeyValuePair<string, string> one in values)
            {
                PropertyInfo property = typeof(T).GetProperty(Regex.Replace(one.Key, "(?:^|_)(.)", it => it.Groups[1].Value.ToUpper()));
                Type type = property.PropertyType;
                property.SetValue(options, type == typeof(string) ? one.Value
                    : type == typeof(bool?) ? one.Value == "true"
                    : type == typeof(TimeSpan?) ? Seconds(one.Value)
                    : (object)(one.Value == "null" ? 0 : (int)long.Parse(one.Value)));
            }
            return options;
        }

        /// <summary>The outcome put together from the package's properties; what is not known is left out.</summary>
        static string Fields(object outcome)
        {
            var fields = new List<string>();
            if (outcome is DingTalkException)
                fields.Add("\"status\":\"failed\"");
            foreach (PropertyInfo property in outcome.GetType().GetProperties())
            {
                object value = property.GetValue(outcome);
                bool ours = property.DeclaringType.Namespace == typeof(Client).Namespace || property.Name == "Message";
                if (value == null || !ours || property.Name == "Json")
                    continue;
                fields.Add(Quoted(Snake(property.Name)) + ":" + (value is Enum ? Quoted(Snake(value.ToString()))
                    : value is string ? Quoted((string)value)
                    : value is bool ? ((bool)value ? "true" : "false")
                    : value is TimeSpan ? ((TimeSpan)value).TotalSeconds.ToString("0.0##", CultureInfo.InvariantCulture)
                    : Convert.ToString(value, CultureInfo.InvariantCulture)));
            }
            return "{" + string.Join(",", fields) + "}";
        }

        static string Snake(string name)
        {
            return Regex.Replace(name, "(?<=.)[A-Z]", "_$0").ToLowerInvariant();
        }

        static string Quoted(string text)
        {
            var json = new StringBuilder("\"");
            foreach (char one in text)
            {
                if (one < ' ' || one == '"' || one == '\\')
                    json.AppendFormat("\\u{0:x4}", (int)one);
                else
                    json.Append(one);
            }
            return json.Append('"').ToString();
        }

        /// <summary>What the judge answers: texts by their path, such as calls.0.user_id.</summary>
        sealed class Answer
        {
            internal readonly Dictionary<string, string> Values = new Dictionary<string, string>();

            internal Answer Below(string path)
            {
                var part = new Answer();
                foreach (KeyValuePair<string, string> one in Values)
                {
                    if (one.Key.StartsWith(path + ".", StringComparison.Ordinal))
                        part.Values[one.Key.Substring(path.Length + 1)] = one.Value;
                }
                return part;
            }

            internal List<string> List(string path)
            {
                var texts = new List<string>();
                while (Values.TryGetValue(path + "." + texts.Count, out string text))
                    texts.Add(text);
                return texts;
            }
        }

        /// <summary>One request, a line of JSON, and one answer at a time, lines that an empty one ends.</summary>
        sealed class Judge : IDisposable
        {
            readonly TcpClient connection;
            readonly StreamReader answers;

            internal Judge(int port)
            {
                connection = new TcpClient("127.0.0.1", port);
                answers = new StreamReader(connection.GetStream(), Encoding.UTF8);
            }

            internal Answer Ask(string op, string fields)
            {
                byte[] request = Encoding.UTF8.GetBytes("{\"op\":" + Quoted(op) + ",\"plain\":true" + fields + "}\n");
                connection.GetStream().Write(request, 0, request.Length);
                var answer = new Answer();
                for (string line; (line = answers.ReadLine()) != "";)
                {
                    int equals = line.IndexOf('=');
                    answer.Values[line.Substring(0, equals)] = Uri.UnescapeDataString(line.Substring(equals + 1));
                }
                Check.That(!answer.Values.ContainsKey("error"), op + ": no error");
                return answer;
            }

            public void Dispose()
            {
                connection.Dispose();
            }
        }
    }
}
