using System;
using System.Collections.Generic;
using System.Threading;

namespace DingTalk.ExtContact
{
    /// <summary>
    /// The calls of one token, whatever their options are. It ends them together: cancelled one by one they would
    /// leave their turns to others that are to end, too.
    /// </summary>
    internal sealed class CallGroup : IDisposable
    {
        private static readonly Dictionary<CancellationToken, CallGroup> Groups =
            new Dictionary<CancellationToken, CallGroup>();

        private readonly CallHandle parent = new CallHandle(Native.dtx_call_new());
        private readonly CancellationToken cancellation;
        private readonly CancellationTokenRegistration registration;
        private int users;

        private CallGroup(CancellationToken cancellation)
        {
            this.cancellation = cancellation;
            registration = cancellation.Register(() => Native.dtx_call_cancel(parent));
        }

        internal static CallGroup Join(CancellationToken cancellation)
        {
            lock (Groups)
            {
                if (!Groups.TryGetValue(cancellation, out CallGroup group))
                    Groups.Add(cancellation, group = new CallGroup(cancellation));
                group.users++;
                return group;
            }
        }

        internal CallHandle Call(CallOptions options)
        {
            var call = new CallHandle(Native.dtx_call_child(parent));
            (options ?? new CallOptions()).Give(call);
            return call;
        }

        public void Dispose()
        {
            lock (Groups)
            {
                if (--users > 0)
                    return;
                Groups.Remove(cancellation);
            }
            // Not under the lock: it waits for a cancel that is under way.
            registration.Dispose();
            parent.Dispose();
        }
    }
}
