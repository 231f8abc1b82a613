using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace DingTalk.ExtContact
{
    /// <summary>
    /// Deletes external contacts of a DingTalk organisation, which has no undo. It keeps its connections and its
    /// token: make one and share it. All methods may be called from any thread at any time,
    /// <see cref="Dispose"/> included; those that take a token are cancelled by it within 100 ms, with a
    /// <see cref="RequestCanceledException"/> that says whether the contact may be gone. Give the calls of a group one
    /// token: none of them sends anything once it is cancelled.
    /// </summary>
    public sealed partial class Client : IDisposable
    {
        private readonly ClientHandle client;
        private readonly bool shared;
        private volatile bool disposed;

        /// <summary>A client of its own. Options, proxy variables and certificates are read here, once.</summary>
        /// <exception cref="InvalidArgumentException">An option is refused.</exception>
        public Client(ClientOptions options) : this(Checked(options), false) { }

        private Client(ClientOptions options, bool shared)
        {
            this.shared = shared;
            using (var given = new OptionsHandle(
                options.FromEnvironment ? Native.dtx_options_from_env() : Native.dtx_options_new()))
            {
                options.Give(given);
                client = shared ? ClientHandle.Shared(given) : ClientHandle.New(given);
            }
        }

        /// <summary>A client with what the environment names, such as DINGTALK_APP_KEY.</summary>
        /// <exception cref="InvalidArgumentException">It is missing or wrong.</exception>
        public static Client FromEnv() => new Client(new ClientOptions { FromEnvironment = true });

        /// <summary>
        /// The client that this process has for these options, made where there is none yet: its connections, token
        /// and rate are those of all who ask. To dispose of it leaves it to who asks later.
        /// </summary>
        /// <exception cref="InvalidArgumentException">An option is refused.</exception>
        public static Client Shared(ClientOptions options) => new Client(Checked(options), true);

        /// <summary>
        /// Sends the log lines of the library, of all clients of the process, to a function; no secret is in them.
        /// It is called on several threads at once, and must return soon.
        /// </summary>
        /// <param name="level">What is logged.</param>
        /// <param name="sink">Is given the level of a line and the line; null for none.</param>
        public static void LogTo(LogLevel level, Action<LogLevel, string> sink)
        {
            Library.Need();
            Callbacks.LogTo(level, sink);
        }

        /// <summary>What became of each id, by one journal of <see cref="DeleteMany"/> or several.</summary>
        /// <exception cref="JournalException">Thrown on the way: a file cannot be read, or is no journal.</exception>
        public static IEnumerable<JournalEntry> ReadJournal(params string[] paths)
        {
            if (paths == null)
                throw new ArgumentNullException(nameof(paths));
            Library.Need();
            byte[][] texts = Array.ConvertAll(paths, path => Native.Bytes(path, nameof(paths)));
            return Each(() => Read(texts), journal => journal.Next());
        }

        /// <summary>The same as <see cref="Delete(string, CallOptions, CancellationToken)"/> with the client's own
        /// options.</summary>
        public Deletion Delete(string userId, CancellationToken cancellation) => Delete(userId, null, cancellation);

        /// <summary>Begins to delete a contact. No thread waits for the end: any number may be begun.</summary>
        /// <param name="userId">The id, sent as it is.</param>
        /// <param name="options">Options of this call.</param>
        /// <param name="cancellation">Ends the call.</param>
        /// <returns>Where the call was cancelled the task is faulted, not cancelled, so that Wait and Result show the
        /// <see cref="RequestCanceledException"/>, too.</returns>
        /// <exception cref="DingTalkException">By the task: it was not deleted, or nobody knows.</exception>
        /// <exception cref="ArgumentException">The id has a NUL or a lone surrogate; nothing was sent.</exception>
        public Task<Deletion> DeleteAsync(string userId, CallOptions options = null,
            CancellationToken cancellation = default(CancellationToken)) =>
            Submit(Asked, Native.Bytes(userId, nameof(userId)), options, cancellation).Unwrap();

        /// <summary>The same with the client's own options.</summary>
        public Task<Deletion> DeleteAsync(string userId, CancellationToken cancellation) =>
            DeleteAsync(userId, null, cancellation);

        /// <summary>Deletes many contacts, several at a time; ids are taken as they are needed.</summary>
        /// <param name="userIds">The ids; one that comes again is dropped.</param>
        /// <param name="options">Of this batch.</param>
        /// <param name="cancellation">Ends the calls under way and takes no more ids.</param>
        /// <returns>What came of each, to be disposed of; <c>foreach</c> does so.</returns>
        /// <exception cref="JournalException">The journal or the backup cannot be used.</exception>
        public DeleteMany DeleteMany(IEnumerable<string> userIds, BatchOptions options = null,
            CancellationToken cancellation = default(CancellationToken)) =>
            new DeleteMany(Open, userIds, options, cancellation);

        /// <summary>All contacts, read page by page as they are needed. They may be deleted meanwhile.</summary>
        public IEnumerable<Contact> Contacts(CallOptions options = null,
            CancellationToken cancellation = default(CancellationToken)) =>
            Each(Open.Contacts, contacts => Wait(options, cancellation, contacts.Next));

        /// <summary>Replaces the access token that the client was made with.</summary>
        public void SetAccessToken(string accessToken) => Open.SetAccessToken(accessToken);

        /// <summary>
        /// Refuses calls from now on, with an <see cref="ObjectDisposedException"/>. Those under way go on to their
        /// end.
        /// </summary>
        public void Dispose()
        {
            disposed = true;
            if (shared)
                client.Dispose();
            else
                Native.dtx_client_close(client);
        }

        private static ClientOptions Checked(ClientOptions options)
        {
            Library.Need();
            return options ?? throw new ArgumentNullException(nameof(options));
        }

        /// <summary>For what the library does not refuse by itself.</summary>
        private ClientHandle Open => disposed ? throw new ObjectDisposedException(nameof(Client)) : client;

        /// <summary>For calls: that of the library names the contact. A shared client goes on for others.</summary>
        private ClientHandle Asked => shared ? Open : client;

        private T Wait<T>(CallOptions options, CancellationToken cancellation, Func<CallHandle, T> wait)
        {
            using (CallGroup group = CallGroup.Join(cancellation))
            using (CallHandle call = group.Call(options))
            {
                try
                {
                    return wait(call);
                }
                catch (DingTalkException error)
                {
                    throw Explained(error, cancellation);
                }
            }
        }

        /// <summary>
        /// A task in a task: one that an OperationCanceledException is thrown out of would end as cancelled, and its
        /// Wait and Result would not show that exception.
        /// </summary>
        private async Task<Task<Deletion>> Submit(
            ClientHandle asked, byte[] id, CallOptions options, CancellationToken cancellation)
        {
            using (CallGroup group = CallGroup.Join(cancellation))
            using (CallHandle call = group.Call(options))
            {
                try
                {
                    return Task.FromResult(await Callbacks.Begin<Deletion>(context => Native.dtx_client_submit(
                        asked, id, call, Callbacks.Done, context)).ConfigureAwait(false));
                }
                catch (DingTalkException error)
                {
                    return Task.FromException<Deletion>(Explained(error, cancellation));
                }
            }
        }

        /// <summary>The error as .NET's own kind of exception, where there is one.</summary>
        private Exception Explained(DingTalkException error, CancellationToken cancellation)
        {
            if (error is CallCancelledException cancelled && cancellation.IsCancellationRequested)
                return new RequestCanceledException(cancelled, cancellation);
            if (error is InvalidArgumentException && disposed)
                return new ObjectDisposedException(error.Message, error);
            return error;
        }

        /// <summary>What is read anew by each who goes through it, until there is no next.</summary>
        private static IEnumerable<T> Each<THandle, T>(Func<THandle> begin, Func<THandle, T> next)
            where THandle : IDisposable where T : class
        {
            using (THandle handle = begin())
            {
                for (T one = next(handle); one != null; one = next(handle))
                    yield return one;
            }
        }

        private static JournalHandle Read(byte[][] paths)
        {
            GCHandle[] pinned = Array.ConvertAll(paths, path => GCHandle.Alloc(path, GCHandleType.Pinned));
            IntPtr[] texts = Array.ConvertAll(pinned, one => one.AddrOfPinnedObject());
            Native.dtx_journal_read(texts, (ulong)texts.Length, out IntPtr journal, out IntPtr error);
            Array.ForEach(pinned, one => one.Free());
            DingTalkException.Throw(error);
            return new JournalHandle(journal);
        }
    }

    public sealed partial class ClientOptions
    {
        /// <summary>Whether what is not set here is taken from the environment: DINGTALK_ACCESS_TOKEN, or
        /// DINGTALK_APP_KEY and DINGTALK_APP_SECRET; DINGTALK_REGION, DINGTALK_ENDPOINT. It is the one that the
        /// process was started with: on Unix .NET keeps what SetEnvironmentVariable says to itself.</summary>
        public bool FromEnvironment { get; set; }
    }
}
