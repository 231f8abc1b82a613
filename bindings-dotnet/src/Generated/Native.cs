// Made of the C header by tools/declarations; `make header` renews it.
using System;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DingTalk.ExtContact
{
    /// <summary>The functions of the C library; what each does stands in its header.</summary>
    internal static partial class Native
    {
        internal const string Version = "0.1.0";
        internal const string Abi = "0.1";
        internal const uint VersionNumber = 1000;

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void dtx_done_fn(IntPtr deletion, IntPtr error, IntPtr context);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void dtx_item_fn(IntPtr item, IntPtr context);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void dtx_log_fn(int level, IntPtr message, IntPtr context);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_version();

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern uint dtx_version_number();

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_options_new();

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_options_from_env();

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_options_free(IntPtr options);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_options_set(OptionsHandle options, byte[] name, byte[] text);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_client_new(OptionsHandle options, out IntPtr client, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_client_shared(OptionsHandle options, out IntPtr client, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_client_free(IntPtr client);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_client_delete(ClientHandle client, byte[] userId, CallHandle call, out IntPtr deletion, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_client_set_access_token(ClientHandle client, byte[] accessToken, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_client_close(ClientHandle client);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_call_new();

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_call_child(CallHandle call);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_call_free(IntPtr call);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_call_set(CallHandle call, byte[] name, byte[] text);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_call_cancel(CallHandle call);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_client_submit(ClientHandle client, byte[] userId, CallHandle call, dtx_done_fn done, IntPtr context);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_batch_options_new();

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_batch_options_free(IntPtr options);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_batch_options_set(BatchOptionsHandle options, byte[] name, byte[] text);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_batch_new(ClientHandle client, BatchOptionsHandle options, out IntPtr batch, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_batch_free(IntPtr batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_batch_wants(BatchHandle batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_batch_push(BatchHandle batch, byte[] userId, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_batch_finish(BatchHandle batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_batch_next(BatchHandle batch, out IntPtr item, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_batch_stop(BatchHandle batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_batch_cancel(BatchHandle batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_batch_paused(BatchHandle batch, out ulong leftMs);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ulong dtx_batch_deleted(BatchHandle batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ulong dtx_batch_absent(BatchHandle batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ulong dtx_batch_maybe_deleted(BatchHandle batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ulong dtx_batch_failed(BatchHandle batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ulong dtx_batch_not_attempted(BatchHandle batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ulong dtx_batch_settled_before(BatchHandle batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ulong dtx_batch_repeated(BatchHandle batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ulong dtx_batch_calls(BatchHandle batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ulong dtx_batch_unrecorded(BatchHandle batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_batch_summary_json(BatchHandle batch);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_batch_submit_next(BatchHandle batch, dtx_item_fn done, IntPtr context, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_item_free(IntPtr item);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_item_user_id(IntPtr item);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_item_deletion(IntPtr item);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_item_error(IntPtr item);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_item_not_attempted(IntPtr item);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_item_time(IntPtr item);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_item_settled_before(IntPtr item);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_item_json(IntPtr item);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_journal_read(IntPtr[] paths, ulong count, out IntPtr journal, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_journal_free(IntPtr journal);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_journal_next(JournalHandle journal, out IntPtr entry, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_journal_entry_free(IntPtr entry);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_journal_entry_user_id(IntPtr entry);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_journal_entry_state(IntPtr entry);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_journal_entry_time(IntPtr entry);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ulong dtx_journal_entry_run(IntPtr entry);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_journal_entry_attempts(IntPtr entry, out uint attempts);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_journal_entry_request_id(IntPtr entry);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_journal_entry_kind(IntPtr entry);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_journal_entry_code(IntPtr entry);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_journal_entry_meaning(IntPtr entry);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_journal_entry_journal(IntPtr entry);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_journal_entry_endpoint(IntPtr entry);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_journal_entry_app_key(IntPtr entry);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_journal_entry_json(IntPtr entry);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_client_check(ClientHandle client, int write, CallHandle call, out IntPtr check, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_check_free(IntPtr check);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_check_ok(IntPtr check);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ulong dtx_check_step_count(IntPtr check);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_check_step_at(IntPtr check, ulong place);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_check_step_name(IntPtr step);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_check_step_status(IntPtr step);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_check_step_text(IntPtr step);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_check_step_advice(IntPtr step);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_check_step_error(IntPtr step);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_check_report(IntPtr check);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_check_json(IntPtr check);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_deletion_free(IntPtr deletion);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_deletion_status(IntPtr deletion);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_deletion_user_id(IntPtr deletion);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_deletion_request_id(IntPtr deletion);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern uint dtx_deletion_attempts(IntPtr deletion);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_deletion_maybe_deleted(IntPtr deletion);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_deletion_json(IntPtr deletion);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_client_get(ClientHandle client, byte[] userId, CallHandle call, out IntPtr contact, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_client_contacts(ClientHandle client, out IntPtr contacts, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_contacts_free(IntPtr contacts);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_contacts_next(ContactsHandle contacts, CallHandle call, out IntPtr contact, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_contact_free(IntPtr contact);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_contact_user_id(IntPtr contact);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_contact_text(IntPtr contact, byte[] field);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ulong dtx_contact_id_count(IntPtr contact, byte[] field);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_contact_id(IntPtr contact, byte[] field, ulong place);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_contact_record(IntPtr contact);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_contact_json(IntPtr contact);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_client_restore(ClientHandle client, byte[] record, int lookFirst, CallHandle call, out IntPtr restoration, out IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_restoration_free(IntPtr restoration);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_restoration_old_user_id(IntPtr restoration);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_restoration_status(IntPtr restoration);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_restoration_user_id(IntPtr restoration);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_restoration_request_id(IntPtr restoration);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern uint dtx_restoration_attempts(IntPtr restoration);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_restoration_problem(IntPtr restoration);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_restoration_json(IntPtr restoration);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void dtx_error_free(IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_error_kind(IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_error_message(IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_error_advice(IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_error_code(IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_error_errcode(IntPtr error, out long errcode);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_error_errmsg(IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_error_sub_code(IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_error_sub_msg(IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_error_request_id(IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_error_http_status(IntPtr error, out int httpStatus);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_error_retry_after_ms(IntPtr error, out ulong retryAfterMs);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern uint dtx_error_attempts(IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_error_retryable(IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_error_maybe_deleted(IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_error_user_id(IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr dtx_error_json(IntPtr error);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int dtx_set_log(int level, dtx_log_fn log, IntPtr context);
    }

    /// <summary>It frees itself, and is not freed while a call uses it.</summary>
    internal sealed class BatchHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        internal BatchHandle(IntPtr pointer) : base(true)
        {
            SetHandle(pointer);
        }

        internal static BatchHandle New(ClientHandle client, BatchOptionsHandle options)
        {
            Native.dtx_batch_new(client, options, out IntPtr made, out IntPtr error);
            DingTalkException.Throw(error);
            return new BatchHandle(made);
        }

        internal void Push(string userId)
        {
            Native.dtx_batch_push(this, Native.Bytes(userId, nameof(userId)), out IntPtr error);
            DingTalkException.Throw(error);
        }

        internal Item Next()
        {
            Native.dtx_batch_next(this, out IntPtr made, out IntPtr error);
            DingTalkException.Throw(error);
            return Item.Take(made);
        }

        internal void SubmitNext(Native.dtx_item_fn done, IntPtr context)
        {
            Native.dtx_batch_submit_next(this, done, context, out IntPtr error);
            DingTalkException.Throw(error);
        }

        protected override bool ReleaseHandle()
        {
            Native.dtx_batch_free(handle);
            return true;
        }
    }

    /// <summary>It frees itself, and is not freed while a call uses it.</summary>
    internal sealed class BatchOptionsHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        internal BatchOptionsHandle(IntPtr pointer) : base(true)
        {
            SetHandle(pointer);
        }

        /// <summary>What is wrong with a value is reported where the options are used.</summary>
        internal void Set(string name, string property, object value)
        {
            if (value != null)
                Native.dtx_batch_options_set(this, Native.Bytes(name, nameof(name)), Native.Value(value, property));
        }

        protected override bool ReleaseHandle()
        {
            Native.dtx_batch_options_free(handle);
            return true;
        }
    }

    /// <summary>It frees itself, and is not freed while a call uses it.</summary>
    internal sealed class CallHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        internal CallHandle(IntPtr pointer) : base(true)
        {
            SetHandle(pointer);
        }

        /// <summary>What is wrong with a value is reported where the options are used.</summary>
        internal void Set(string name, string property, object value)
        {
            if (value != null)
                Native.dtx_call_set(this, Native.Bytes(name, nameof(name)), Native.Value(value, property));
        }

        protected override bool ReleaseHandle()
        {
            Native.dtx_call_free(handle);
            return true;
        }
    }

    /// <summary>It frees itself, and is not freed while a call uses it.</summary>
    internal sealed class ClientHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        internal ClientHandle(IntPtr pointer) : base(true)
        {
            SetHandle(pointer);
        }

        internal static ClientHandle New(OptionsHandle options)
        {
            Native.dtx_client_new(options, out IntPtr made, out IntPtr error);
            DingTalkException.Throw(error);
            return new ClientHandle(made);
        }

        internal static ClientHandle Shared(OptionsHandle options)
        {
            Native.dtx_client_shared(options, out IntPtr made, out IntPtr error);
            DingTalkException.Throw(error);
            return new ClientHandle(made);
        }

        internal Deletion Delete(string userId, CallHandle call)
        {
            Native.dtx_client_delete(this, Native.Bytes(userId, nameof(userId)), call, out IntPtr made, out IntPtr error);
            DingTalkException.Throw(error);
            return Deletion.Take(made);
        }

        internal void SetAccessToken(string accessToken)
        {
            Native.dtx_client_set_access_token(this, Native.Bytes(accessToken, nameof(accessToken)), out IntPtr error);
            DingTalkException.Throw(error);
        }

        internal ExtContact.Check Check(bool write, CallHandle call)
        {
            Native.dtx_client_check(this, write ? 1 : 0, call, out IntPtr made, out IntPtr error);
            DingTalkException.Throw(error);
            return ExtContact.Check.Take(made);
        }

        internal Contact Get(string userId, CallHandle call)
        {
            Native.dtx_client_get(this, Native.Bytes(userId, nameof(userId)), call, out IntPtr made, out IntPtr error);
            DingTalkException.Throw(error);
            return Contact.Take(made);
        }

        internal ContactsHandle Contacts()
        {
            Native.dtx_client_contacts(this, out IntPtr made, out IntPtr error);
            DingTalkException.Throw(error);
            return new ContactsHandle(made);
        }

        internal Restoration Restore(string record, bool lookFirst, CallHandle call)
        {
            Native.dtx_client_restore(this, Native.Bytes(record, nameof(record)), lookFirst ? 1 : 0, call, out IntPtr made, out IntPtr error);
            DingTalkException.Throw(error);
            return Restoration.Take(made);
        }

        protected override bool ReleaseHandle()
        {
            Native.dtx_client_free(handle);
            return true;
        }
    }

    /// <summary>It frees itself, and is not freed while a call uses it.</summary>
    internal sealed class ContactsHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        internal ContactsHandle(IntPtr pointer) : base(true)
        {
            SetHandle(pointer);
        }

        internal Contact Next(CallHandle call)
        {
            Native.dtx_contacts_next(this, call, out IntPtr made, out IntPtr error);
            DingTalkException.Throw(error);
            return Contact.Take(made);
        }

        protected override bool ReleaseHandle()
        {
            Native.dtx_contacts_free(handle);
            return true;
        }
    }

    /// <summary>It frees itself, and is not freed while a call uses it.</summary>
    internal sealed class JournalHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        internal JournalHandle(IntPtr pointer) : base(true)
        {
            SetHandle(pointer);
        }

        internal JournalEntry Next()
        {
            Native.dtx_journal_next(this, out IntPtr made, out IntPtr error);
            DingTalkException.Throw(error);
            return JournalEntry.Take(made);
        }

        protected override bool ReleaseHandle()
        {
            Native.dtx_journal_free(handle);
            return true;
        }
    }

    /// <summary>It frees itself, and is not freed while a call uses it.</summary>
    internal sealed class OptionsHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        internal OptionsHandle(IntPtr pointer) : base(true)
        {
            SetHandle(pointer);
        }

        /// <summary>What is wrong with a value is reported where the options are used.</summary>
        internal void Set(string name, string property, object value)
        {
            if (value != null)
                Native.dtx_options_set(this, Native.Bytes(name, nameof(name)), Native.Value(value, property));
        }

        protected override bool ReleaseHandle()
        {
            Native.dtx_options_free(handle);
            return true;
        }
    }
}
