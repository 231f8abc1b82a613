using System;
using System.Collections.Generic;
using System.Threading;

namespace DingTalk.ExtContact
{
    /// <summary>
    /// The options of calls, and the token that ends them. Those that have the same share one: cancelled one by one
    /// they would leave their turns to others that are to end, too.
    /// </summary>
    internal sealed class Call : IDisposable
    {
        private static readonly Dictionary<Tuple<CancellationToken, string>, Call> Shared =
            new Dictionary<Tuple<CancellationToken, string>, Call>();

        private readonly Tuple<CancellationToken, string> key;
        private readonly CancellationTokenRegistration registration;
        private int users;

        private Call(Tuple<CancellationToken, string> key, Settings settings)
        {
            this.key = key;
            Handle = new CallHandle(Native.dtx_call_new());
            settings.Give((name, text) => Native.dtx_call_set(Handle, name, text));
            registration = key.Item1.Register(() => Native.dtx_call_cancel(Handle));
        }

        internal CallHandle Handle { get; }

        internal static Call With(CallOptions options, CancellationToken cancellation)
        {
            Settings settings = (options ?? new CallOptions()).Settings();
            var key = Tuple.Create(cancellation, settings.ToString());
            lock (Shared)
            {
                if (!Shared.TryGetValue(key, out Call call))
                    Shared.Add(key, call = new Call(key, settings));
                call.users++;
                return call;
            }
        }

        public void Dispose()
        {
            lock (Shared)
            {
                if (--users > 0)
                    return;
                Shared.Remove(key);
            }
            // Not under the lock: it waits for a cancel that is under way.
            registration.Dispose();
            Handle.Dispose();
        }
    }
}
