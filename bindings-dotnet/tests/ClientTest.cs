using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;

namespace DingTalk.ExtContact.Tests
{
    public static class ClientTest
    {
        /// <summary>Over the 100 ms that are promised, as machines are shared; nothing else ends these calls.</summary>
        internal static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

        static readonly CallOptions Fine = new CallOptions { MissingOk = true };
        static readonly string[] BadTexts = { "01\0" + "02", "01\ud83d", "\ude0001", "\ud83d\ud83d" };

        [Test]
        public static async Task DeletesAndSaysHow()
        {
            using (var sandbox = new Sandbox())
            using (Client client = sandbox.Client())
            {
                string id = sandbox.Ids[0];
                Deletion deletion = client.Delete(id);
                Check.Equal(DeletionStatus.Deleted, deletion.Status);
                Check.Equal(id, deletion.UserId);
                Check.Equal(1, deletion.Attempts);
                Check.That(deletion.RequestId != null, "a request id");
                var error = Check.Throws<InvalidUserIdException>(() => client.Delete(id));
                Check.Equal(ErrorKind.InvalidUserId, error.Kind);
                Check.Equal("33012", error.Code);
                Check.Equal(33012L, error.Errcode.Value);
                Check.That(!error.MaybeDeleted && error.RetryAfter == null, error.Json);
                Check.Equal(DeletionStatus.Absent, client.Delete(id, Fine).Status);
                Check.Equal(DeletionStatus.Deleted, (await client.DeleteAsync(sandbox.Ids[1])).Status);
                await Check.ThrowsAsync<InvalidUserIdException>(() => client.DeleteAsync(id));
            }
        }

        [Test]
        public static void ReadsAndRestores()
        {
            using (var sandbox = new Sandbox("--contacts 230"))
            using (Client client = sandbox.Client())
            {
                List<Contact> all = client.Contacts().ToList();
                Check.Equal(230, all.Count);
                Contact contact = client.Get(all[0].UserId);
                Check.Equal(all[0].Name, contact.Name);
                Check.That(contact.Mobile != null && contact.LabelIds.Count > 0, contact.Json);
                Restoration still = client.Restore(contact.Record);
                Check.Equal(RestoreStatus.StillThere, still.Status);
                client.Delete(contact.UserId);
                Check.Throws<InvalidUserIdException>(() => client.Get(contact.UserId));
                Restoration created = client.Restore(contact.Record, lookFirst: true);
                Check.Equal(RestoreStatus.Created, created.Status);
                Check.Equal(contact.UserId, created.OldUserId);
                Check.Equal(contact.Name, client.Get(created.UserId).Name);
                ExtContact.Check check = client.Check(write: true);
                Check.That(check.Ok && check.Steps.Count > 5 && check.Report.StartsWith("{"), check.Json);
                Check.That(check.Steps.Any(step => step.Name == "read_permission" && step.Status == CheckStatus.Ok), check.Json);
            }
        }

        [Test]
        public static void ALaterKindIsUnknown()
        {
            MethodInfo known = typeof(Client).Assembly.GetType("DingTalk.ExtContact.Known")
                .GetMethod("ErrorKind", BindingFlags.NonPublic | BindingFlags.Static);
            foreach (ErrorKind kind in Enum.GetValues(typeof(ErrorKind)))
                Check.Equal(kind, (ErrorKind)known.Invoke(null, new object[] { (int)kind }));
            Check.Equal(ErrorKind.Unknown, (ErrorKind)known.Invoke(null, new object[] { 7777 }));
        }

        [Test]
        public static void AnIdIsSentAsItIsOrNotAtAll()
        {
            using (var sandbox = new Sandbox())
            using (Client client = sandbox.Client())
            {
                const string Chinese = "\u5ba2\u623701\ud83d\ude00";
                Check.Equal(Chinese, Check.Throws<InvalidUserIdException>(() => client.Delete(Chinese)).UserId);
            }
        }

