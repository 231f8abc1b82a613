// Made of the C header by tools/declarations; `make header` renews it.
using System;
using System.Collections.Generic;

namespace DingTalk.ExtContact
{
    /// <summary>What stands and what is missing before contacts can be deleted.</summary>
    public sealed class Check
    {
        /// <summary>Whether no step failed and none is left unknown.</summary>
        public bool Ok { get; }

        /// <summary>The steps, in the order in which a call needs them.</summary>
        public IReadOnlyList<CheckStep> Steps { get; }

        /// <summary>What the service really answered, as a JSON object that is fit to be shown to others: codes,
        /// request ids, sizes and types, without names, credentials and addresses.</summary>
        public string Report { get; }

        /// <summary>All of it as one JSON object, the same in every language: ok; steps, each with step, status (ok,
        /// warning, failed, unknown or skipped), text and, where there are, advice and error; and the report.</summary>
        public string Json { get; }

        private Check(IntPtr from)
        {
            Ok = Native.dtx_check_ok(from) != 0;
            Steps = Native.List(Native.dtx_check_step_count(from), place => CheckStep.Of(Native.dtx_check_step_at(from, place)));
            Report = Native.Text(Native.dtx_check_report(from));
            Json = Native.Text(Native.dtx_check_json(from));
        }

        internal static Check Of(IntPtr from)
        {
            return from == IntPtr.Zero ? null : new Check(from);
        }

        internal static Check Take(IntPtr from)
        {
            try
            {
                return Of(from);
            }
            finally
            {
                Native.dtx_check_free(from);
            }
        }
    }

    /// <summary>A step of a check.</summary>
    public sealed class CheckStep
    {
        /// <summary>What it looks at: "credentials", "lookup", "proxy", "connection", "tls", "clock", "token",
        /// "read_permission", "white_list", "limits" or "write_permission"; a later version may look at more.</summary>
        public string Name { get; }

        /// <summary>What came of it.</summary>
        public CheckStatus Status { get; }

        /// <summary>What was found, in one line for people.</summary>
        public string Text { get; }

        /// <summary>What to do, or null where nothing is to be done.</summary>
        public string Advice { get; }

        /// <summary>The error that it ended with, or null.</summary>
        public DingTalkException Error { get; }

        private CheckStep(IntPtr from)
        {
            Name = Native.Text(Native.dtx_check_step_name(from));
            Status = Known.CheckStatus(Native.dtx_check_step_status(from));
            Text = Native.Text(Native.dtx_check_step_text(from));
            Advice = Native.Text(Native.dtx_check_step_advice(from));
            Error = DingTalkException.Of(Native.dtx_check_step_error(from));
        }

        internal static CheckStep Of(IntPtr from)
        {
            return from == IntPtr.Zero ? null : new CheckStep(from);
        }
    }

    /// <summary>An external contact. All of it is personal data.</summary>
    public sealed class Contact
    {
        /// <summary>The id, as Client.Delete takes it.</summary>
        public string UserId { get; }

        /// <summary>The field "name", or null where it is missing or empty.</summary>
        public string Name { get; }

        /// <summary>The field "mobile", or null where it is missing or empty.</summary>
        public string Mobile { get; }

        /// <summary>The field "state_code", or null where it is missing or empty.</summary>
        public string StateCode { get; }

        /// <summary>The field "company_name", or null where it is missing or empty.</summary>
        public string CompanyName { get; }

        /// <summary>The field "title", or null where it is missing or empty.</summary>
        public string Title { get; }

        /// <summary>The field "email", or null where it is missing or empty.</summary>
        public string Email { get; }

        /// <summary>The field "address", or null where it is missing or empty.</summary>
        public string Address { get; }

        /// <summary>The field "remark", or null where it is missing or empty.</summary>
        public string Remark { get; }

        /// <summary>The field "follower_user_id", or null where it is missing or empty.</summary>
        public string FollowerUserId { get; }

        /// <summary>The ids of "label_ids".</summary>
        public IReadOnlyList<string> LabelIds { get; }

        /// <summary>The ids of "share_dept_ids".</summary>
        public IReadOnlyList<string> ShareDeptIds { get; }

