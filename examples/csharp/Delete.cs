// Deletes the external contacts whose ids are given. For C# with the package for .NET.
//
//   mcs -r:DingTalk.ExtContact.dll Delete.cs            (mono)
//   export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
//   mono Delete.exe 0125400001 0125400002
//
// With .NET, put this file into a console project that references the package, and use
// "dotnet run".
//
// DINGTALK_ACCESS_TOKEN serves instead of key and secret. DINGTALK_ENDPOINT leads to a sandbox,
// DINGTALK_REGION to the hosts in China.
//
// Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
using System;
using System.Text.RegularExpressions;
using DingTalk.ExtContact;

static class Delete
{
    static void PrintField(string name, string value)
    {
        if (value != null)
            Console.Error.WriteLine("  {0}: {1}", name, value);
    }

    static void PrintError(string what, DingTalkException error)
    {
        Console.Error.WriteLine("failed: {0}", what);
        // As it is written in JSON: invalid_user_id for InvalidUserId.
        PrintField("kind", Regex.Replace(error.Kind.ToString(), "(?<=.)[A-Z]", "_$0").ToLowerInvariant());
        PrintField("code", error.Code);
        PrintField("message", error.Message);
        PrintField("advice", error.Advice);
        PrintField("request id", error.RequestId);
        PrintField("may be gone", error.MaybeDeleted ? "yes" : "no");
        PrintField("retry after", error.RetryAfter == null ? null : error.RetryAfter.Value.TotalMilliseconds + " ms");
    }

    static void PrintDeletion(Deletion deletion)
    {
        // Absent is fine, but not the same: it does not prove that the id was ever right.
        Console.WriteLine("{0}: {1} (request id {2}){3}",
            deletion.Status == DeletionStatus.Absent ? "absent" : "deleted",
            deletion.UserId, deletion.RequestId ?? "not known",
            deletion.MaybeDeleted ? ", perhaps deleted just now: the reply to an earlier request was lost" : "");
    }

    static int DeleteAll(string[] ids)
    {
        int failed = 0, refused = 0;
        using (Client client = Client.FromEnv())
        {
            foreach (string id in ids)
            {
                try
                {
                    PrintDeletion(client.Delete(id));
                }
                catch (DingTalkException error)
                {
                    PrintError(id, error);
                    failed++;
                    // Refused before anything was sent.
                    if (error.Kind == ErrorKind.InvalidArgument)
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