        [Test]
        public static void AnArgumentThatIsNoneIsRefusedByItsName()
        {
            using (var silent = new Silent())
            using (Client client = silent.Client())
            {
                var calls = new Dictionary<string, Action<string>[]>
                {
                    { "userId", new Action<string>[] { it => client.Delete(it), it => client.Delete(it, Fine),
                        it => client.DeleteAsync(it), it => client.DeleteAsync(it, Fine), it => client.Get(it),
                        it => client.DeleteMany(new[] { it }).MoveNext() } },
                    { "record", new Action<string>[] { it => client.Restore(it) } },
                    { "accessToken", new Action<string>[] { client.SetAccessToken } },
                    { "paths", new Action<string>[] { it => Client.ReadJournal(it), it => Client.ReadJournal("1", it) } },
                };
                foreach (KeyValuePair<string, Action<string>[]> one in calls)
                {
                    foreach (Action<string> call in one.Value)
                    {
                        Check.Equal(one.Key, Check.Throws<ArgumentNullException>(() => call(null)).ParamName);
                        foreach (string bad in BadTexts)
                            Check.Equal(one.Key, Check.Throws<ArgumentException>(() => call(bad)).ParamName);
                    }
                }
                foreach (string bad in BadTexts)
                {
                    Check.Equal("AccessToken", Check.Throws<ArgumentException>(() =>
                        new Client(new ClientOptions { AccessToken = bad })).ParamName);
                    Check.Equal("CaFile", Check.Throws<ArgumentException>(() =>
                        new Client(new ClientOptions { CaFile = bad })).ParamName);
                    Check.Equal("Journal", Check.Throws<ArgumentException>(() =>
                        client.DeleteMany(new string[0], new BatchOptions { Journal = bad })).ParamName);
                }
                Check.Equal("userIds", Check.Throws<ArgumentNullException>(() => client.DeleteMany(null)).ParamName);
                Check.Equal("options", Check.Throws<ArgumentNullException>(() => new Client(null)).ParamName);
                Check.Equal("options", Check.Throws<ArgumentNullException>(() => Client.Shared(null)).ParamName);
                Check.Equal("paths", Check.Throws<ArgumentNullException>(() => Client.ReadJournal((string[])null)).ParamName);
                Check.Equal(0, silent.Requests);
            }
        }

        [Test]
        public static void WrongOptionsAreRefusedByTheirNames()
        {
            foreach (TimeSpan bad in new[] { TimeSpan.Zero, TimeSpan.FromMilliseconds(-1), TimeSpan.MaxValue, TimeSpan.MinValue })
            {
                var error = Check.Throws<InvalidArgumentException>(() =>
                    new Client(new ClientOptions { AccessToken = "token", AttemptTimeout = bad }));
                Check.That(error.Message.Contains("AttemptTimeout"), error.Message);
            }
            using (var client = new Client(new ClientOptions { AccessToken = "token", Endpoint = "http://127.0.0.1:1" }))
            {
                var many = Check.Throws<InvalidArgumentException>(() =>
                    client.DeleteMany(new string[0], new BatchOptions { Concurrency = -1 }));
                Check.That(many.Message.Contains("Concurrency"), many.Message);
                var call = Check.Throws<InvalidArgumentException>(() =>
                    client.Delete("1", new CallOptions { Timeout = TimeSpan.Zero }));
                Check.That(call.Message.Contains("Timeout"), call.Message);
            }
            // Also where advice has the name.
            foreach (ClientOptions wrong in new[] { new ClientOptions { AccessToken = "token", Region = "mars" }, new ClientOptions() })
            {
                var error = Check.Throws<InvalidArgumentException>(() => new Client(wrong));
                string said = error.Message + ". " + error.Advice;
                Check.That(said.Contains(wrong.Region == null ? "AccessToken" : "Region"), said);
                Check.That(!said.Contains("access_token") && !said.Contains("region"), said);
            }
            Check.Throws<ArgumentOutOfRangeException>(() => Client.LogTo((LogLevel)7777, (level, line) => { }));
        }

        [Test]
        public static void AdviceNamesOptionsAsTheyAreWrittenHereAndInTheLanguageAskedFor()
        {
            using (var sandbox = new Sandbox())
            {
                foreach (string language in new[] { null, "zh" })
                {
                    ClientOptions options = sandbox.Options;
                    options.Language = language;
                    using (var client = new Client(options))
                    {
                        var error = Check.Throws<InvalidUserIdException>(() => client.Delete("none"));
                        Check.That(error.Advice.Contains("MissingOk"), error.Advice);
                        Check.Equal(language == "zh", error.Advice.Any(one => one >= '\u4e00'), error.Advice);
                        Item item = client.DeleteMany(new[] { "none" }).Single();
                        Check.Equal(error.Advice, item.Error.Advice);
                    }
                    options.AccessToken = null;
                    options.AppKey = sandbox.Field("app_key");
                    options.AppSecret = "another";
                    using (var client = new Client(options))
                    {
                        // Also one of a single word.
                        string advice = Check.Throws<AuthenticationException>(() => client.Delete("none")).Advice;
                        Check.That(advice.Contains("AppSecret") && advice.Contains("Region"), advice);
                    }
                }
            }
        }