        /// <summary>The ids of "share_user_ids".</summary>
        public IReadOnlyList<string> ShareUserIds { get; }

        /// <summary>The whole record as one JSON object, with the names and values of the service.</summary>
        public string Record { get; }

        /// <summary>All of it as one JSON object, the same in every language: user_id, the fields above under their
        /// names, ids as text, and the record.</summary>
        public string Json { get; }

        private Contact(IntPtr from)
        {
            UserId = Native.Text(Native.dtx_contact_user_id(from));
            Name = Native.Text(Native.dtx_contact_text(from, Native.Bytes("name", "field")));
            Mobile = Native.Text(Native.dtx_contact_text(from, Native.Bytes("mobile", "field")));
            StateCode = Native.Text(Native.dtx_contact_text(from, Native.Bytes("state_code", "field")));
            CompanyName = Native.Text(Native.dtx_contact_text(from, Native.Bytes("company_name", "field")));
            Title = Native.Text(Native.dtx_contact_text(from, Native.Bytes("title", "field")));
            Email = Native.Text(Native.dtx_contact_text(from, Native.Bytes("email", "field")));
            Address = Native.Text(Native.dtx_contact_text(from, Native.Bytes("address", "field")));
            Remark = Native.Text(Native.dtx_contact_text(from, Native.Bytes("remark", "field")));
            FollowerUserId = Native.Text(Native.dtx_contact_text(from, Native.Bytes("follower_user_id", "field")));
            LabelIds = Native.List(Native.dtx_contact_id_count(from, Native.Bytes("label_ids", "field")), place => Native.Text(Native.dtx_contact_id(from, Native.Bytes("label_ids", "field"), place)));
            ShareDeptIds = Native.List(Native.dtx_contact_id_count(from, Native.Bytes("share_dept_ids", "field")), place => Native.Text(Native.dtx_contact_id(from, Native.Bytes("share_dept_ids", "field"), place)));
            ShareUserIds = Native.List(Native.dtx_contact_id_count(from, Native.Bytes("share_user_ids", "field")), place => Native.Text(Native.dtx_contact_id(from, Native.Bytes("share_user_ids", "field"), place)));
            Record = Native.Text(Native.dtx_contact_record(from));
            Json = Native.Text(Native.dtx_contact_json(from));
        }

        internal static Contact Of(IntPtr from)
        {
            return from == IntPtr.Zero ? null : new Contact(from);
        }

        internal static Contact Take(IntPtr from)
        {
            try
            {
                return Of(from);
            }
            finally
            {
                Native.dtx_contact_free(from);
            }
        }
    }

    /// <summary>The good end of a call: the contact is gone.</summary>
    public sealed class Deletion
    {
        /// <summary>How it came to be gone.</summary>
        public DeletionStatus Status { get; }

        /// <summary>The contact, as it was given.</summary>
        public string UserId { get; }

        /// <summary>The id under which DingTalk's support finds the call, or null.</summary>
        public string RequestId { get; }

        /// <summary>How many delete requests were written to a connection.</summary>
        public int Attempts { get; }

        /// <summary>Whether the contact is absent and this call may have deleted it, in an earlier request whose reply
        /// was lost.</summary>
        public bool MaybeDeleted { get; }

        /// <summary>All of it as one JSON object, the same in every language.</summary>
        public string Json { get; }

        private Deletion(IntPtr from)
        {
            Status = Known.DeletionStatus(Native.dtx_deletion_status(from));
            UserId = Native.Text(Native.dtx_deletion_user_id(from));
            RequestId = Native.Text(Native.dtx_deletion_request_id(from));
            Attempts = (int)Native.dtx_deletion_attempts(from);
            MaybeDeleted = Native.dtx_deletion_maybe_deleted(from) != 0;
            Json = Native.Text(Native.dtx_deletion_json(from));
        }

        internal static Deletion Of(IntPtr from)
        {
            return from == IntPtr.Zero ? null : new Deletion(from);
        }

        internal static Deletion Take(IntPtr from)
        {
            try
            {
                return Of(from);
            }
            finally
            {
                Native.dtx_deletion_free(from);
            }
        }
    }

