/*
 * Deletes the external contacts whose ids are given, all at once and on one thread: an event loop
 * of epoll learns of each end by an eventfd, and of Ctrl-C by a signalfd.
 *
 *   cc -std=c99 -Wall -Wextra -pedantic epoll.c -o epoll -ldingtalk_extcontact -lpthread
 *   export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
 *   ./epoll 0125400001 0125400002
 *
 * Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
 */
#define _POSIX_C_SOURCE 200809L

#include <dingtalk_extcontact.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* One deletion that was submitted, and later its end. */
struct job {
  const char *user_id;
  dtx_deletion *deletion;
  dtx_error *error;
  struct job *next;
};

/* The jobs that have ended and that the loop has not seen yet. */
static struct job *ended;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int wake;

/* On a thread of the library: hands the job to the loop, and does nothing else. */
static void on_done(dtx_deletion *deletion, dtx_error *error, void *context) {
  struct job *job = context;
  const uint64_t one = 1;

  job->deletion = deletion;
  job->error = error;
  pthread_mutex_lock(&lock);
  job->next = ended;
  ended = job;
  pthread_mutex_unlock(&lock);
  if (write(wake, &one, sizeof one) != sizeof one)
    abort(); /* An eventfd takes 2^64 - 2 of these. */
}

/* Takes all jobs that have ended; returns how many there were. */
static int take_ended(int *failed) {
  struct job *job;
  uint64_t count;
  int taken = 0;

  if (read(wake, &count, sizeof count) != sizeof count)
    return 0;
  pthread_mutex_lock(&lock);
  job = ended;
  ended = NULL;
  pthread_mutex_unlock(&lock);

  for (; job != NULL; job = job->next, taken++) {
    if (job->error == NULL) {
      int deleted = dtx_deletion_status(job->deletion) == DTX_STATUS_DELETED;
      printf("%s: %s\n", deleted ? "deleted" : "absent", job->user_id);
    } else {
      fprintf(stderr, "failed: %s: %s%s\n", job->user_id, dtx_error_message(job->error),
              dtx_error_maybe_deleted(job->error) ? " (may be gone)" : "");
      ++*failed;
    }
    dtx_deletion_free(job->deletion);
    dtx_error_free(job->error);
  }
  return taken;
}

static void watch(int epoll, int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0)
    abort();
}

int main(int argc, char **argv) {
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

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  int interrupt = signalfd(-1, &signals, SFD_CLOEXEC);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct job *jobs = calloc((size_t)argc, sizeof *jobs);
  if (interrupt < 0 || epoll < 0 || wake < 0 || jobs == NULL)
    abort();
  watch(epoll, interrupt);
  watch(epoll, wake);

  dtx_call *call = dtx_call_new(); /* One for all: its cancel ends them all. */
  int left = argc - 1, failed = 0;
  for (int i = 0; i < left; i++) {
    jobs[i].user_id = argv[i + 1];
    dtx_client_submit(client, jobs[i].user_id, call, on_done, &jobs[i]);
  }

  while (left > 0) {
    struct epoll_event event;
    if (epoll_wait(epoll, &event, 1, -1) != 1)
      continue;
    if (event.data.fd == wake) {
      left -= take_ended(&failed);
    } else {
      struct signalfd_siginfo signal;
      if (read(interrupt, &signal, sizeof signal) == sizeof signal)
        dtx_call_cancel(call); /* Each of them still ends, and says whether its contact may be gone. */
    }
  }

  free(jobs);
  close(wake);
  close(epoll);
  close(interrupt);
  dtx_call_free(call);
  dtx_client_free(client);
  return failed != 0;
}
