/*
 * Deletes the external contacts whose ids are given.
 *
 *   cc -std=c99 -Wall -Wextra -pedantic delete.c -o delete -ldingtalk_extcontact
 *   export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
 *   ./delete 0125400001 0125400002
 *
 * DINGTALK_ACCESS_TOKEN serves instead of key and secret. DINGTALK_ENDPOINT leads to a sandbox,
 * DINGTALK_REGION to the hosts in China.
 *
 * Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
 */
#include <dingtalk_extcontact.h>
#include <inttypes.h>
#include <stdio.h>

static void print_field(const char *name, const char *value) {
  /* NULL is "not known", which is not the same as empty. */
  if (value != NULL)
    fprintf(stderr, "  %s: %s\n", name, value);
}

static void print_error(const char *what, const dtx_error *error) {
  uint64_t retry_after_ms;

  fprintf(stderr, "failed: %s\n", what);
  print_field("kind", dtx_result_name(dtx_error_kind(error)));
  print_field("code", dtx_error_code(error));
  print_field("message", dtx_error_message(error));
  print_field("advice", dtx_error_advice(error));
  print_field("request id", dtx_error_request_id(error));
  print_field("may be gone", dtx_error_maybe_deleted(error) ? "yes" : "no");
  if (dtx_error_retry_after_ms(error, &retry_after_ms))
    fprintf(stderr, "  retry after: %" PRIu64 " ms\n", retry_after_ms);
}

static void print_deletion(const dtx_deletion *deletion) {
  const char *request_id = dtx_deletion_request_id(deletion);

  /* Absent is fine, but not the same: it does not prove that the id was ever right. */
  printf("%s: %s (request id %s)",
         dtx_deletion_status(deletion) == DTX_STATUS_DELETED ? "deleted" : "absent",
         dtx_deletion_user_id(deletion), request_id != NULL ? request_id : "not known");
  if (dtx_deletion_maybe_deleted(deletion))
    printf(", perhaps deleted just now: the reply to an earlier request was lost");
  putchar('\n');
}

static int delete_contact(const dtx_client *client, const char *user_id) {
  dtx_deletion *deletion = NULL;
  dtx_error *error = NULL;
  int result = dtx_client_delete(client, user_id, NULL, &deletion, &error);

  if (result == DTX_OK)
    print_deletion(deletion);
  else
    print_error(user_id, error);
  /* One of the two is NULL, which is harmless to free. */
  dtx_deletion_free(deletion);
  dtx_error_free(error);
  return result;
}

int main(int argc, char **argv) {
  dtx_client *client = NULL;
  dtx_error *error = NULL;
  dtx_options *options;
  int refused = 0, failed = 0, result, i;

  if (argc < 2) {
    fprintf(stderr, "usage: %s ID...\n", argv[0]);
    return 2;
  }

  options = dtx_options_from_env();
  /* More options come here, such as dtx_options_set_timeout_ms(options, 10000). What a setter
     refuses, dtx_client_new reports, so their results need no look. */
  result = dtx_client_new(options, &client, &error);
  dtx_options_free(options);
  if (result != DTX_OK) {
    print_error("no client", error);
    dtx_error_free(error);
    return 2;
  }

  /* One client for all: it keeps its connection and its token, and heeds the rate limit. */
  for (i = 1; i < argc; i++) {
    result = delete_contact(client, argv[i]);
    failed += result != DTX_OK;
    /* Refused before anything was sent. */
    refused += result == DTX_INVALID_ARGUMENT;
  }
  dtx_client_free(client);

  if (failed == 0)
    return 0;
  return refused == argc - 1 ? 2 : 1;
}