    /// <summary>Why a contact was not deleted, or a client not made. Branch on the kind, record the rest; a field
    /// that is not known is null. No text holds a token, an app secret or a proxy's password.</summary>
    public abstract partial class DingTalkException : Exception
    {
        /// <summary>The kind.</summary>
        public ErrorKind Kind { get; }

        /// <summary>What to do now, for people.</summary>
        public string Advice { get; }

        /// <summary>The code that decides, such as "33012" or "isp.-1", or null.</summary>
        public string Code { get; }

        /// <summary>The errcode as the service sent it, or null where it is not known.</summary>
        public long? Errcode { get; }

        /// <summary>The service's own words, or null.</summary>
        public string Errmsg { get; }

        /// <summary>The sub_code as the service sent it, or null.</summary>
        public string SubCode { get; }

        /// <summary>The service's words on the sub_code, or null.</summary>
        public string SubMsg { get; }

        /// <summary>The id under which DingTalk's support finds the call, or null.</summary>
        public string RequestId { get; }

        /// <summary>The HTTP status of the last reply, or null where there was none.</summary>
        public int? HttpStatus { get; }

        /// <summary>How long to wait before the next call, or null where that is not known.</summary>
        public TimeSpan? RetryAfter { get; }

        /// <summary>How many delete requests were written to a connection.</summary>
        public int Attempts { get; }

        /// <summary>Whether the same call may pass later, unchanged.</summary>
        public bool Retryable { get; }

        /// <summary>Whether the contact may be gone all the same: a request went out and no certain answer came
        /// back.</summary>
        public bool MaybeDeleted { get; }

        /// <summary>The contact that the call was about, or null.</summary>
        public string UserId { get; }

        /// <summary>All of it as one JSON object, the same in every language; times in seconds.</summary>
        public string Json { get; }

        internal DingTalkException(IntPtr from) : base(Native.Text(Native.dtx_error_message(from)))
        {
            Kind = Known.ErrorKind(Native.dtx_error_kind(from));
            Advice = Native.Text(Native.dtx_error_advice(from));
            Code = Native.Text(Native.dtx_error_code(from));
            Errcode = Native.dtx_error_errcode(from, out long errcode) != 0 ? errcode : (long?)null;
            Errmsg = Native.Text(Native.dtx_error_errmsg(from));
            SubCode = Native.Text(Native.dtx_error_sub_code(from));
            SubMsg = Native.Text(Native.dtx_error_sub_msg(from));
            RequestId = Native.Text(Native.dtx_error_request_id(from));
            HttpStatus = Native.dtx_error_http_status(from, out int httpStatus) != 0 ? httpStatus : (int?)null;
            RetryAfter = Native.dtx_error_retry_after_ms(from, out ulong retryAfter) != 0 ? TimeSpan.FromMilliseconds(retryAfter) : (TimeSpan?)null;
            Attempts = (int)Native.dtx_error_attempts(from);
            Retryable = Native.dtx_error_retryable(from) != 0;
            MaybeDeleted = Native.dtx_error_maybe_deleted(from) != 0;
            UserId = Native.Text(Native.dtx_error_user_id(from));
            Json = Native.Text(Native.dtx_error_json(from));
        }

        internal static DingTalkException Take(IntPtr from)
        {
            try
            {
                return Of(from);
            }
            finally
            {
                Native.dtx_error_free(from);
            }
        }
    }

    /// <summary>What came of one id of a batch: it has a deletion, or an error, or it was not attempted.</summary>
    public sealed class Item
    {
        /// <summary>The contact, as it was given.</summary>
        public string UserId { get; }

        /// <summary>The deletion where the contact is gone, or null.</summary>
        public Deletion Deletion { get; }

        /// <summary>The error where the contact was not deleted, or nobody knows; or null.</summary>
        public DingTalkException Error { get; }

        /// <summary>Whether the contact was not called as the batch had stopped or was finished.</summary>
        public bool NotAttempted { get; }

        /// <summary>When it was known what came of the contact, in UTC as RFC 3339: "2026-11-23T03:31:38.274Z". For
        /// what an earlier batch settled it is the time in its journal.</summary>
        public string Time { get; }

