using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace DingTalk.ExtContact.Tests
{
    public static class DeleteManyTest
    {
        static async Task<List<Item>> All(DeleteMany items)
        {
            var all = new List<Item>();
            while (await items.MoveNextAsync())
                all.Add(items.Current);
            return all;
        }

        static IEnumerable<string> Endless(Action taken)
        {
            for (int i = 0; ; i++)
            {
                taken();
                yield return "none" + i;
            }
        }

        [Test]
        public static async Task EachIdComesOutOnceAndAJournalIsTakenUp()
        {
            using (var folder = new Folder())
            using (var sandbox = new Sandbox())
            using (Client client = sandbox.Client())
            {
                var options = new BatchOptions { Journal = folder / "\u5ba2.jsonl", Backup = folder / "backup.jsonl", Concurrency = 2 };
                List<string> ids = sandbox.Ids;
                ids.AddRange(new[] { "none", ids[0] });
                DeleteMany items = client.DeleteMany(ids, options);
                Check.Equal(null, items.SummaryJson);
                List<Item> all = items.ToList();
                Check.Equal(ids.Count - 1, all.Count);
                foreach (Item item in all)
                {
                    Check.Equal(item.UserId == "none", item.Error is InvalidUserIdException);
                    Check.Equal(item.UserId == "none", item.Deletion == null);
                    Check.That(!item.NotAttempted && !item.SettledBefore && item.Time != null, item.Json);
                }
                Check.Equal(ids.Count - 2, (int)items.Deleted);
                Check.Equal(1L, items.Failed);
                Check.Equal(1L, items.Repeated);
                Check.Equal(null, items.Paused);
                Check.That(items.SummaryJson.Contains("\"deleted\":" + (ids.Count - 2)), items.SummaryJson);
                Check.That(!items.MoveNext() && items.Current == null, "it has ended");
                DeleteMany again = client.DeleteMany(ids, options);
                Check.Equal(ids.Count - 1, (await All(again)).Count(item => item.SettledBefore));
                Check.Equal(0L, again.Calls);
                List<JournalEntry> entries = Client.ReadJournal(folder / "\u5ba2.jsonl").ToList();
                Check.Equal(ids.Count - 1, entries.Count);
                Check.Equal(1, entries.Count(entry => entry.State == JournalState.NotDeleted || entry.State == JournalState.WasNotThere));
                Check.Equal(1, entries.Count(entry => entry.Kind == ErrorKind.InvalidUserId && entry.Code == "33012"));
                Check.That(entries.All(entry => entry.Journal.EndsWith("\u5ba2.jsonl") && entry.Run == 1), entries[0].Json);
                Check.Equal(ids.Count - 2, File.ReadLines(folder / "backup.jsonl").Count(line => line.Contains("\"record\":")));
            }
        }

        [Test]
        public static void AJournalThatCannotBeUsedIsRefused()
        {
            using (var folder = new Folder())
            using (var sandbox = new Sandbox())
            using (Client client = sandbox.Client())
            {
                var options = new BatchOptions { Journal = folder / "none/journal" };
                Check.Throws<JournalException>(() => client.DeleteMany(sandbox.Ids, options));
                Check.Throws<JournalException>(() => Client.ReadJournal(folder / "none").ToList());
                var ids = new Ids();
                Check.Throws<JournalException>(() => client.DeleteMany(ids, options));
                Check.Equal(ids.Begun, ids.Disposed, "how many were disposed of");
            }
        }

        [Test]
        public static async Task IdsThatCannotBeDisposedOfKeepNothingFromEnding()
        {
            foreach (bool waiting in new[] { true, false })
            {
                using (var sandbox = new Sandbox("--faults delay=1@50ms"))
                using (Client client = sandbox.Client(missingOk: true))
                {
                    DeleteMany items = client.DeleteMany(new Ids { Trouble = "on purpose" });
                    Check.That(items.MoveNext(), "an item");
                    var thrown = await Check.ThrowsAsync<InvalidOperationException>(async () =>
                    {
                        if (waiting)
                            items.Dispose();
                        else
                            await items.DisposeAsync();
                    });
                    Check.Equal("on purpose", thrown.Message);
                    Check.That(items.SummaryJson != null, "what was under way has ended");
                }
            }
        }

        [Test]
        public static async Task IdsAreTakenAsTheyAreNeededAndABreakStops()
        {
            using (var folder = new Folder())
            using (var sandbox = new Sandbox("--faults delay=1@100ms"))
            using (Client client = sandbox.Client(missingOk: true))
            {
                int taken = 0, seen = 0;
                var options = new BatchOptions { Journal = folder / "journal.jsonl" };
                DeleteMany items = client.DeleteMany(Endless(() => taken++), options);
                foreach (Item item in items)
                {
                    Check.Equal(DeletionStatus.Absent, item.Deletion.Status);
                    if (++seen == 20)
                        break;
                }
                Check.That(taken < 100, taken + " were taken");
                Check.That(!items.MoveNext() && !await items.MoveNextAsync(), "it has ended");
                Check.That(items.SummaryJson != null && items.Absent > 20, "what was under way has ended");
                // The journal is let go, and has what ended unseen.
                DeleteMany again = client.DeleteMany(new[] { "none0" }, options);
                Check.That(again.Single().SettledBefore, "it was settled");
                DeleteMany other = client.DeleteMany(Endless(() => { }));
                Check.That(await other.MoveNextAsync(), "an item");
                await other.DisposeAsync();
                Check.That(!await other.MoveNextAsync(), "it has ended");
            }
        }

        [Test]
        public static async Task ManyAreWaitedForWithoutThreads()
        {
            using (var sandbox = new Sandbox("--faults delay=1@50ms"))
            using (Client client = sandbox.Client(missingOk: true))
            {
                Task<List<Item>>[] batches = Enumerable.Range(0, 20)
                    .Select(batch => All(client.DeleteMany(Enumerable.Range(0, 20).Select(id => "none" + batch + "-" + id)))).ToArray();
                Check.That((await Task.WhenAll(batches)).All(all => all.Count == 20), "each has its items");
            }
        }

        [Test]
        public static async Task ATokenCancelsWhatIsUnderWayWhichStillComesOut()
        {
            foreach (bool waiting in new[] { true, false })
            {
                using (var silent = new Silent())
                using (Client client = silent.Client())
                using (var source = new CancellationTokenSource())
                {
                    DeleteMany items = client.DeleteMany(Endless(() => { }), new BatchOptions { Concurrency = 4 }, source.Token);
                    var all = new List<Item>();
                    Task ended = Task.Run(async () =>
                    {
                        while (waiting ? items.MoveNext() : await items.MoveNextAsync())
                            all.Add(items.Current);
                    });
                    silent.Asked(4);
                    Stopwatch time = Stopwatch.StartNew();
                    source.Cancel();
                    var thrown = await Check.ThrowsAsync<OperationCanceledException>(() => ended);
                    Check.That(time.Elapsed < ClientTest.Soon, "it ended after " + time.Elapsed);
                    Check.Equal(source.Token, thrown.CancellationToken);
                    Check.Equal(4, all.Count(item => item.Error is CallCancelledException && item.Error.MaybeDeleted));
                    Check.Equal(all.Count - 4, all.Count(item => item.NotAttempted));
                    Check.Equal(4L, items.MaybeDeleted);
                    Check.That(!items.MoveNext(), "it has ended");
                }
            }
        }

        [Test]
        public static void WhatTheIdsThrowComesAfterWhatIsUnderWay()
        {
            using (var sandbox = new Sandbox("--faults delay=1@50ms"))
            using (Client client = sandbox.Client(missingOk: true))
            {
                foreach (string bad in new[] { "01\0" + "02", "01\ud83d", null })
                {
                    var items = client.DeleteMany(new[] { "none1", "none2", bad, "none3" });
                    int seen = 0;
                    Check.Throws<ArgumentException>(() =>
                    {
                        foreach (Item item in items)
                            seen++;
                    });
                    Check.Equal(2, seen);
                    Check.Equal(2L, items.Absent + items.NotAttempted);
                }
                var thrown = Check.Throws<InvalidOperationException>(() => client.DeleteMany(
                    Endless(() => throw new InvalidOperationException("on purpose"))).ToList());
                Check.Equal("on purpose", thrown.Message);
            }
        }

        [Test]
        public static void AStopLeavesTheRestNotAttempted()
        {
            using (var sandbox = new Sandbox())
            using (Client client = sandbox.Client(missingOk: true))
            {
                DeleteMany items = client.DeleteMany(Enumerable.Range(0, 500).Select(i => "none" + i));
                Check.That(items.MoveNext(), "an item");
                items.Stop();
                int left = 1;
                while (items.MoveNext())
                    left++;
                Check.Equal(500, left);
                Check.That(items.NotAttempted > 400, items.NotAttempted + " were not attempted");
            }
        }

        [Test]
        public static async Task ABatchGoesOnWhereAnotherHasThrottledIt()
        {
            using (var sandbox = new Sandbox("--faults throttle=first=1"))
            using (Client client = sandbox.Client())
            {
                DeleteMany items = client.DeleteMany(sandbox.Ids.Take(3), new BatchOptions { Concurrency = 1 });
                Task<List<Item>> all = All(items);
                while (items.Paused == null)
                    Check.That(!all.IsCompleted, "it paused");
                Check.That(items.Paused <= TimeSpan.FromMinutes(5), "it says for how long");
                Check.That((await all).All(item => item.Deletion != null), "all are deleted");
            }
        }
    }

    /// <summary>Endless ids that know whether they are let go, and perhaps throw then.</summary>
    sealed class Ids : IEnumerable<string>, IEnumerator<string>
    {
        internal int Begun, Disposed;
        internal string Trouble;
        int number;

        public string Current => "none" + number;

        object IEnumerator.Current => Current;

        public bool MoveNext() => ++number > 0;

        public void Reset() => throw new NotSupportedException();

        public void Dispose()
        {
            Disposed++;
            if (Trouble != null)
                throw new InvalidOperationException(Trouble);
        }

        public IEnumerator<string> GetEnumerator()
        {
            Begun++;
            return this;
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    sealed class Folder : IDisposable
    {
        readonly string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        internal Folder()
        {
            Directory.CreateDirectory(path);
        }

        public static string operator /(Folder folder, string name)
        {
            return Path.Combine(folder.path, name);
        }

        public void Dispose()
        {
            Directory.Delete(path, true);
        }
    }
}
