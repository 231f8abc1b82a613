using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Tasks;

namespace DingTalk.ExtContact
{
    /// <summary>The functions that C gets. The fields keep them alive for as long as it may call them.</summary>
    internal static class Callbacks
    {
        internal static readonly Native.dtx_done_fn Done = (deletion, error, context) => End(context, () =>
            error == IntPtr.Zero ? Deletion.Take(deletion) : throw DingTalkException.Take(error));

        internal static readonly Native.dtx_item_fn Next = (item, context) => End(context, () => Item.Take(item));

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

        /// <summary>
        /// A task of what a callback is told with the context that begin hands over, which keeps the task alive. Where
        /// begin throws, nobody will be told.
        /// </summary>
        internal static Task<T> Begin<T>(Action<IntPtr> begin)
        {
            // Others may need the thread that tells, so what hangs on the task runs elsewhere.
            var source = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            GCHandle handle = GCHandle.Alloc(source);
            try
            {
                begin(GCHandle.ToIntPtr(handle));
            }
            catch
            {
                handle.Free();
                throw;
            }
            return source.Task;
        }

        /// <summary>No exception may pass into C: whatever goes wrong is the task's.</summary>
        private static void End<T>(IntPtr context, Func<T> outcome)
        {
            GCHandle handle = GCHandle.FromIntPtr(context);
            var source = (TaskCompletionSource<T>)handle.Target;
            handle.Free();
            try
            {
                source.SetResult(outcome());
            }
            catch (Exception thrown)
            {
                source.SetException(thrown);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        internal static void LogTo(LogLevel level, Action<LogLevel, string> sink)
        {
            if (Native.dtx_set_log((int)level, sink == null ? null : Log, IntPtr.Zero) != 0)
                throw new ArgumentOutOfRangeException(nameof(level));
            Sink = sink;
        }
    }
}