        /// <summary>Whether an earlier batch with the same journal settled it, so that it was not called now.</summary>
        public bool SettledBefore { get; }

        /// <summary>All of it as one JSON object, the same in every language: the outcome, time and settled_before. Its
        /// status is "deleted", "absent", "failed" or "not_attempted".</summary>
        public string Json { get; }

        private Item(IntPtr from)
        {
            UserId = Native.Text(Native.dtx_item_user_id(from));
            Deletion = Deletion.Of(Native.dtx_item_deletion(from));
            Error = DingTalkException.Of(Native.dtx_item_error(from));
            NotAttempted = Native.dtx_item_not_attempted(from) != 0;
            Time = Native.Text(Native.dtx_item_time(from));
            SettledBefore = Native.dtx_item_settled_before(from) != 0;
            Json = Native.Text(Native.dtx_item_json(from));
        }

        internal static Item Of(IntPtr from)
        {
            return from == IntPtr.Zero ? null : new Item(from);
        }

        internal static Item Take(IntPtr from)
        {
            try
            {
                return Of(from);
            }
            finally
            {
                Native.dtx_item_free(from);
            }
        }
    }

    /// <summary>What journals say of one id.</summary>
    public sealed class JournalEntry
    {
        /// <summary>The contact, as it was given.</summary>
        public string UserId { get; }

        /// <summary>What became of it.</summary>
        public JournalState State { get; }

        /// <summary>When that was known, in UTC as RFC 3339: "2026-11-23T03:31:38.274Z"; of a call that was cut off,
        /// when it was announced.</summary>
        public string Time { get; }

        /// <summary>Which of the batches that wrote the journal says so, from 1.</summary>
        public long Run { get; }

        /// <summary>How many delete requests were written to a connection, or null where that is not known, as the call
        /// was cut off.</summary>
        public int? Attempts { get; }

        /// <summary>The id under which DingTalk's support finds the call, or null.</summary>
        public string RequestId { get; }

        /// <summary>Of a failure its kind, or null where there is none.</summary>
        public ErrorKind? Kind { get; }

        /// <summary>Of a failure, the service's code that decides, or null.</summary>
        public string Code { get; }

        /// <summary>What happened, as a phrase of one line; of a code, what it means.</summary>
        public string Meaning { get; }

        /// <summary>The file that says so.</summary>
        public string Journal { get; }

        /// <summary>Where the requests went.</summary>
        public string Endpoint { get; }

        /// <summary>The app, where the client had an app's credentials, or null.</summary>
        public string AppKey { get; }

        /// <summary>All of it as one JSON object, the same in every language.</summary>
        public string Json { get; }

        private JournalEntry(IntPtr from)
        {
            UserId = Native.Text(Native.dtx_journal_entry_user_id(from));
            State = Known.JournalState(Native.dtx_journal_entry_state(from));
            Time = Native.Text(Native.dtx_journal_entry_time(from));
            Run = (long)Native.dtx_journal_entry_run(from);
            Attempts = Native.dtx_journal_entry_attempts(from, out uint attempts) != 0 ? (int)attempts : (int?)null;
            RequestId = Native.Text(Native.dtx_journal_entry_request_id(from));
            Kind = Native.dtx_journal_entry_kind(from) == 0 ? (ErrorKind?)null : Known.ErrorKind(Native.dtx_journal_entry_kind(from));
            Code = Native.Text(Native.dtx_journal_entry_code(from));
            Meaning = Native.Text(Native.dtx_journal_entry_meaning(from));
            Journal = Native.Text(Native.dtx_journal_entry_journal(from));
            Endpoint = Native.Text(Native.dtx_journal_entry_endpoint(from));
            AppKey = Native.Text(Native.dtx_journal_entry_app_key(from));
            Json = Native.Text(Native.dtx_journal_entry_json(from));
        }

        internal static JournalEntry Of(IntPtr from)
        {
            return from == IntPtr.Zero ? null : new JournalEntry(from);
        }

