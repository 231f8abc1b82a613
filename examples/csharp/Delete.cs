// Deletes the external contacts whose ids are given.
//
//   mcs Delete.cs                            (mono)
//   export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
//   mono Delete.exe 0125400001 0125400002
//
// With .NET, put this file into a console project and use "dotnet run". The system's loader has
// to find the library: LD_LIBRARY_PATH on Linux, PATH on Windows, or the program's own folder.
//
// DINGTALK_ACCESS_TOKEN serves instead of key and secret. DINGTALK_ENDPOINT leads to a sandbox,
// DINGTALK_REGION to the hosts in China.
//
// Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
using System;
using System.Runtime.InteropServices;
using System.Text;

namespace DingTalk
{
    // A pointer that frees itself, and that is not freed while a call uses it.
    abstract class Handle : SafeHandle
    {
        protected Handle() : base(IntPtr.Zero, true) { }

        public override bool IsInvalid { get { return handle == IntPtr.Zero; } }
    }

    sealed class OptionsHandle : Handle
    {
        protected override bool ReleaseHandle() { Native.dtx_options_free(handle); return true; }
    }

    sealed class ClientHandle : Handle
    {
        protected override bool ReleaseHandle() { Native.dtx_client_free(handle); return true; }
    }

    sealed class DeletionHandle : Handle
    {
        protected override bool ReleaseHandle() { Native.dtx_deletion_free(handle); return true; }
    }

    sealed class ErrorHandle : Handle
    {
        protected override bool ReleaseHandle() { Native.dtx_error_free(handle); return true; }
    }

    // What is used of dingtalk_extcontact.h. Text goes in as bytes and comes out as pointers: the
    // marshaller's own idea of a string is not UTF-8 everywhere, and it would free what it got.
    static class Native
    {
        const string Library = "dingtalk_extcontact";
        const CallingConvention C = CallingConvention.Cdecl;

        public const int Ok = 0;
        public const int InvalidArgument = 1;
        public const int StatusAbsent = 2;

        [DllImport(Library, CallingConvention = C)]
        public static extern IntPtr dtx_result_name(int result);

        [DllImport(Library, CallingConvention = C)]
        public static extern OptionsHandle dtx_options_from_env();
        [DllImport(Library, CallingConvention = C)]
        public static extern void dtx_options_free(IntPtr options);

        [DllImport(Library, CallingConvention = C)]
        public static extern int dtx_client_new(
            OptionsHandle options, out ClientHandle client, out ErrorHandle error);
        [DllImport(Library, CallingConvention = C)]
        public static extern void dtx_client_free(IntPtr client);
        [DllImport(Library, CallingConvention = C)]
        public static extern int dtx_client_delete(
            ClientHandle client, byte[] userId, IntPtr call,
            out DeletionHandle deletion, out ErrorHandle error);

        [DllImport(Library, CallingConvention = C)]
        public static extern int dtx_deletion_status(DeletionHandle deletion);
        [DllImport(Library, CallingConvention = C)]
        public static extern int dtx_deletion_maybe_deleted(DeletionHandle deletion);
        [DllImport(Library, CallingConvention = C)]
        public static extern IntPtr dtx_deletion_request_id(DeletionHandle deletion);
        [DllImport(Library, CallingConvention = C)]
        public static extern void dtx_deletion_free(IntPtr deletion);