        [Test]
        public static void ATokenEndsACall()
        {
            using (var silent = new Silent())
            using (Client client = silent.Client())
            using (var source = new CancellationTokenSource())
            {
                Task call = Task.Run(() =>
                {
                    var ended = Check.Throws<RequestCanceledException>(() => client.Delete("1", source.Token));
                    Check.Equal(source.Token, ended.CancellationToken);
                    Check.That(ended.MaybeDeleted, "it may be gone");
                });
                silent.Asked(1);
                Stopwatch time = Stopwatch.StartNew();
                source.Cancel();
                call.Wait();
                Check.That(time.Elapsed < Soon, "it ended after " + time.Elapsed);
            }
        }

        [Test]
        public static async Task HoweverATaskIsWaitedForItSaysWhatMayBeGone()
        {
            using (var silent = new Silent())
            using (Client client = silent.Client())
            using (var source = new CancellationTokenSource())
            {
                Task<Deletion> sent = client.DeleteAsync("1", source.Token);
                silent.Asked(1);
                Stopwatch time = Stopwatch.StartNew();
                source.Cancel();
                var ended = await Check.ThrowsAsync<RequestCanceledException>(() => sent);
                Check.That(time.Elapsed < Soon, "it ended after " + time.Elapsed);
                Check.Equal(source.Token, ended.CancellationToken);
                foreach (Task<Deletion> call in new[] { sent, client.DeleteAsync("1", source.Token) })
                {
                    var waited = Check.Throws<AggregateException>(() => call.Wait());
                    var asked = Check.Throws<AggregateException>(() => Console.WriteLine(call.Result));
                    var all = Check.Throws<AggregateException>(() => Task.WaitAll(call));
                    var got = Check.Throws<Exception>(() => call.GetAwaiter().GetResult());
                    foreach (Exception shown in new[] { waited.InnerException, asked.InnerException, all.InnerException, got, call.Exception.InnerException })
                    {
                        var cancelled = (RequestCanceledException)shown;
                        Check.Equal(call == sent, cancelled.MaybeDeleted);
                        Check.Equal(call == sent ? 1 : 0, ((CallCancelledException)cancelled.InnerException).Attempts);
                    }
                }
            }
        }

        [Test]
        public static void ATokenEndsAllItsTasksAndNoneIsSentAfterwards()
        {
            using (var silent = new Silent())
            using (Client client = silent.Client())
            using (var source = new CancellationTokenSource())
            {
                // Of several threads, as .NET tells the callbacks of each apart, and with several sets of options.
                var tasks = new Task<Deletion>[2000];
                Task[] threads = Enumerable.Range(0, 8).Select(thread => Task.Factory.StartNew(() =>
                {
                    for (int i = thread; i < tasks.Length; i += 8)
                        tasks[i] = client.DeleteAsync("id" + i, i / 8 % 2 == 0 ? null : Fine, source.Token);
                }, TaskCreationOptions.LongRunning)).ToArray();
                Task.WaitAll(threads);
                silent.Asked(64);
                Stopwatch time = Stopwatch.StartNew();
                source.Cancel();
                Check.Throws<AggregateException>(() => Task.WaitAll(tasks));
                // Far below the ten seconds of an attempt, as so many take their time on a machine that is busy.
                Check.That(time.Elapsed < TimeSpan.FromSeconds(5), "they ended after " + time.Elapsed);
                Console.WriteLine("{0} tasks cancelled within {1} ms", tasks.Length, time.ElapsedMilliseconds);
                Check.Equal(64, tasks.Count(task => ((RequestCanceledException)task.Exception.InnerException).MaybeDeleted));
                Check.Equal(64, silent.Requests);
            }
        }

        [Test]
        public static async Task ATokenThatWasCancelledBeforeSendsNothing()
        {
            using (var silent = new Silent())
            using (Client client = silent.Client())
            {
                var cancelled = new CancellationToken(true);
                var ended = Check.Throws<RequestCanceledException>(() => client.Delete("1", cancelled));
                Check.Equal(0, ((CallCancelledException)ended.InnerException).Attempts);
                ended = await Check.ThrowsAsync<RequestCanceledException>(() => client.DeleteAsync("1", cancelled));
                Check.Equal(0, ((CallCancelledException)ended.InnerException).Attempts);
                Check.That(!ended.MaybeDeleted, "it is not gone");
            }
        }

