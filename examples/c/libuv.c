/*
 * Deletes the external contacts whose ids are given, all at once, in a program whose event loop is
 * libuv's. Ctrl-C ends what is under way.
 *
 *   cc -std=gnu99 -Wall -Wextra libuv.c -o libuv -ldingtalk_extcontact -luv
 *   export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
 *   ./libuv 0125400001 0125400002
 *
 * Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
 */
#include <dingtalk_extcontact.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

/* One deletion that was submitted, and later its end. */
struct job {
  const char *user_id;
  dtx_deletion *deletion;
  dtx_error *error;
  struct job *next;
};

/* The jobs that have ended and that the loop has not seen yet. */
static struct job *ended;
static uv_mutex_t lock;
static uv_async_t wake;
static uv_signal_t interrupt;
static int left, failed;

/* On a thread of the library: uv_async_send is the one function of libuv that may be called there. */
static void on_done(dtx_deletion *deletion, dtx_error *error, void *context) {
  struct job *job = context;

  job->deletion = deletion;
  job->error = error;
  uv_mutex_lock(&lock);
  job->next = ended;
  ended = job;
  uv_mutex_unlock(&lock);
  uv_async_send(&wake);
}

/* On the loop's thread. libuv may wake it once for several jobs. */
static void take_ended(uv_async_t *async) {
  struct job *job;

  uv_mutex_lock(&lock);
  job = ended;
  ended = NULL;
  uv_mutex_unlock(&lock);

  for (; job != NULL; job = job->next, left--) {
    if (job->error == NULL) {
      int deleted = dtx_deletion_status(job->deletion) == DTX_STATUS_DELETED;
      printf("%s: %s\n", deleted ? "deleted" : "absent", job->user_id);
    } else {
      fprintf(stderr, "failed: %s: %s%s\n", job->user_id, dtx_error_message(job->error),
              dtx_error_maybe_deleted(job->error) ? " (may be gone)" : "");
      failed++;
    }
    dtx_deletion_free(job->deletion);
    dtx_error_free(job->error);
  }
  if (left == 0) {
    uv_close((uv_handle_t *)async, NULL);
    uv_close((uv_handle_t *)&interrupt, NULL);
  }
}

/* Each deletion still ends, and says whether its contact may be gone. */
static void on_interrupt(uv_signal_t *handle, int number) {
  (void)number;
  dtx_call_cancel(handle->data);
}

int main(int argc, char **argv) {
  uv_loop_t *loop = uv_default_loop();
  dtx_options *options = dtx_options_from_env();
  dtx_client *client = NULL;
  dtx_error *error = NULL;
  int result = dtx_client_new(options, &client, &error);

  dtx_options_free(options);
  if (result != DTX_OK) {
    fprintf(stderr, "%s. %s\n", dtx_error_message(error), dtx_error_advice(error));
    dtx_error_free(error);
    return 2;
  }

  dtx_call *call = dtx_call_new(); /* One for all: its cancel ends them all. */
  struct job *jobs = calloc((size_t)argc, sizeof *jobs);
  if (jobs == NULL || uv_mutex_init(&lock) != 0 || uv_async_init(loop, &wake, take_ended) != 0 ||
      uv_signal_init(loop, &interrupt) != 0 ||
      uv_signal_start(&interrupt, on_interrupt, SIGINT) != 0)
    abort();
  interrupt.data = call;

  left = argc - 1;
  for (int i = 1; i < argc; i++) {
    jobs[i].user_id = argv[i];
    dtx_client_submit(client, argv[i], call, on_done, &jobs[i]);
  }
  uv_async_send(&wake); /* For the end, where there is no id. */
  uv_run(loop, UV_RUN_DEFAULT);

  uv_loop_close(loop);
  uv_mutex_destroy(&lock);
  free(jobs);
  dtx_call_free(call);
  dtx_client_free(client);
  return failed != 0;
}