        [DllImport(Library, CallingConvention = C)]
        public static extern int dtx_error_kind(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)]
        public static extern IntPtr dtx_error_message(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)]
        public static extern IntPtr dtx_error_advice(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)]
        public static extern IntPtr dtx_error_code(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)]
        public static extern IntPtr dtx_error_request_id(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)]
        public static extern int dtx_error_maybe_deleted(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)]
        public static extern int dtx_error_retry_after_ms(ErrorHandle error, out ulong ms);
        [DllImport(Library, CallingConvention = C)]
        public static extern void dtx_error_free(IntPtr error);

        // Throws where the text is not valid UTF-16, instead of putting question marks in.
        static readonly Encoding Utf8 = new UTF8Encoding(false, true);

        public static byte[] ToUtf8(string text)
        {
            // A NUL inside would end it for C: another contact could be meant then.
            if (text.IndexOf('\0') >= 0)
                throw new ArgumentException("text with a NUL character in it");
            return Utf8.GetBytes(text + '\0');
        }

        // A copy; null where it is not known. The library's text stays the library's.
        public static string FromUtf8(IntPtr text)
        {
            if (text == IntPtr.Zero)
                return null;
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0)
                length++;
            byte[] bytes = new byte[length];
            Marshal.Copy(text, bytes, 0, length);
            return Utf8.GetString(bytes);
        }
    }

    // Why a contact was not deleted, or a client not made. What is not known is null.
    sealed class DingTalkException : Exception
    {
        public int Kind { get; private set; }
        public string KindName { get; private set; }
        public string Code { get; private set; }
        public string Advice { get; private set; }
        public string RequestId { get; private set; }
        public bool MaybeDeleted { get; private set; }
        public TimeSpan? RetryAfter { get; private set; }

        internal DingTalkException(ErrorHandle error)
            : base(Native.FromUtf8(Native.dtx_error_message(error)))
        {
            Kind = Native.dtx_error_kind(error);
            KindName = Native.FromUtf8(Native.dtx_result_name(Kind));
            Code = Native.FromUtf8(Native.dtx_error_code(error));
            Advice = Native.FromUtf8(Native.dtx_error_advice(error));
            RequestId = Native.FromUtf8(Native.dtx_error_request_id(error));
            MaybeDeleted = Native.dtx_error_maybe_deleted(error) != 0;
            ulong ms;
            if (Native.dtx_error_retry_after_ms(error, out ms) != 0)
                RetryAfter = TimeSpan.FromMilliseconds(ms);
        }
    }

    // The good end of a call: the contact is gone.
    sealed class Deletion
    {
        public bool Absent { get; private set; }
        public bool MaybeDeleted { get; private set; }
        public string RequestId { get; private set; }

        internal Deletion(DeletionHandle deletion)
        {
            Absent = Native.dtx_deletion_status(deletion) == Native.StatusAbsent;
            MaybeDeleted = Native.dtx_deletion_maybe_deleted(deletion) != 0;
            RequestId = Native.FromUtf8(Native.dtx_deletion_request_id(deletion));
        }
    }

    // Make one and share it: it keeps its connections and its token, and heeds the rate limit.
    // Any number of threads may use it, also while one disposes of it.
    sealed class Client : IDisposable
    {
        readonly ClientHandle client;
        volatile bool disposed;

        Client(ClientHandle client) { this.client = client; }

        public static Client FromEnvironment()
        {
            ClientHandle client;
            ErrorHandle error;
            using (OptionsHandle options = Native.dtx_options_from_env())
            {
                int result = Native.dtx_client_new(options, out client, out error);
                using (error)
                {
                    if (result != Native.Ok)
                        throw new DingTalkException(error);
                    return new Client(client);
                }
            }
        }

        public Deletion Delete(string userId)
        {
            // The handle alone refuses calls only once no other call uses it.
            if (disposed)
                throw new ObjectDisposedException("Client");
            DeletionHandle deletion;
            ErrorHandle error;
            int result = Native.dtx_client_delete(
                client, Native.ToUtf8(userId), IntPtr.Zero, out deletion, out error);
            // One of the two is null inside, and then there is nothing to free.
            using (deletion)
            using (error)
            {
                if (result != Native.Ok)
                    throw new DingTalkException(error);
                return new Deletion(deletion);
            }
        }

        // Calls under way finish. Later ones are refused.
        public void Dispose()
        {
            disposed = true;
            client.Dispose();
        }
    }

    static class Program
    {
        static void PrintField(string name, string value)
        {
            if (value != null)
                Console.Error.WriteLine("  {0}: {1}", name, value);
        }

        static void PrintError(string what, DingTalkException error)
        {
            Console.Error.WriteLine("failed: {0}", what);
            PrintField("kind", error.KindName);
            PrintField("code", error.Code);
            PrintField("message", error.Message);
            PrintField("advice", error.Advice);
            PrintField("request id", error.RequestId);
            PrintField("may be gone", error.MaybeDeleted ? "yes" : "no");
            if (error.RetryAfter != null)
                PrintField("retry after", error.RetryAfter.Value.TotalMilliseconds + " ms");
        }

        static void PrintDeletion(string userId, Deletion deletion)
        {
            // Absent is fine, but not the same: it does not prove that the id was ever right.
            Console.WriteLine("{0}: {1} (request id {2}){3}",
                deletion.Absent ? "absent" : "deleted", userId, deletion.RequestId ?? "not known",
                deletion.MaybeDeleted
                    ? ", perhaps deleted just now: the reply to an earlier request was lost" : "");
        }

        static int DeleteAll(string[] ids)
        {
            int failed = 0, refused = 0;
            using (Client client = Client.FromEnvironment())
            {
                foreach (string id in ids)
                {
                    try
                    {
                        PrintDeletion(id, client.Delete(id));
                    }
                    catch (DingTalkException error)
                    {
                        PrintError(id, error);
                        failed++;
                        // Refused before anything was sent.
                        if (error.Kind == Native.InvalidArgument)
                            refused++;
                    }
                }
            }
            if (failed == 0)
                return 0;
            return refused == ids.Length ? 2 : 1;
        }

        static int Main(string[] args)
        {
            if (args.Length == 0)
            {
                Console.Error.WriteLine("usage: Delete ID...");
                return 2;
            }
            try
            {
                return DeleteAll(args);
            }
            catch (DingTalkException error)
            {
                PrintError("no client", error);
                return 2;
            }
        }
    }
}
