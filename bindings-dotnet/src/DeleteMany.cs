using System;
using System.Collections;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace DingTalk.ExtContact
{
    /// <summary>
    /// What came of many deletions, in the order in which they end. An error is an item's and is not thrown. It can
    /// be gone through once, by <c>foreach</c> or <see cref="MoveNextAsync"/>; <see cref="Stop"/>,
    /// <see cref="Cancel"/> and the numbers are for any thread, also after the end.
    /// <para>What the ids throw, and an id with a NUL or a lone surrogate, stops the batch; it is thrown after the
    /// items of the calls under way. So is OperationCanceledException where the token was cancelled.</para>
    /// </summary>
    public sealed partial class DeleteMany : IEnumerable<Item>, IEnumerator<Item>
    {
        private readonly BatchHandle batch;
        private readonly CancellationToken cancellation;
        private readonly CancellationTokenRegistration registration;
        /// <summary>Null once no more ids are to be taken.</summary>
        private IEnumerator<string> ids;
        private ExceptionDispatchInfo trouble;
        private bool ended;

        internal DeleteMany(
            ClientHandle client, IEnumerable<string> userIds, BatchOptions options, CancellationToken cancellation)
        {
            ids = userIds?.GetEnumerator() ?? throw new ArgumentNullException(nameof(userIds));
            this.cancellation = cancellation;
            try
            {
                using (var given = new BatchOptionsHandle(Native.dtx_batch_options_new()))
                {
                    (options ?? new BatchOptions()).Give(given);
                    batch = BatchHandle.New(client, given);
                }
                registration = cancellation.Register(Cancel);
            }
            catch
            {
                ids.Dispose();
                throw;
            }
        }

        /// <summary>The item that was moved to; null before the first and after the last.</summary>
        public Item Current { get; private set; }

        object IEnumerator.Current => Current;

        /// <summary>Waits on this thread for the next item; false at the end.</summary>
        public bool MoveNext()
        {
            Push();
            return Took(ended ? null : batch.Next());
        }

        /// <summary>The same without a thread that waits.</summary>
        public async Task<bool> MoveNextAsync()
        {
            Push();
            return Took(ended ? null : await NextAsync().ConfigureAwait(false));
        }

        /// <summary>Starts no more calls; those under way finish. What was not called comes out as not
        /// attempted.</summary>
        public void Stop() => Native.dtx_batch_stop(batch);

        /// <summary>Stops, and ends the calls under way within 100 ms: their items say whether the contact may be
        /// gone.</summary>
        public void Cancel() => Native.dtx_batch_cancel(batch);

        /// <summary>
        /// Stops, and waits for the calls under way, whose items are dropped: the journal and the numbers have them.
        /// Where nothing is left it does nothing.
        /// </summary>
        public void Dispose()
        {
            try
            {
                Abandon();
            }
            finally
            {
                while (!ended)
                    ended = batch.Next() == null;
            }
        }

        /// <summary>The same without a thread that waits.</summary>
        public async Task DisposeAsync()
        {
            try
            {
                Abandon();
            }
            finally
            {
                while (!ended)
                    ended = await NextAsync().ConfigureAwait(false) == null;
            }
        }

        /// <summary>Itself.</summary>
        public IEnumerator<Item> GetEnumerator() => this;

        IEnumerator IEnumerable.GetEnumerator() => this;

        void IEnumerator.Reset() => throw new NotSupportedException();

        /// <summary>Hands over as many ids as the batch wants.</summary>
        private void Push()
        {
            try
            {
                if (cancellation.IsCancellationRequested)
                    Finish();
                while (ids != null && Native.dtx_batch_wants(batch) != 0)
                {
                    if (!ids.MoveNext())
                        Finish();
                    else
                        batch.Push(ids.Current);
                }
            }
            catch (Exception thrown)
            {
                trouble = trouble ?? ExceptionDispatchInfo.Capture(thrown);
                Stop();
                Finish();
            }
        }

        private void Finish()
        {
            Native.dtx_batch_finish(batch);
            IEnumerator<string> taken = ids;
            ids = null;
            taken?.Dispose();
        }

        private Task<Item> NextAsync() =>
            Callbacks.Begin<Item>(context => batch.SubmitNext(Callbacks.Next, context));

        private bool Took(Item item)
        {
            Current = item;
            if (item == null && !ended)
            {
                ended = true;
                registration.Dispose();
                trouble?.Throw();
                cancellation.ThrowIfCancellationRequested();
            }
            return item != null;
        }

        /// <summary>What it throws is the ids' own.</summary>
        private void Abandon()
        {
            Current = null;
            registration.Dispose();
            if (!ended)
            {
                Stop();
                Finish();
            }
        }
    }
}
