/*
 * This library's batch: bulk ENDPOINT IDS CONCURRENCY [JOURNAL]. Prints the seconds that the
 * deletions took; the start of the process is not in them.
 */
#include <dingtalk_extcontact.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

/* Pushes ids while the batch wants some, and takes an item in turn, up to the end. */
static int delete_all(dtx_batch *batch, long ids, dtx_error **error) {
  char id[32];
  long number = 0;
  for (;;) {
    dtx_item *item = NULL;
    int result = DTX_OK;
    while (result == DTX_OK && dtx_batch_wants(batch)) {
      snprintf(id, sizeof id, "01254%08ld", number);
      if (number++ < ids) result = dtx_batch_push(batch, id, error);
      else dtx_batch_finish(batch);
    }
    if (result == DTX_OK) result = dtx_batch_next(batch, &item, error);
    if (result != DTX_OK || item == NULL) return result;
    if (dtx_deletion_status(dtx_item_deletion(item)) != DTX_STATUS_DELETED) {
      fprintf(stderr, "%s\n", dtx_item_json(item));
      result = -1;
    }
    dtx_item_free(item);
    if (result != DTX_OK) return result;
  }
}

int main(int argc, char **argv) {
  dtx_options *options = dtx_options_new();
  dtx_batch_options *batch_options = dtx_batch_options_new();
  dtx_client *client = NULL;
  dtx_batch *batch = NULL;
  dtx_error *error = NULL;
  double start, seconds;
  long ids;
  int result;

  if (argc < 4) return 2;
  ids = atol(argv[2]);
  dtx_options_set_access_token(options, "token-4711");
  dtx_options_set_endpoint(options, argv[1]);
  dtx_options_set_rate(options, 0);
  dtx_batch_options_set_concurrency(batch_options, atoi(argv[3]));
  if (argc > 4) dtx_batch_options_set_journal(batch_options, argv[4]);
  result = dtx_client_new(options, &client, &error);
  start = now();
  if (result == DTX_OK) result = dtx_batch_new(client, batch_options, &batch, &error);
  if (result == DTX_OK) result = delete_all(batch, ids, &error);
  seconds = now() - start;
  if (result == DTX_OK && dtx_batch_deleted(batch) != (uint64_t)ids) result = -1;
  if (error != NULL) fprintf(stderr, "%s\n", dtx_error_message(error));
  if (result == DTX_OK) printf("%f\n", seconds);
  dtx_error_free(error);
  dtx_batch_free(batch);
  dtx_client_free(client);
  dtx_batch_options_free(batch_options);
  dtx_options_free(options);
  return result == DTX_OK ? 0 : 1;
}
