// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Callback;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/** The functions of the C library; what each does stands in its header. */
final class Dtx {
    static final String VERSION = "0.1.0";
    static final String ABI = "0.1";

    private Dtx() {}

    interface dtx_probe_fn extends Callback {
        int invoke(Pointer context);
    }

    interface dtx_done_fn extends Callback {
        void invoke(Pointer deletion, Pointer error, Pointer context);
    }

    interface dtx_item_fn extends Callback {
        void invoke(Pointer item, Pointer context);
    }

    interface dtx_log_fn extends Callback {
        void invoke(int level, Pointer message, Pointer context);
    }

    static native String dtx_version();
    static native int dtx_version_number();
    static native String dtx_result_name(int result);
    static native Pointer dtx_options_new();
    static native Pointer dtx_options_from_env();
    static native void dtx_options_free(Pointer options);
    static native int dtx_options_set(Pointer options, byte[] name, byte[] text);
    static native int dtx_client_new(Pointer options, PointerByReference client, PointerByReference error);
    static native int dtx_client_shared(Pointer options, PointerByReference client, PointerByReference error);
    static native void dtx_client_free(Pointer client);
    static native int dtx_client_set_access_token(Pointer client, byte[] accessToken, PointerByReference error);
    static native void dtx_client_close(Pointer client);
    static native Pointer dtx_call_new();
    static native Pointer dtx_call_child(Pointer call);
    static native void dtx_call_free(Pointer call);
    static native int dtx_call_set(Pointer call, byte[] name, byte[] text);
    static native int dtx_call_set_probe(Pointer call, dtx_probe_fn probe, Pointer context);
    static native void dtx_call_cancel(Pointer call);
    static native int dtx_client_submit(Pointer client, byte[] userId, Pointer call, dtx_done_fn done, Pointer context);
    static native Pointer dtx_batch_options_new();
    static native void dtx_batch_options_free(Pointer options);
    static native int dtx_batch_options_set(Pointer options, byte[] name, byte[] text);
    static native int dtx_batch_new(Pointer client, Pointer options, PointerByReference batch, PointerByReference error);
    static native void dtx_batch_free(Pointer batch);
    static native int dtx_batch_wants(Pointer batch);
    static native int dtx_batch_push(Pointer batch, byte[] userId, PointerByReference error);
    static native void dtx_batch_finish(Pointer batch);
    static native void dtx_batch_stop(Pointer batch);
    static native void dtx_batch_cancel(Pointer batch);
    static native int dtx_batch_paused(Pointer batch, LongByReference leftMs);
    static native long dtx_batch_deleted(Pointer batch);
    static native long dtx_batch_absent(Pointer batch);
    static native long dtx_batch_maybe_deleted(Pointer batch);
    static native long dtx_batch_failed(Pointer batch);
    static native long dtx_batch_not_attempted(Pointer batch);
    static native long dtx_batch_settled_before(Pointer batch);
    static native long dtx_batch_repeated(Pointer batch);
    static native long dtx_batch_calls(Pointer batch);
    static native long dtx_batch_unrecorded(Pointer batch);
    static native String dtx_batch_summary_json(Pointer batch);
    static native int dtx_batch_submit_next(Pointer batch, dtx_item_fn done, Pointer context, PointerByReference error);
    static native void dtx_item_free(Pointer item);
    static native String dtx_item_user_id(Pointer item);
    static native Pointer dtx_item_deletion(Pointer item);
    static native Pointer dtx_item_error(Pointer item);
    static native int dtx_item_not_attempted(Pointer item);
    static native String dtx_item_time(Pointer item);
    static native int dtx_item_settled_before(Pointer item);
    static native String dtx_item_json(Pointer item);
    static native int dtx_journal_read(Pointer paths, long count, PointerByReference journal, PointerByReference error);
    static native void dtx_journal_free(Pointer journal);
    static native int dtx_journal_next(Pointer journal, PointerByReference entry, PointerByReference error);
    static native void dtx_journal_entry_free(Pointer entry);
    static native String dtx_journal_entry_user_id(Pointer entry);
    static native int dtx_journal_entry_state(Pointer entry);
    static native String dtx_journal_entry_time(Pointer entry);
    static native long dtx_journal_entry_run(Pointer entry);
    static native int dtx_journal_entry_attempts(Pointer entry, IntByReference attempts);
    static native String dtx_journal_entry_request_id(Pointer entry);
    static native int dtx_journal_entry_kind(Pointer entry);
    static native String dtx_journal_entry_code(Pointer entry);
    static native String dtx_journal_entry_meaning(Pointer entry);
    static native String dtx_journal_entry_journal(Pointer entry);
    static native String dtx_journal_entry_endpoint(Pointer entry);
    static native String dtx_journal_entry_app_key(Pointer entry);
    static native String dtx_journal_entry_json(Pointer entry);
    static native int dtx_client_check(Pointer client, int write, Pointer call, PointerByReference check, PointerByReference error);
    static native void dtx_check_free(Pointer check);
    static native int dtx_check_ok(Pointer check);
    static native long dtx_check_step_count(Pointer check);
    static native Pointer dtx_check_step_at(Pointer check, long place);
    static native String dtx_check_step_name(Pointer step);
    static native int dtx_check_step_status(Pointer step);
    static native String dtx_check_step_text(Pointer step);
    static native String dtx_check_step_advice(Pointer step);
    static native Pointer dtx_check_step_error(Pointer step);
    static native String dtx_check_report(Pointer check);
    static native String dtx_check_json(Pointer check);
    static native void dtx_deletion_free(Pointer deletion);
    static native int dtx_deletion_status(Pointer deletion);
    static native String dtx_deletion_user_id(Pointer deletion);
    static native String dtx_deletion_request_id(Pointer deletion);
    static native int dtx_deletion_attempts(Pointer deletion);
    static native int dtx_deletion_maybe_deleted(Pointer deletion);
    static native String dtx_deletion_json(Pointer deletion);
    static native int dtx_client_get(Pointer client, byte[] userId, Pointer call, PointerByReference contact, PointerByReference error);
    static native int dtx_client_contacts(Pointer client, PointerByReference contacts, PointerByReference error);
    static native void dtx_contacts_free(Pointer contacts);
    static native int dtx_contacts_next(Pointer contacts, Pointer call, PointerByReference contact, PointerByReference error);
    static native void dtx_contact_free(Pointer contact);
    static native String dtx_contact_user_id(Pointer contact);
    static native String dtx_contact_text(Pointer contact, byte[] field);
    static native long dtx_contact_id_count(Pointer contact, byte[] field);
    static native String dtx_contact_id(Pointer contact, byte[] field, long place);
    static native String dtx_contact_record(Pointer contact);
    static native String dtx_contact_json(Pointer contact);
    static native int dtx_client_restore(Pointer client, byte[] record, int lookFirst, Pointer call, PointerByReference restoration, PointerByReference error);
    static native void dtx_restoration_free(Pointer restoration);
    static native String dtx_restoration_old_user_id(Pointer restoration);
    static native int dtx_restoration_status(Pointer restoration);
    static native String dtx_restoration_user_id(Pointer restoration);
    static native String dtx_restoration_request_id(Pointer restoration);
    static native int dtx_restoration_attempts(Pointer restoration);
    static native String dtx_restoration_problem(Pointer restoration);
    static native String dtx_restoration_json(Pointer restoration);
    static native void dtx_error_free(Pointer error);
    static native int dtx_error_kind(Pointer error);
    static native String dtx_error_message(Pointer error);
    static native String dtx_error_advice(Pointer error);
    static native String dtx_error_code(Pointer error);
    static native int dtx_error_errcode(Pointer error, LongByReference errcode);
    static native String dtx_error_errmsg(Pointer error);
    static native String dtx_error_sub_code(Pointer error);
    static native String dtx_error_sub_msg(Pointer error);
    static native String dtx_error_request_id(Pointer error);
    static native int dtx_error_http_status(Pointer error, IntByReference httpStatus);
    static native int dtx_error_retry_after_ms(Pointer error, LongByReference retryAfterMs);
    static native int dtx_error_attempts(Pointer error);
    static native int dtx_error_retryable(Pointer error);
    static native int dtx_error_maybe_deleted(Pointer error);
    static native String dtx_error_user_id(Pointer error);
    static native String dtx_error_json(Pointer error);
    static native int dtx_set_log(int level, dtx_log_fn log, Pointer context);
}