        [Test]
        public static void WhatHangsOnATaskMayThrowAndWait()
        {
            using (var sandbox = new Sandbox())
            using (Client client = sandbox.Client())
            {
                var all = new List<Task<DeletionStatus>>();
                for (int i = 0; i < 200; i++)
                {
                    string again = "none" + i;
                    Task<Deletion> first = client.DeleteAsync("gone" + i, Fine);
                    all.Add(first.ContinueWith(_ =>
                    {
                        // Not one of the library, which others need.
                        Check.That(Thread.CurrentThread.IsThreadPoolThread, "it is a thread of .NET");
                        return client.Delete(again, Fine).Status;
                    }, TaskContinuationOptions.ExecuteSynchronously));
                    first.ContinueWith(_ => throw new InvalidOperationException("on purpose"),
                        TaskContinuationOptions.ExecuteSynchronously);
                }
                Check.That(all.All(one => one.Result == DeletionStatus.Absent), "all are absent");
            }
        }

        [Test]
        public static void ALogThatThrowsHurtsNoCall()
        {
            var lines = new ConcurrentQueue<string>();
            using (var sandbox = new Sandbox())
            using (Client client = sandbox.Client())
            {
                Client.LogTo(LogLevel.Info, (level, line) =>
                {
                    lines.Enqueue(level + " " + line);
                    throw new InvalidOperationException("on purpose");
                });
                Check.Equal(DeletionStatus.Deleted, client.Delete(sandbox.Ids[0]).Status);
                Client.LogTo(LogLevel.Off, null);
                client.Delete(sandbox.Ids[1]);
                Check.Equal(1, lines.Count(line => line.StartsWith("Info ")));
            }
        }

        [Test]
        public static void DisposingBesideCalls()
        {
            foreach (bool shared in new[] { false, true })
            {
                using (var sandbox = new Sandbox())
                {
                    ClientOptions options = sandbox.Options;
                    options.MissingOk = true;
                    Client client = shared ? Client.Shared(options) : new Client(options);
                    var begun = new CountdownEvent(8);
                    List<Task> threads = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(() =>
                    {
                        Check.Throws<ObjectDisposedException>(() =>
                        {
                            for (bool first = true; ; first = false)
                            {
                                client.Delete("none");
                                if (first)
                                    begun.Signal();
                            }
                        });
                    }, TaskCreationOptions.LongRunning)).ToList();
                    begun.Wait();
                    client.Dispose();
                    client.Dispose();
                    Task.WaitAll(threads.ToArray());
                    Check.Throws<ObjectDisposedException>(() => client.DeleteAsync("1").GetAwaiter().GetResult());
                    Check.Throws<ObjectDisposedException>(() => client.Get("1"));
                    Check.Throws<ObjectDisposedException>(() => client.Contacts().ToList());
                    Check.Throws<ObjectDisposedException>(() => client.SetAccessToken("token"));
                    Check.Throws<ObjectDisposedException>(() => client.DeleteMany(new[] { "1" }));
                }
            }
        }

        [Test]
        public static async Task CallsUnderWayEndAfterDispose()
        {
            using (var sandbox = new Sandbox("--faults delay=1@100ms"))
            {
                Task<Deletion> under;
                using (Client client = sandbox.Client())
                    under = client.DeleteAsync(sandbox.Ids[0]);
                Check.Equal(DeletionStatus.Deleted, (await under).Status);
            }
        }

        [Test]
        public static void ASharedClientHasOneToken()
        {
            using (var sandbox = new Sandbox())
            {
                ClientOptions options = sandbox.Options;
                options.AccessToken = "no-such-token";
                using (Client one = Client.Shared(options))
                    one.SetAccessToken(sandbox.Field("access_token"));
                using (Client other = Client.Shared(options))
                    Check.Equal(DeletionStatus.Deleted, other.Delete(sandbox.Ids[0]).Status);
            }
        }

        [Test]
        public static void AThousandClientsOpenedAndDisposed()
        {
            using (var sandbox = new Sandbox())
            {
                int files = -1;
                for (int i = 0; i < 1000; i++)
                {
                    using (Client client = sandbox.Client(missingOk: true))
                        client.Delete("none");
                    if (i == 20)
                        files = Directory.GetFiles("/proc/self/fd").Length;
                }
                Check.That(Directory.GetFiles("/proc/self/fd").Length < files + 20, "files are closed");
            }
        }

