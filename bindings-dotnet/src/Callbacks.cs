using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Tasks;

namespace DingTalk.ExtContact
{
    /// <summary>
    /// What the library tells a callback, as a task. It is told on a thread that others may need to go on, so what
    /// hangs on the task runs elsewhere.
    /// </summary>
    internal sealed class Pending<T> : TaskCompletionSource<T>
    {
        private Pending() : base(TaskCreationOptions.RunContinuationsAsynchronously) { }

        /// <summary>
        /// Hands the library a context that keeps the task alive. Where begin throws, nobody will be told.
        /// </summary>
        internal static Task<T> Begin(Action<IntPtr> begin)
        {
            var pending = new Pending<T>();
            GCHandle handle = GCHandle.Alloc(pending);
            try
            {
                begin(GCHandle.ToIntPtr(handle));
            }
            catch
            {
                handle.Free();
                throw;
            }
            return pending.Task;
        }

        /// <summary>No exception may pass into C: whatever goes wrong is the task's.</summary>
        internal static void Tell(IntPtr context, Func<T> outcome)
        {
            GCHandle handle = GCHandle.FromIntPtr(context);
            var pending = (Pending<T>)handle.Target;
            handle.Free();
            try
            {
                pending.TrySetResult(outcome());
            }
            catch (Exception thrown)
            {
                pending.TrySetException(thrown);
            }
        }
    }

    /// <summary>The functions that C gets. The fields keep them alive for as long as it may call them.</summary>
    internal static class Callbacks
    {
        internal static readonly Native.dtx_done_fn Done = (deletion, error, context) =>
            Pending<Deletion>.Tell(context, () =>
                error == IntPtr.Zero ? Deletion.Take(deletion) : throw DingTalkException.Take(error));

        internal static readonly Native.dtx_item_fn Next = (item, context) =>
            Pending<Item>.Tell(context, () => Item.Take(item));

        private static readonly Native.dtx_log_fn Log = (level, message, context) =>
        {
            try
            {
                Sink?.Invoke((LogLevel)level, Native.Text(message));
            }
            catch (Exception)
            {
                // There is nobody to tell, and a log that fails must not end a call.
            }
        };

        private static volatile Action<LogLevel, string> Sink;

        [MethodImpl(MethodImplOptions.NoInlining)]
        internal static void LogTo(LogLevel level, Action<LogLevel, string> sink)
        {
            Action<LogLevel, string> before = Sink;
            Sink = sink;
            if (Native.dtx_set_log((int)level, sink == null ? null : Log, IntPtr.Zero) == 0)
                return;
            Sink = before;
            throw new ArgumentOutOfRangeException(nameof(level));
        }
    }
}
