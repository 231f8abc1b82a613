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
    /// <see cref="Dispose"/> included; those that take a token are cancelled by it within 100 ms, with an
    /// <see cref="OperationCanceledException"/> whose inner exception is a <see cref="CallCancelledException"/>
    /// that says whether the contact may be gone.
    /// </summary>
    public sealed class Client : IDisposable
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
            IntPtr given = options.FromEnvironment ? Native.dtx_options_from_env() : Native.dtx_options_new();
            try
            {
                options.Give(Native.dtx_options_set, given);
                client = new ClientHandle(Native.Made((out IntPtr made, out IntPtr error) => shared
                    ? Native.dtx_client_shared(given, out made, out error)
                    : Native.dtx_client_new(given, out made, out error)));
            }
            finally
            {
                Native.dtx_options_free(given);
            }
        }

        private delegate int Waiter(CallHandle call, out IntPtr made, out IntPtr error);

        /// <summary>A client with what the environment names, such as DINGTALK_APP_KEY.</summary>
        /// <exception cref="InvalidArgumentException">It is missing or wrong.</exception>
        public static Client FromEnv()
        {
            return new Client(new ClientOptions { FromEnvironment = true });
        }

        /// <summary>
        /// The client that this process has for these options, made where there is none yet: its connections, token
        /// and rate are those of all who ask. To dispose of it leaves it to who asks later.
        /// </summary>
        /// <exception cref="InvalidArgumentException">An option is refused.</exception>
        public static Client Shared(ClientOptions options)
        {
            return new Client(Checked(options), true);
        }

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
            return Entries(Array.ConvertAll(paths, path => Native.Bytes(path, nameof(paths))));
        }

        /// <summary>Deletes a contact, and waits on this thread for the end of the call.</summary>
        /// <param name="userId">The id, sent as it is.</param>
        /// <param name="cancellation">Ends the call.</param>
        /// <exception cref="DingTalkException">It was not deleted, or nobody knows: MaybeDeleted says
        /// which.</exception>
        /// <exception cref="ArgumentException">The id has a NUL or a lone surrogate; nothing was sent.</exception>
        public Deletion Delete(string userId, CancellationToken cancellation = default(CancellationToken))
        {
            return Delete(userId, null, cancellation);
        }

        /// <summary>The same with options of this call.</summary>
        public Deletion Delete(string userId, CallOptions options,
            CancellationToken cancellation = default(CancellationToken))
        {
            byte[] id = Native.Bytes(userId, nameof(userId));
            return Wait(options, cancellation, Deletion.Take, (CallHandle call, out IntPtr made, out IntPtr error) =>
                Native.dtx_client_delete(Asked, id, call, out made, out error));
        }

        /// <summary>Begins to delete a contact. No thread waits for the end: any number may be begun.</summary>
        /// <param name="userId">The id, sent as it is.</param>
        /// <param name="cancellation">Ends the call.</param>
        /// <exception cref="DingTalkException">By the task: it was not deleted, or nobody knows.</exception>
        /// <exception cref="ArgumentException">The id has a NUL or a lone surrogate; nothing was sent.</exception>
        public Task<Deletion> DeleteAsync(string userId, CancellationToken cancellation = default(CancellationToken))
        {
            return DeleteAsync(userId, null, cancellation);
        }

        /// <summary>The same with options of this call.</summary>
        public Task<Deletion> DeleteAsync(string userId, CallOptions options,
            CancellationToken cancellation = default(CancellationToken))
        {
            return Submit(Asked, Native.Bytes(userId, nameof(userId)), options, cancellation);
        }

        /// <summary>Deletes many contacts, several at a time; ids are taken as they are needed.</summary>
        /// <param name="userIds">The ids; one that comes again is dropped.</param>
        /// <param name="options">Of this batch.</param>
        /// <param name="cancellation">Ends the calls under way and takes no more ids.</param>
        /// <returns>What came of each, to be disposed of; <c>foreach</c> does so.</returns>
        /// <exception cref="JournalException">The journal or the backup cannot be used.</exception>
        public DeleteMany DeleteMany(IEnumerable<string> userIds, BatchOptions options = null,
            CancellationToken cancellation = default(CancellationToken))
        {
            if (userIds == null)
                throw new ArgumentNullException(nameof(userIds));
            IEnumerator<string> ids = userIds.GetEnumerator();
            IntPtr given = Native.dtx_batch_options_new();
            try
            {
                options?.Give(Native.dtx_batch_options_set, given);
                var batch = new BatchHandle(Native.Made((out IntPtr made, out IntPtr error) =>
                    Native.dtx_batch_new(Open, given, out made, out error)));
                return new DeleteMany(batch, ids, cancellation);
            }
            finally
            {
                Native.dtx_batch_options_free(given);
            }
        }

        /// <summary>The record of a contact: to look whether it is still there, or to keep a copy.</summary>
        /// <exception cref="InvalidUserIdException">There is no such contact.</exception>
        public Contact Get(string userId, CallOptions options = null,
            CancellationToken cancellation = default(CancellationToken))
        {
            byte[] id = Native.Bytes(userId, nameof(userId));
            return Wait(options, cancellation, Contact.Take, (CallHandle call, out IntPtr made, out IntPtr error) =>
                Native.dtx_client_get(Asked, id, call, out made, out error));
        }

        /// <summary>All contacts, read page by page as they are needed. They may be deleted meanwhile.</summary>
        public IEnumerable<Contact> Contacts(CallOptions options = null,
            CancellationToken cancellation = default(CancellationToken))
        {
            return Contacts(Open, options, cancellation);
        }

        /// <summary>
        /// Creates the contact of a record again, under a new id; nobody is created twice. Where the service gave no
        /// certain answer the status is MayBeCreated, also after a cancel.
        /// </summary>
        /// <param name="record">Of <see cref="Contact.Record"/>, or a line of a backup.</param>
        /// <param name="lookFirst">Whether an earlier call may have created it.</param>
        /// <param name="options">Of each request.</param>
        /// <param name="cancellation">Ends it.</param>
        /// <exception cref="DingTalkException">It was not created.</exception>
        public Restoration Restore(string record, bool lookFirst = false, CallOptions options = null,
            CancellationToken cancellation = default(CancellationToken))
        {
            byte[] text = Native.Bytes(record, nameof(record));
            return Wait(options, cancellation, Restoration.Take, (CallHandle call, out IntPtr made, out IntPtr error) =>
                Native.dtx_client_restore(Asked, text, lookFirst ? 1 : 0, call, out made, out error));
        }

        /// <summary>Says what stands and what is missing before contacts can be deleted. Nothing is deleted.</summary>
        /// <param name="write">Whether the permission to delete is tried, too, with an id that cannot exist.</param>
        /// <param name="options">Of each request.</param>
        /// <param name="cancellation">Ends it.</param>
        public Check Check(bool write = false, CallOptions options = null,
            CancellationToken cancellation = default(CancellationToken))
        {
            Func<IntPtr, Check> take = ExtContact.Check.Take;
            return Wait(options, cancellation, take, (CallHandle call, out IntPtr made, out IntPtr error) =>
                Native.dtx_client_check(Asked, write ? 1 : 0, call, out made, out error));
        }

        /// <summary>Replaces the access token that the client was made with.</summary>
        public void SetAccessToken(string accessToken)
        {
            byte[] token = Native.Bytes(accessToken, nameof(accessToken));
            Native.Made((out IntPtr none, out IntPtr error) =>
            {
                none = IntPtr.Zero;
                return Native.dtx_client_set_access_token(Open, token, out error);
            });
        }

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
        private ClientHandle Open
        {
            get { return disposed ? throw new ObjectDisposedException(nameof(Client)) : client; }
        }

        /// <summary>For calls: that of the library names the contact. A shared client goes on for others.</summary>
        private ClientHandle Asked
        {
            get { return shared ? Open : client; }
        }

        private T Wait<T>(CallOptions options, CancellationToken cancellation, Func<IntPtr, T> take, Waiter wait)
        {
            using (CallHandle call = Call(options, cancellation))
            using (cancellation.Register(() => Native.dtx_call_cancel(call)))
            {
                try
                {
                    return take(Native.Made((out IntPtr made, out IntPtr error) => wait(call, out made, out error)));
                }
                catch (CallCancelledException error) when (cancellation.IsCancellationRequested)
                {
                    throw new OperationCanceledException(error.Message, error, cancellation);
                }
                catch (InvalidArgumentException error) when (disposed)
                {
                    throw new ObjectDisposedException(error.Message, error);
                }
            }
        }

        private async Task<Deletion> Submit(
            ClientHandle asked, byte[] id, CallOptions options, CancellationToken cancellation)
        {
            using (CallHandle call = Call(options, cancellation))
            using (cancellation.Register(() => Native.dtx_call_cancel(call)))
            {
                try
                {
                    return await Pending<Deletion>.Begin(context =>
                        Native.dtx_client_submit(asked, id, call, Callbacks.Done, context)).ConfigureAwait(false);
                }
                catch (CallCancelledException error) when (cancellation.IsCancellationRequested)
                {
                    throw new OperationCanceledException(error.Message, error, cancellation);
                }
                catch (InvalidArgumentException error) when (disposed)
                {
                    throw new ObjectDisposedException(error.Message, error);
                }
            }
        }

        private static CallHandle Call(CallOptions options, CancellationToken cancellation)
        {
            bool needed = options != null || cancellation.CanBeCanceled;
            var call = new CallHandle(needed ? Native.dtx_call_new() : IntPtr.Zero);
            options?.Give(Native.dtx_call_set, call);
            return call;
        }

        private IEnumerable<Contact> Contacts(
            ClientHandle open, CallOptions options, CancellationToken cancellation)
        {
            using (var contacts = new ContactsHandle(Native.Made((out IntPtr made, out IntPtr error) =>
                Native.dtx_client_contacts(open, out made, out error))))
            {
                Contact contact;
                while ((contact = Wait(options, cancellation, Contact.Take,
                    (CallHandle call, out IntPtr made, out IntPtr error) =>
                        Native.dtx_contacts_next(contacts, call, out made, out error))) != null)
                    yield return contact;
            }
        }

        private static IEnumerable<JournalEntry> Entries(byte[][] paths)
        {
            using (var journal = new JournalHandle(Native.Made((out IntPtr made, out IntPtr error) =>
            {
                GCHandle[] pinned = Array.ConvertAll(paths, path => GCHandle.Alloc(path, GCHandleType.Pinned));
                IntPtr[] texts = Array.ConvertAll(pinned, one => one.AddrOfPinnedObject());
                int result = Native.dtx_journal_read(texts, (ulong)texts.Length, out made, out error);
                Array.ForEach(pinned, one => one.Free());
                return result;
            })))
            {
                JournalEntry entry;
                while ((entry = JournalEntry.Take(Native.Made((out IntPtr made, out IntPtr error) =>
                    Native.dtx_journal_next(journal, out made, out error)))) != null)
                    yield return entry;
            }
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