        [Test]
        public static void GarbageIsCollectedBesideCalls()
        {
            using (var sandbox = new Sandbox())
            {
                bool ended = false;
                Task collector = Task.Factory.StartNew(() =>
                {
                    while (!Volatile.Read(ref ended))
                    {
                        GC.Collect();
                        // Without a pause .NET does nothing else: threads stop for the next collection first.
                        Thread.Sleep(1);
                    }
                }, TaskCreationOptions.LongRunning);
                var tasks = new List<Task<Deletion>>();
                for (int i = 0; i < 200; i++)
                {
                    // Nobody has this client, nor disposes of it.
                    tasks.Add(sandbox.Client(missingOk: true).DeleteAsync("none" + i));
                    sandbox.Client(missingOk: true).Delete("none" + i);
                    sandbox.Client(missingOk: true).DeleteMany(new[] { "none" + i }).MoveNext();
                }
                Check.That(tasks.All(one => one.Result.Status == DeletionStatus.Absent), "all are absent");
                Volatile.Write(ref ended, true);
                collector.Wait();
            }
        }

        [Test]
        public static void TasksHoldNoThreads()
        {
            using (var silent = new Silent())
            using (Client client = silent.Client())
            using (var source = new CancellationTokenSource())
            {
                int before = Directory.GetDirectories("/proc/self/task").Length;
                List<Task<Deletion>> tasks = Enumerable.Range(0, 2000)
                    .Select(i => client.DeleteAsync("id" + i, source.Token)).ToList();
                silent.Asked(64);
                int during = Directory.GetDirectories("/proc/self/task").Length;
                Console.WriteLine("OS threads at 2,000 tasks: {0}, before: {1}", during, before);
                // The calls that are sent, and what the runtime may begin meanwhile.
                Check.That(during - before < 100, during + " threads");
                source.Cancel();
                foreach (Task<Deletion> task in tasks)
                    Check.Throws<OperationCanceledException>(() => task.GetAwaiter().GetResult());
            }
        }

        /// <summary>A whole program, in a process of its own.</summary>
        internal static async Task<int> Delete()
        {
            using (Client client = Client.FromEnv())
                Console.WriteLine((await client.DeleteAsync(Environment.GetEnvironmentVariable("ID"))).Status);
            return 0;
        }

        [Test]
        public static void AProgramEndsSoonAfterItsLastTask()
        {
            using (var sandbox = new Sandbox())
            {
                var settings = new Dictionary<string, string>
                {
                    { "DINGTALK_ENDPOINT", sandbox.Field("url") },
                    { "DINGTALK_ACCESS_TOKEN", sandbox.Field("access_token") },
                    { "ID", sandbox.Ids[0] },
                };
                Stopwatch time = Stopwatch.StartNew();
                int status = Host.Run(Host.Self, Runner.DeleteAsync, settings, out string said);
                Check.Equal(0, status, said);
                Check.Equal("Deleted", said.Trim());
                Check.That(time.Elapsed < TimeSpan.FromSeconds(8), "it ended after " + time.Elapsed);
            }
        }

        [Test]
        public static void TheEnvironmentIsRead()
        {
            using (var sandbox = new Sandbox())
            {
                string[] names = { "DINGTALK_ENDPOINT", "DINGTALK_APP_KEY", "DINGTALK_APP_SECRET" };
                string[] fields = { "url", "app_key", "app_secret" };
                for (int i = 0; i < names.Length; i++)
                    SetEnv(names[i], sandbox.Field(fields[i]));
                try
                {
                    using (Client client = Client.FromEnv())
                        Check.Equal(DeletionStatus.Deleted, client.Delete(sandbox.Ids[0]).Status);
                    var region = new ClientOptions { FromEnvironment = true, Region = "mars" };
                    Check.Throws<InvalidArgumentException>(() => new Client(region));
                }
                finally
                {
                    foreach (string name in names)
                        unsetenv(name);
                }
                Check.Throws<InvalidArgumentException>(() => Client.FromEnv());
            }
        }

        // .NET's own variables are a copy, which C does not see.

        static void SetEnv(string name, string value)
        {
            Check.Equal(0, setenv(name, value, 1));
        }

        [System.Runtime.InteropServices.DllImport("libc")]
        static extern int setenv(string name, string value, int overwrite);

        [System.Runtime.InteropServices.DllImport("libc")]
        static extern int unsetenv(string name);
    }
}