        internal static JournalEntry Take(IntPtr from)
        {
            try
            {
                return Of(from);
            }
            finally
            {
                Native.dtx_journal_entry_free(from);
            }
        }
    }

    /// <summary>What came of a record that was to be restored.</summary>
    public sealed class Restoration
    {
        /// <summary>The id that the record has.</summary>
        public string OldUserId { get; }

        /// <summary>What came of it.</summary>
        public RestoreStatus Status { get; }

        /// <summary>The id of the contact now: a new one where it was created, the old one where it is still there;
        /// null where it is not known.</summary>
        public string UserId { get; }

        /// <summary>The id under which DingTalk's support finds the call, or null.</summary>
        public string RequestId { get; }

        /// <summary>How many requests to create it were written to a connection.</summary>
        public int Attempts { get; }

        /// <summary>Why something is not known, in one line for people, or null.</summary>
        public string Problem { get; }

        /// <summary>All of it as one JSON object, the same in every language: old_user_id, status, attempts and, where
        /// known, user_id, request_id and problem.</summary>
        public string Json { get; }

        private Restoration(IntPtr from)
        {
            OldUserId = Native.Text(Native.dtx_restoration_old_user_id(from));
            Status = Known.RestoreStatus(Native.dtx_restoration_status(from));
            UserId = Native.Text(Native.dtx_restoration_user_id(from));
            RequestId = Native.Text(Native.dtx_restoration_request_id(from));
            Attempts = (int)Native.dtx_restoration_attempts(from);
            Problem = Native.Text(Native.dtx_restoration_problem(from));
            Json = Native.Text(Native.dtx_restoration_json(from));
        }

        internal static Restoration Of(IntPtr from)
        {
            return from == IntPtr.Zero ? null : new Restoration(from);
        }

        internal static Restoration Take(IntPtr from)
        {
            try
            {
                return Of(from);
            }
            finally
            {
                Native.dtx_restoration_free(from);
            }
        }
    }

    public sealed partial class DeleteMany
    {
        /// <summary>How long the batch begins no call from now on, as the service throttled it; it goes on by itself;
        /// null where it does not pause.</summary>
        public TimeSpan? Paused => Native.dtx_batch_paused(batch, out ulong paused) != 0 ? TimeSpan.FromMilliseconds(paused) : (TimeSpan?)null;

        /// <summary>How many ids were deleted up to now, by this batch or, where the journal says so, by an earlier
        /// one.</summary>
        public long Deleted => (long)Native.dtx_batch_deleted(batch);

        /// <summary>How many ids were no contact up to now, where that is fine.</summary>
        public long Absent => (long)Native.dtx_batch_absent(batch);

        /// <summary>How many ids ended in an error up to now and may be gone all the same: a request went out, and no
        /// certain answer came. They are not among the failed.</summary>
        public long MaybeDeleted => (long)Native.dtx_batch_maybe_deleted(batch);

        /// <summary>How many ids ended in an error up to now and are not gone by a call of this batch.</summary>
        public long Failed => (long)Native.dtx_batch_failed(batch);

        /// <summary>How many ids came out uncalled up to now, as the batch had stopped.</summary>
        public long NotAttempted => (long)Native.dtx_batch_not_attempted(batch);

        /// <summary>How many of all these an earlier batch had settled, so that they were not called again.</summary>
        public long SettledBefore => (long)Native.dtx_batch_settled_before(batch);

        /// <summary>How many ids were given again and dropped up to now.</summary>
        public long Repeated => (long)Native.dtx_batch_repeated(batch);

        /// <summary>How many delete requests this batch wrote up to now.</summary>
        public long Calls => (long)Native.dtx_batch_calls(batch);

        /// <summary>Of how many ids the journal does not say what came of them, as it could not be written; the next
        /// batch on it takes them for uncertain.</summary>
        public long Unrecorded => (long)Native.dtx_batch_unrecorded(batch);

        /// <summary>The summary of the whole batch as one JSON object, the same in every language: the numbers, start
        /// and end (RFC 3339), endpoint, app_key and why it stopped. It is null until its last item is done.</summary>
        public string SummaryJson => Native.Text(Native.dtx_batch_summary_json(batch));
    }
}
