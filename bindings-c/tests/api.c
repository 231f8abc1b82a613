/*
 * What is this binding's own: pointers, text, numbers, owners, threads, fork, the log. What the
 * client does is the matter of the conformance cases.
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "dingtalk_extcontact.h"

/* What a test holds against the library. */

static int failures;

#define CHECK(holds)                                                        \
  do {                                                                      \
    if (!(holds)) {                                                         \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds); \
      __atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST);                   \
    }                                                                       \
  } while (0)

static int same(const char *a, const char *b) {
  return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static int contains(const char *text, const char *part) {
  return text != NULL && strstr(text, part) != NULL;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Promises about time are held to this: more than the 100 ms, as machines are shared, and less than
 * any wait that nothing ends. */
static const double BOUND = 1.0;

/* A DingTalk of one page: what it answers stands in the id. */

static int server_port;
static sem_t hangs; /* Posted when a request came that is never answered, or not yet. */
static sem_t gate;  /* One post lets one request go that is not answered yet. */
static int requests;

static void answer(int socket, const char *json) {
  char reply[8192];
  int length = snprintf(reply, sizeof reply,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n%s",
                        strlen(json), json);
  if (send(socket, reply, (size_t)length, MSG_NOSIGNAL) != length) return;
}

/* Reads one request, NUL-terminated; 0 at the end of the connection. */
static int request(int socket, char *buffer, size_t size) {
  size_t length = 0, whole = 0;
  while (whole == 0 || length < whole) {
    ssize_t count = recv(socket, buffer + length, size - 1 - length, 0);
    if (count <= 0) return 0;
    length += (size_t)count;
    buffer[length] = '\0';
    char *body = strstr(buffer, "\r\n\r\n");
    if (whole == 0 && body != NULL) {
      char *line = buffer;
      while (strncasecmp(line, "content-length:", 15) != 0) line = strstr(line, "\r\n") + 2;
      whole = (size_t)(body + 4 - buffer) + (size_t)atol(line + 15);
    }
  }
  return 1;
}

/* A full page of contacts c0 to c99, or the next one: the last of them, and one with all fields. */
static void list(int socket, int first) {
  char json[4096];
  int number = first ? 0 : 99;
  int length = snprintf(json, sizeof json, "{\"errcode\":0,\"results\":[{\"userid\":\"c%d\"}", number);
  while (++number < 100)
    length += snprintf(json + length, sizeof json - (size_t)length, ",{\"userid\":\"c%d\"}", number);
  snprintf(json + length, sizeof json - (size_t)length, "%s]}",
           first ? ""
                 : ",{\"userid\":\"c100\",\"name\":\"Li Lei\",\"mobile\":\"\","
                   "\"label_ids\":[1000007,8],\"share_user_ids\":[\"0777\"]}");
  answer(socket, json);
}

/* The record of whoever is asked for. */
static void contact(int socket, const char *asked) {
  char id[64] = "", json[256];
  CHECK(sscanf(asked, "user_id=%63[^& ]", id) == 1);
  snprintf(json, sizeof json,
           "{\"errcode\":0,\"errmsg\":\"ok\",\"request_id\":\"r5\","
           "\"result\":{\"userid\":\"%s\",\"name\":\"Li Lei\"}}", id);
  answer(socket, json);
}

static void *serve_connection(void *argument) {
  int socket = (int)(intptr_t)argument;
  char buffer[16384];
  while (request(socket, buffer, sizeof buffer)) {
    __atomic_add_fetch(&requests, 1, __ATOMIC_SEQ_CST);
    if (strstr(buffer, "user_id=hang") != NULL) {
      sem_post(&hangs);
      continue;
    }
    if (strstr(buffer, "user_id=gate") != NULL) {
      sem_post(&hangs);
      while (sem_wait(&gate) != 0) continue;
    }
    if (strstr(buffer, "/topapi/extcontact/list") != NULL) {
      list(socket, strstr(buffer, "offset=0&") != NULL);
    } else if (strstr(buffer, "/topapi/extcontact/get") != NULL &&
               strstr(buffer, "user_id=gone") == NULL) {
      contact(socket, strstr(buffer, "user_id="));
    } else if (strstr(buffer, "/topapi/extcontact/create") != NULL) {
      answer(socket, strstr(buffer, "busy") != NULL
                         ? "{\"errcode\":-1,\"errmsg\":\"busy\",\"request_id\":\"r6\"}"
                         : "{\"errcode\":0,\"userid\":\"new\",\"request_id\":\"r7\"}");
    } else if (strstr(buffer, "access_token=stale") != NULL) {
      answer(socket, "{\"errcode\":40014,\"errmsg\":\"bad token\",\"request_id\":\"r4\"}");
    } else if (strstr(buffer, "user_id=gone") != NULL) {
      answer(socket, "{\"errcode\":33012,\"errmsg\":\"no such user\",\"request_id\":\"r2\"}");
    } else if (strstr(buffer, "user_id=denied") != NULL) {
      answer(socket,
             "{\"errcode\":88,\"sub_code\":\"60011\",\"sub_msg\":\"no permission\","
             "\"errmsg\":\"a\\u0000b\",\"request_id\":\"r3\"}");
    } else if (strstr(buffer, "user_id=busy") != NULL) {
      answer(socket, "{\"errcode\":90018,\"errmsg\":\"too fast\"}");
    } else {
      answer(socket, "{\"errcode\":0,\"errmsg\":\"ok\",\"request_id\":\"r1\"}");
    }
  }
  close(socket);
  return NULL;
}

static void *serve(void *argument) {
  int listener = *(int *)argument;
  for (;;) {
    pthread_t thread;
    int socket = accept(listener, NULL, NULL);
    if (socket < 0 || pthread_create(&thread, NULL, serve_connection, (void *)(intptr_t)socket) != 0)
      abort();
    pthread_detach(thread);
  }
  return NULL;
}

static void start_server(void) {
  static int listener;
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  pthread_t thread;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  listener = socket(AF_INET, SOCK_STREAM, 0);
  if (sem_init(&hangs, 0, 0) != 0 || sem_init(&gate, 0, 0) != 0 || bind(listener, (struct sockaddr *)&address, length) != 0 ||
      listen(listener, 128) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &length) != 0 ||
      pthread_create(&thread, NULL, serve, &listener) != 0)
    abort();
  pthread_detach(thread);
  server_port = ntohs(address.sin_port);
}

static const char TOKEN[] = "token-4711";

static dtx_options *some_options(void) {
  char endpoint[64];
  dtx_options *options = dtx_options_new();
  snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", server_port);
  CHECK(dtx_options_set_access_token(options, TOKEN) == DTX_OK);
  CHECK(dtx_options_set_endpoint(options, endpoint) == DTX_OK);
  CHECK(dtx_options_set_rate(options, 0) == DTX_OK);
  return options;
}

static dtx_client *new_client(void) {
  dtx_options *options = some_options();
  dtx_client *client = NULL;
  dtx_error *error = NULL;
  CHECK(dtx_client_new(options, &client, &error) == DTX_OK);
  CHECK(client != NULL && error == NULL);
  dtx_options_free(options);
  return client;
}

/* The tests. */

static void version(void) {
  char numbers[32];
  snprintf(numbers, sizeof numbers, "%d.%d.%d", DTX_VERSION_MAJOR, DTX_VERSION_MINOR,
           DTX_VERSION_PATCH);
  CHECK(same(dtx_version(), DTX_VERSION));
  CHECK(same(numbers, DTX_VERSION));
  CHECK(dtx_version_number() == DTX_VERSION_NUMBER);
  CHECK(DTX_VERSION_NUMBER == (DTX_VERSION_MAJOR * 1000 + DTX_VERSION_MINOR) * 1000 + DTX_VERSION_PATCH);
}

static void numbers_and_names(void) {
  static const struct {
    int number, constant;
    const char *name;
  } results[] = {
      {0, DTX_OK, "ok"},
      {1, DTX_INVALID_ARGUMENT, "invalid_argument"},
      {10, DTX_INVALID_USER_ID, "invalid_user_id"},
      {11, DTX_AUTHENTICATION, "authentication"},
      {12, DTX_PERMISSION_DENIED, "permission_denied"},
      {13, DTX_THROTTLED, "throttled"},
      {14, DTX_QUOTA_EXCEEDED, "quota_exceeded"},
      {15, DTX_CONFIGURATION, "configuration"},
      {16, DTX_SERVICE, "service"},
      {19, DTX_API, "api"},
      {30, DTX_CONNECTION, "connection"},
      {31, DTX_TLS, "tls"},
      {32, DTX_TIMEOUT, "timeout"},
      {33, DTX_PROTOCOL, "protocol"},
      {34, DTX_CANCELLED, "cancelled"},
      {40, DTX_JOURNAL, "journal"},
      {50, DTX_INTERNAL, "internal"},
  };
  size_t i, named = 0;
  int number;
  for (i = 0; i < sizeof results / sizeof *results; i++) {
    CHECK(results[i].number == results[i].constant);
    CHECK(same(dtx_result_name(results[i].number), results[i].name));
  }
  for (number = -1000; number < 1000; number++) named += dtx_result_name(number) != NULL;
  CHECK(named == sizeof results / sizeof *results);
  CHECK(dtx_result_name(INT_MIN) == NULL && dtx_result_name(INT_MAX) == NULL);
}

static void null_is_harmless(void) {
  dtx_options *options = some_options();
  dtx_client *client = new_client();
  dtx_call *call = dtx_call_new();
  dtx_error *error = NULL;
  dtx_deletion *deletion = NULL;
  dtx_batch *batch = NULL;
  dtx_item *item = NULL;
  int64_t errcode = 7;
  int status = 7;
  uint64_t ms = 7;

  dtx_options_free(NULL);
  dtx_client_free(NULL);
  dtx_call_free(NULL);
  dtx_deletion_free(NULL);
  dtx_error_free(NULL);
  dtx_batch_options_free(NULL);
  dtx_batch_free(NULL);
  dtx_item_free(NULL);
  dtx_client_close(NULL);
  dtx_call_cancel(NULL);
  dtx_batch_finish(NULL);
  dtx_batch_stop(NULL);
  dtx_batch_cancel(NULL);

  CHECK(dtx_options_set_access_token(NULL, "t") == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_app_key(NULL, "t") == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_app_secret(NULL, "t") == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_region(NULL, "china") == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_endpoint(NULL, "t") == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_proxy(NULL, "none") == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_ca_file(NULL, "t") == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_timeout_ms(NULL, 1) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_attempt_timeout_ms(NULL, 1) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_connect_timeout_ms(NULL, 1) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_max_attempts(NULL, 1) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_rate(NULL, 1) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_missing_ok(NULL, 1) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_call_set_timeout_ms(NULL, 1) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_call_set_missing_ok(NULL, 1) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_call_set_probe(NULL, NULL, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_batch_options_set_concurrency(NULL, 1) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_batch_options_set_journal(NULL, "j") == DTX_INVALID_ARGUMENT);
  CHECK(dtx_batch_options_set_backup(NULL, "b") == DTX_INVALID_ARGUMENT);
  CHECK(dtx_batch_options_set_missing_ok(NULL, 1) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_batch_options_set_stop_on_missing(NULL, 1) == DTX_INVALID_ARGUMENT);

  CHECK(dtx_options_set_access_token(options, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_app_key(options, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_app_secret(options, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_region(options, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_endpoint(options, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_proxy(options, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_ca_file(options, NULL) == DTX_INVALID_ARGUMENT);

  CHECK(dtx_client_new(NULL, NULL, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_client_new(options, NULL, &error) == DTX_INVALID_ARGUMENT);
  CHECK(same(dtx_error_message(error), "client is NULL"));
  dtx_error_free(error);

  CHECK(dtx_client_delete(NULL, "a", call, &deletion, &error) == DTX_INVALID_ARGUMENT);
  CHECK(same(dtx_error_message(error), "client is NULL") && deletion == NULL);
  dtx_error_free(error);
  CHECK(dtx_client_delete(client, NULL, call, &deletion, &error) == DTX_INVALID_ARGUMENT);
  CHECK(same(dtx_error_message(error), "user_id is NULL"));
  CHECK(dtx_error_user_id(error) == NULL && dtx_error_attempts(error) == 0);
  dtx_error_free(error);
  CHECK(dtx_client_delete(client, "a", NULL, NULL, NULL) == DTX_OK);
  CHECK(dtx_client_delete(client, "gone", NULL, NULL, NULL) == DTX_INVALID_USER_ID);
  CHECK(dtx_client_set_access_token(NULL, "t", NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_client_set_access_token(client, NULL, &error) == DTX_INVALID_ARGUMENT);
  CHECK(same(dtx_error_message(error), "access_token is NULL"));
  dtx_error_free(error);

  CHECK(dtx_deletion_status(NULL) == 0 && dtx_deletion_user_id(NULL) == NULL);
  CHECK(dtx_deletion_request_id(NULL) == NULL && dtx_deletion_attempts(NULL) == 0);
  CHECK(dtx_deletion_maybe_deleted(NULL) == 0 && dtx_deletion_json(NULL) == NULL);
  CHECK(dtx_error_kind(NULL) == DTX_OK && dtx_error_message(NULL) == NULL);
  CHECK(dtx_error_advice(NULL) == NULL && dtx_error_code(NULL) == NULL);
  CHECK(dtx_error_errcode(NULL, &errcode) == 0 && errcode == 7);
  CHECK(dtx_error_errmsg(NULL) == NULL && dtx_error_sub_code(NULL) == NULL);
  CHECK(dtx_error_sub_msg(NULL) == NULL && dtx_error_request_id(NULL) == NULL);
  CHECK(dtx_error_http_status(NULL, &status) == 0 && status == 7);
  CHECK(dtx_error_retry_after_ms(NULL, &ms) == 0 && ms == 7);
  CHECK(dtx_error_attempts(NULL) == 0 && dtx_error_retryable(NULL) == 0);
  CHECK(dtx_error_maybe_deleted(NULL) == 0 && dtx_error_user_id(NULL) == NULL);
  CHECK(dtx_error_json(NULL) == NULL);

  CHECK(dtx_batch_new(NULL, NULL, NULL, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_batch_new(NULL, NULL, &batch, &error) == DTX_INVALID_ARGUMENT && batch == NULL);
  CHECK(same(dtx_error_message(error), "client is NULL"));
  dtx_error_free(error);
  CHECK(dtx_batch_new(client, NULL, NULL, &error) == DTX_INVALID_ARGUMENT);
  CHECK(same(dtx_error_message(error), "batch is NULL"));
  dtx_error_free(error);
  CHECK(dtx_batch_push(NULL, "a", NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_batch_push(NULL, "a", &error) == DTX_INVALID_ARGUMENT);
  CHECK(same(dtx_error_message(error), "batch is NULL"));
  dtx_error_free(error);
  CHECK(dtx_batch_next(NULL, NULL, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_batch_next(NULL, &item, &error) == DTX_INVALID_ARGUMENT && item == NULL);
  CHECK(same(dtx_error_message(error), "batch is NULL"));
  dtx_error_free(error);
  CHECK(dtx_batch_new(client, NULL, &batch, NULL) == DTX_OK);
  CHECK(dtx_batch_push(batch, NULL, &error) == DTX_INVALID_ARGUMENT);
  CHECK(same(dtx_error_message(error), "user_id is NULL"));
  dtx_error_free(error);
  /* Without a place for the item it is not taken, and so not lost. */
  CHECK(dtx_batch_push(batch, "a", NULL) == DTX_OK);
  CHECK(dtx_batch_next(batch, NULL, &error) == DTX_INVALID_ARGUMENT);
  CHECK(same(dtx_error_message(error), "item is NULL"));
  dtx_error_free(error);
  dtx_batch_finish(batch);
  CHECK(dtx_batch_next(batch, &item, NULL) == DTX_OK && same(dtx_item_user_id(item), "a"));
  dtx_item_free(item);
  CHECK(dtx_batch_next(batch, &item, NULL) == DTX_OK && item == NULL);
  dtx_batch_free(batch);
  CHECK(dtx_batch_wants(NULL) == 0 && dtx_batch_summary_json(NULL) == NULL);
  CHECK(dtx_batch_deleted(NULL) == 0 && dtx_batch_absent(NULL) == 0);
  CHECK(dtx_batch_maybe_deleted(NULL) == 0);
  CHECK(dtx_batch_failed(NULL) == 0 && dtx_batch_not_attempted(NULL) == 0);
  CHECK(dtx_batch_settled_before(NULL) == 0 && dtx_batch_repeated(NULL) == 0);
  CHECK(dtx_batch_calls(NULL) == 0 && dtx_batch_unrecorded(NULL) == 0);
  CHECK(dtx_item_user_id(NULL) == NULL && dtx_item_json(NULL) == NULL);
  CHECK(dtx_item_deletion(NULL) == NULL && dtx_item_error(NULL) == NULL);
  CHECK(dtx_item_not_attempted(NULL) == 0);
  CHECK(dtx_item_time(NULL) == NULL && dtx_item_settled_before(NULL) == 0);

  dtx_call_free(call);
  dtx_client_free(client);
  dtx_options_free(options);
}

typedef int (*set_text)(dtx_options *, const char *);

static const struct {
  const char *name;
  set_text set;
} texts[] = {
    {"access_token", dtx_options_set_access_token}, {"app_key", dtx_options_set_app_key},
    {"app_secret", dtx_options_set_app_secret},     {"region", dtx_options_set_region},
    {"endpoint", dtx_options_set_endpoint},         {"proxy", dtx_options_set_proxy},
    {"ca_file", dtx_options_set_ca_file},           {"language", dtx_options_set_language},
};

/* The client cannot be made, and the error names the option. */
static void refused(dtx_options *options, const char *name, const char *problem) {
  dtx_client *client = (dtx_client *)&client;
  dtx_error *error = (dtx_error *)&error;
  CHECK(dtx_client_new(options, &client, &error) == DTX_INVALID_ARGUMENT);
  CHECK(client == NULL && dtx_error_kind(error) == DTX_INVALID_ARGUMENT);
  CHECK(contains(dtx_error_message(error), name) && contains(dtx_error_message(error), problem));
  CHECK(dtx_error_user_id(error) == NULL && dtx_error_maybe_deleted(error) == 0);
  dtx_error_free(error);
  dtx_options_free(options);
}

/* Begins a batch with these options, and frees them. */
static dtx_batch *new_batch(const dtx_client *client, dtx_batch_options *options) {
  dtx_batch *batch = NULL;
  dtx_error *error = (dtx_error *)&error;
  CHECK(dtx_batch_new(client, options, &batch, &error) == DTX_OK);
  CHECK(batch != NULL && error == NULL);
  dtx_batch_options_free(options);
  return batch;
}

/* The batch cannot begin, and the error says why. */
static void batch_refused(const dtx_client *client, dtx_batch_options *options, int result,
                          const char *problem) {
  dtx_batch *batch = (dtx_batch *)&batch;
  dtx_error *error = (dtx_error *)&error;
  CHECK(dtx_batch_new(client, options, &batch, &error) == result);
  CHECK(batch == NULL && dtx_error_kind(error) == result);
  CHECK(contains(dtx_error_message(error), problem));
  dtx_error_free(error);
  dtx_batch_options_free(options);
}

/* The call is refused by what it was set to, and the error names it. */
static void call_refused(const dtx_client *client, const char *name, const char *text,
                         const char *problem) {
  dtx_call *call = dtx_call_new();
  dtx_error *error = NULL;
  CHECK(dtx_call_set(call, name, text) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_client_delete(client, "a", call, NULL, &error) == DTX_INVALID_ARGUMENT);
  CHECK(contains(dtx_error_message(error), problem));
  dtx_error_free(error);
  dtx_call_free(call);
}

static void text_that_is_not_utf8(void) {
  static const char *const bad[] = {"\xff", "abc\x80", "\xc0\xaf", "\xed\xa0\x80", "\xe4\xbd"};
  size_t i, j;
  dtx_client *client = new_client();
  dtx_batch *batch = new_batch(client, NULL);
  dtx_item *item = NULL;
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    const char *paths[2];
    dtx_error *error = NULL;
    dtx_journal *journal = NULL;
    dtx_restoration *restored = NULL;
    dtx_contact *contact = NULL;
    for (j = 0; j < sizeof texts / sizeof *texts; j++) {
      dtx_options *options = some_options();
      CHECK(texts[j].set(options, bad[i]) == DTX_INVALID_ARGUMENT);
      refused(options, texts[j].name, "is not UTF-8");
    }
    CHECK(dtx_client_delete(client, bad[i], NULL, NULL, &error) == DTX_INVALID_ARGUMENT);
    CHECK(same(dtx_error_message(error), "user_id is not UTF-8"));
    dtx_error_free(error);
    CHECK(dtx_client_set_access_token(client, bad[i], &error) == DTX_INVALID_ARGUMENT);
    CHECK(same(dtx_error_message(error), "access_token is not UTF-8"));
    dtx_error_free(error);
    CHECK(dtx_client_get(client, bad[i], NULL, &contact, &error) == DTX_INVALID_ARGUMENT);
    CHECK(same(dtx_error_message(error), "user_id is not UTF-8") && contact == NULL);
    dtx_error_free(error);
    CHECK(dtx_client_restore(client, bad[i], 0, NULL, &restored, &error) == DTX_INVALID_ARGUMENT);
    CHECK(same(dtx_error_message(error), "record is not UTF-8") && restored == NULL);
    dtx_error_free(error);
    paths[0] = "journal";
    paths[1] = bad[i];
    CHECK(dtx_journal_read(paths, 2, &journal, &error) == DTX_INVALID_ARGUMENT);
    CHECK(same(dtx_error_message(error), "paths[1] is not UTF-8") && journal == NULL);
    dtx_error_free(error);
    call_refused(client, "timeout", bad[i], "timeout is not UTF-8");
    call_refused(client, bad[i], "1", "name is not UTF-8");
    for (j = 0; j < sizeof texts / sizeof *texts; j++) {
      dtx_options *options = some_options();
      CHECK(dtx_options_set(options, texts[j].name, bad[i]) == DTX_INVALID_ARGUMENT);
      refused(options, texts[j].name, "is not UTF-8");
    }
    for (j = 0; j < 2; j++) {
      dtx_batch_options *options = dtx_batch_options_new();
      CHECK((j == 0 ? dtx_batch_options_set_journal(options, bad[i])
                    : dtx_batch_options_set_backup(options, bad[i])) == DTX_INVALID_ARGUMENT);
      batch_refused(client, options, DTX_INVALID_ARGUMENT,
                    j == 0 ? "journal is not UTF-8" : "backup is not UTF-8");
    }
    CHECK(dtx_batch_push(batch, bad[i], &error) == DTX_INVALID_ARGUMENT);
    CHECK(same(dtx_error_message(error), "user_id is not UTF-8"));
    dtx_error_free(error);
  }
  dtx_batch_finish(batch);
  CHECK(dtx_batch_next(batch, &item, NULL) == DTX_OK && item == NULL);
  dtx_batch_free(batch);
  dtx_client_free(client);
}

static void text_that_is_too_long(void) {
  size_t i, length = 1 << 20;
  char *text = malloc(length + 1);
  dtx_client *client = new_client();
  dtx_error *error = NULL;
  memset(text, 'a', length);
  text[length] = '\0';
  CHECK(dtx_client_delete(client, text, NULL, NULL, &error) == DTX_INVALID_ARGUMENT);
  CHECK(strlen(dtx_error_message(error)) < 2000 && same(dtx_error_user_id(error), text));
  dtx_error_free(error);
  CHECK(dtx_client_set_access_token(client, text, &error) == DTX_INVALID_ARGUMENT);
  CHECK(strlen(dtx_error_message(error)) < 2000);
  dtx_error_free(error);
  dtx_client_free(client);
  for (i = 0; i < sizeof texts / sizeof *texts; i++) {
    dtx_options *options = some_options();
    texts[i].set(options, text);
    CHECK(dtx_client_new(options, &client, &error) == DTX_INVALID_ARGUMENT && client == NULL);
    CHECK(strlen(dtx_error_json(error)) < 2000);
    dtx_error_free(error);
    dtx_options_free(options);
  }
  free(text);
}

static void numbers_out_of_bounds(void) {
  static const uint64_t times[] = {0, 86400001, UINT64_C(1) << 53, UINT64_MAX};
  dtx_client *client = new_client();
  dtx_options *options;
  size_t i;
  for (i = 0; i < sizeof times / sizeof *times; i++) {
    dtx_call *call = dtx_call_new();
    dtx_error *error = NULL;
    options = some_options();
    CHECK(dtx_options_set_timeout_ms(options, times[i]) == DTX_INVALID_ARGUMENT);
    refused(options, "timeout", "out of bounds");
    options = some_options();
    CHECK(dtx_options_set_attempt_timeout_ms(options, times[i]) == DTX_INVALID_ARGUMENT);
    refused(options, "attempt_timeout", "out of bounds");
    options = some_options();
    CHECK(dtx_options_set_connect_timeout_ms(options, times[i]) == DTX_INVALID_ARGUMENT);
    refused(options, "connect_timeout", "out of bounds");
    CHECK(dtx_call_set_timeout_ms(call, times[i]) == DTX_OK);
    CHECK(dtx_client_delete(client, "a", call, NULL, &error) == DTX_INVALID_ARGUMENT);
    CHECK(contains(dtx_error_message(error), "timeout is out of bounds"));
    CHECK(contains(dtx_error_advice(error), "milliseconds"));
    dtx_error_free(error);
    dtx_call_free(call);
  }
  options = some_options();
  CHECK(dtx_options_set_timeout_ms(options, 1) == DTX_OK);
  CHECK(dtx_options_set_timeout_ms(options, 86400000) == DTX_OK);
  CHECK(dtx_options_set_max_attempts(options, 100) == DTX_OK);
  CHECK(dtx_options_set_rate(options, 10000) == DTX_OK);
  CHECK(dtx_options_set_rate(options, 10001) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_max_attempts(options, 101) == DTX_INVALID_ARGUMENT);
  refused(options, "rate", "out of bounds");
  options = some_options();
  CHECK(dtx_options_set_max_attempts(options, 0) == DTX_INVALID_ARGUMENT);
  /* The first refused value is the one that is reported, and a good one does not undo it. */
  CHECK(dtx_options_set_max_attempts(options, 1) == DTX_OK);
  CHECK(dtx_options_set_rate(options, (uint32_t)-1) == DTX_INVALID_ARGUMENT);
  refused(options, "max_attempts", "out of bounds");
  options = some_options();
  CHECK(dtx_options_set_rate(options, (uint32_t)-1) == DTX_INVALID_ARGUMENT);
  refused(options, "rate", "out of bounds");
  for (i = 0; i < 3; i++) {
    static const uint32_t concurrencies[] = {0, 65, (uint32_t)-1};
    dtx_batch_options *many = dtx_batch_options_new();
    CHECK(dtx_batch_options_set_concurrency(many, concurrencies[i]) == DTX_INVALID_ARGUMENT);
    CHECK(dtx_batch_options_set_journal(many, "\xff") == DTX_INVALID_ARGUMENT);
    CHECK(dtx_batch_options_set_concurrency(many, 64) == DTX_OK);
    batch_refused(client, many, DTX_INVALID_ARGUMENT, "concurrency is out of bounds");
  }
  dtx_client_free(client);
}

static void options_by_name(void) {
  dtx_options *options = some_options();
  dtx_batch_options *settings = dtx_batch_options_new();
  dtx_call *call = dtx_call_new();
  dtx_client *client = NULL;
  dtx_deletion *deletion = NULL;
  dtx_error *error = NULL;
  CHECK(dtx_options_set(NULL, "rate", "1") == DTX_INVALID_ARGUMENT);
  CHECK(dtx_batch_options_set(NULL, "journal", "j") == DTX_INVALID_ARGUMENT);
  CHECK(dtx_call_set(NULL, "timeout", "1") == DTX_INVALID_ARGUMENT);

  CHECK(dtx_options_set(options, "missing_ok", "true") == DTX_OK);
  CHECK(dtx_options_set(options, "timeout", "20000") == DTX_OK);
  CHECK(dtx_client_new(options, &client, NULL) == DTX_OK);
  CHECK(dtx_client_delete(client, "gone", NULL, &deletion, NULL) == DTX_OK);
  CHECK(dtx_deletion_status(deletion) == DTX_STATUS_ABSENT);
  dtx_deletion_free(deletion);

  CHECK(dtx_call_set(call, "missing_ok", "0") == DTX_OK);
  CHECK(dtx_client_delete(client, "gone", call, NULL, NULL) == DTX_INVALID_USER_ID);
  CHECK(dtx_call_set(call, "patience", "1") == DTX_OK);
  CHECK(dtx_client_delete(client, "1", call, NULL, &error) == DTX_INVALID_ARGUMENT);
  CHECK(contains(dtx_error_message(error), "there is no option \"patience\""));
  dtx_error_free(error);
  call_refused(client, NULL, "1", "name is NULL");
  call_refused(client, "timeout", NULL, "timeout is NULL");

  CHECK(dtx_options_set(options, "timeout", "soon") == DTX_INVALID_ARGUMENT);
  refused(options, "timeout", "is not a number of milliseconds");
  options = some_options();
  CHECK(dtx_options_set(options, "proxy", NULL) == DTX_INVALID_ARGUMENT);
  refused(options, "proxy", "is NULL");
  options = some_options();
  CHECK(dtx_options_set(options, NULL, "none") == DTX_INVALID_ARGUMENT);
  refused(options, "name", "is NULL");

  CHECK(dtx_batch_options_set(settings, "concurrency", "3") == DTX_OK);
  CHECK(dtx_batch_options_set(settings, "concurrency", "65") == DTX_INVALID_ARGUMENT);
  batch_refused(client, settings, DTX_INVALID_ARGUMENT, "concurrency is out of bounds");
  dtx_call_free(call);
  dtx_client_free(client);
}

/* Advice speaks the language of the client; what programs read stays as it is. */
static void languages(void) {
  dtx_client *clients[2] = {NULL, NULL};
  dtx_error *errors[2] = {NULL, NULL};
  dtx_options *options;
  int i;
  for (i = 0; i < 2; i++) {
    options = some_options();
    CHECK(dtx_options_set_language(options, i ? "zh" : "en") == DTX_OK);
    CHECK(dtx_client_new(options, &clients[i], NULL) == DTX_OK);
    dtx_options_free(options);
    CHECK(dtx_client_delete(clients[i], "gone", NULL, NULL, &errors[i]) == DTX_INVALID_USER_ID);
  }
  CHECK(same(dtx_error_message(errors[1]), dtx_error_message(errors[0])));
  CHECK(same(dtx_error_code(errors[1]), dtx_error_code(errors[0])));
  CHECK(contains(dtx_error_advice(errors[0]), "Check the id"));
  CHECK(contains(dtx_error_advice(errors[1]), "请检查 userid"));
  CHECK(contains(dtx_error_advice(errors[1]), "dtx_options_set_missing_ok 会"));
  for (i = 0; i < 2; i++) {
    dtx_error_free(errors[i]);
    dtx_client_free(clients[i]);
  }
  options = some_options();
  CHECK(dtx_options_set(options, "language", "fr") == DTX_INVALID_ARGUMENT);
  refused(options, "language", "is not supported");
}

/* A package says whose it is, and messages and advice have the names of its language. */
static void packages(void) {
  dtx_options *options = some_options();
  dtx_batch_options *settings = dtx_batch_options_new();
  dtx_call *call = dtx_call_new();
  dtx_client *client = NULL;
  dtx_error *error = NULL;
  CHECK(dtx_options_set(options, "binding", "go") == DTX_OK);
  CHECK(dtx_client_new(options, &client, NULL) == DTX_OK);
  CHECK(dtx_client_delete(client, "gone", NULL, NULL, &error) == DTX_INVALID_USER_ID);
  CHECK(contains(dtx_error_advice(error), "MissingOK") && !contains(dtx_error_advice(error), "dtx_"));
  dtx_error_free(error);
  CHECK(dtx_options_set(options, "attempt_timeout", "0") == DTX_INVALID_ARGUMENT);
  refused(options, "AttemptTimeout", "is out of bounds");

  CHECK(dtx_call_set(call, "binding", "java") == DTX_OK);
  CHECK(dtx_call_set(call, "missing_ok", "perhaps") == DTX_OK);
  CHECK(dtx_client_delete(client, "1", call, NULL, &error) == DTX_INVALID_ARGUMENT);
  CHECK(contains(dtx_error_message(error), "missingOk is not"));
  dtx_error_free(error);
  CHECK(dtx_batch_options_set(settings, "binding", "dotnet") == DTX_OK);
  CHECK(dtx_batch_options_set(settings, "stop_on_missing", "perhaps") == DTX_INVALID_ARGUMENT);
  batch_refused(client, settings, DTX_INVALID_ARGUMENT, "StopOnMissing is not");

  options = some_options();
  CHECK(dtx_options_set(options, "binding", "go") == DTX_OK);
  CHECK(dtx_options_set(options, "app_key", "\xff") == DTX_INVALID_ARGUMENT);
  refused(options, "AppKey", "is not UTF-8");
  CHECK(dtx_client_set_access_token(client, "\xff", &error) == DTX_INVALID_ARGUMENT);
  CHECK(same(dtx_error_message(error), "AccessToken is not UTF-8"));
  dtx_error_free(error);

  options = some_options();
  CHECK(dtx_options_set(options, "binding", "cobol") == DTX_INVALID_ARGUMENT);
  refused(options, "binding", "cobol");
  dtx_call_free(call);
  dtx_client_free(client);
}

static void fields_of_a_deletion(void) {
  dtx_client *client = new_client();
  dtx_call *call = dtx_call_new();
  dtx_deletion *deletion = NULL, *absent = NULL;
  dtx_error *error = (dtx_error *)&error;
  CHECK(dtx_client_delete(client, "0125400001", NULL, &deletion, &error) == DTX_OK);
  CHECK(error == NULL && dtx_deletion_status(deletion) == DTX_STATUS_DELETED);
  CHECK(same(dtx_deletion_user_id(deletion), "0125400001"));
  CHECK(same(dtx_deletion_request_id(deletion), "r1"));
  CHECK(dtx_deletion_attempts(deletion) == 1 && dtx_deletion_maybe_deleted(deletion) == 0);
  CHECK(same(dtx_deletion_json(deletion),
             "{\"user_id\":\"0125400001\",\"status\":\"deleted\",\"request_id\":\"r1\","
             "\"attempts\":1,\"maybe_deleted\":false}"));
  CHECK(dtx_deletion_json(deletion) == dtx_deletion_json(deletion));

  CHECK(dtx_call_set_missing_ok(call, -1) == DTX_OK);
  CHECK(dtx_client_delete(client, "gone", call, &absent, &error) == DTX_OK);
  CHECK(dtx_deletion_status(absent) == DTX_STATUS_ABSENT);
  CHECK(same(dtx_deletion_request_id(absent), "r2"));
  CHECK(dtx_call_set_missing_ok(call, 0) == DTX_OK);
  CHECK(dtx_client_delete(client, "gone", call, NULL, NULL) == DTX_INVALID_USER_ID);

  dtx_client_free(client);
  CHECK(same(dtx_deletion_user_id(deletion), "0125400001")); /* It outlives its client. */
  dtx_deletion_free(deletion);
  dtx_deletion_free(absent);
  dtx_call_free(call);
}

static void fields_of_an_error(void) {
  dtx_client *client = new_client();
  dtx_call *call = dtx_call_new();
  dtx_deletion *deletion = (dtx_deletion *)&deletion;
  dtx_error *denied = NULL, *gone = NULL, *busy = NULL, *invalid = NULL;
  int64_t errcode = 0;
  int status = 0;
  uint64_t ms = 0;
  CHECK(dtx_client_delete(client, "denied", NULL, &deletion, &denied) == DTX_PERMISSION_DENIED);
  CHECK(deletion == NULL && dtx_error_kind(denied) == DTX_PERMISSION_DENIED);
  CHECK(dtx_client_delete(client, "gone", NULL, NULL, &gone) == DTX_INVALID_USER_ID);
  CHECK(dtx_client_delete(client, " ", NULL, NULL, &invalid) == DTX_INVALID_ARGUMENT);
  /* Errors are objects of their own: later ones change nothing of the first. */
  CHECK(contains(dtx_error_message(denied), "contact denied: "));
  CHECK(contains(dtx_error_advice(denied), "qyapi_ext_write"));
  CHECK(same(dtx_error_code(denied), "60011") && same(dtx_error_sub_code(denied), "60011"));
  CHECK(dtx_error_errcode(denied, &errcode) == 1 && errcode == 88);
  CHECK(dtx_error_errcode(denied, NULL) == 1);
  CHECK(same(dtx_error_errmsg(denied), "a\xef\xbf\xbd" "b") || same(dtx_error_errmsg(denied), "a b"));
  CHECK(same(dtx_error_sub_msg(denied), "no permission"));
  CHECK(same(dtx_error_request_id(denied), "r3") && same(dtx_error_user_id(denied), "denied"));
  CHECK(dtx_error_http_status(denied, &status) == 1 && status == 200);
  CHECK(dtx_error_retry_after_ms(denied, &ms) == 0 && ms == 0);
  CHECK(dtx_error_attempts(denied) == 1 && dtx_error_retryable(denied) == 0);
  CHECK(dtx_error_maybe_deleted(denied) == 0);
  CHECK(contains(dtx_error_json(denied), "\"kind\":\"permission_denied\""));
  CHECK(dtx_error_errcode(gone, &errcode) == 1 && errcode == 33012);
  CHECK(dtx_error_sub_code(gone) == NULL && dtx_error_sub_msg(gone) == NULL);
  CHECK(dtx_error_errcode(invalid, &errcode) == 0 && errcode == 33012);
  CHECK(dtx_error_http_status(invalid, &status) == 0 && status == 200);
  CHECK(dtx_error_code(invalid) == NULL && dtx_error_errmsg(invalid) == NULL);
  CHECK(dtx_error_request_id(invalid) == NULL && same(dtx_error_user_id(invalid), " "));

  /* The known wait does not fit into what is left, so the call ends now and says it. */
  CHECK(dtx_call_set_timeout_ms(call, 500) == DTX_OK);
  CHECK(dtx_client_delete(client, "busy", call, NULL, &busy) == DTX_THROTTLED);
  CHECK(dtx_error_retryable(busy) == 1);
  CHECK(dtx_error_retry_after_ms(busy, NULL) == dtx_error_retry_after_ms(busy, &ms));
  CHECK(ms == 1000);

  dtx_client_free(client);
  CHECK(same(dtx_error_code(gone), "33012")); /* It outlives its client. */
  dtx_error_free(denied);
  dtx_error_free(gone);
  dtx_error_free(busy);
  dtx_error_free(invalid);
  dtx_call_free(call);
}

static void options_serve_several_clients(void) {
  dtx_options *options = some_options();
  dtx_client *first = NULL, *second = NULL;
  CHECK(dtx_options_set_missing_ok(options, 1) == DTX_OK);
  CHECK(dtx_client_new(options, &first, NULL) == DTX_OK);
  CHECK(dtx_options_set_missing_ok(options, 0) == DTX_OK);
  CHECK(dtx_client_new(options, &second, NULL) == DTX_OK);
  dtx_options_free(options);
  CHECK(dtx_client_delete(first, "gone", NULL, NULL, NULL) == DTX_OK);
  CHECK(dtx_client_delete(second, "gone", NULL, NULL, NULL) == DTX_INVALID_USER_ID);
  dtx_client_free(first);
  dtx_client_free(second);
}

static void options_from_the_environment(void) {
  char endpoint[64];
  dtx_client *client = NULL;
  dtx_options *options;
  snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", server_port);
  setenv("DINGTALK_ACCESS_TOKEN", TOKEN, 1);
  setenv("DINGTALK_ENDPOINT", endpoint, 1);
  options = dtx_options_from_env();
  CHECK(dtx_client_new(options, &client, NULL) == DTX_OK);
  CHECK(dtx_client_delete(client, "a", NULL, NULL, NULL) == DTX_OK);
  dtx_client_free(client);
  dtx_options_free(options);
  setenv("DINGTALK_ENDPOINT", "\xff", 1);
  refused(dtx_options_from_env(), "DINGTALK_ENDPOINT", "not valid text");
  unsetenv("DINGTALK_ENDPOINT");
  unsetenv("DINGTALK_ACCESS_TOKEN");
  refused(dtx_options_from_env(), "credentials", "no");
}

static void new_token(void) {
  dtx_client *client = new_client();
  dtx_error *error = NULL;
  CHECK(dtx_client_set_access_token(client, "stale", &error) == DTX_OK && error == NULL);
  CHECK(dtx_client_delete(client, "a", NULL, NULL, NULL) == DTX_AUTHENTICATION);
  CHECK(dtx_client_set_access_token(client, "a b", &error) == DTX_INVALID_ARGUMENT);
  dtx_error_free(error);
  CHECK(dtx_client_set_access_token(client, "fresh", NULL) == DTX_OK);
  CHECK(dtx_client_delete(client, "a", NULL, NULL, NULL) == DTX_OK);
  dtx_client_free(client);
}

static void closed_client(void) {
  dtx_client *client = new_client();
  dtx_error *error = NULL;
  dtx_client_close(client);
  dtx_client_close(client);
  CHECK(dtx_client_delete(client, "a", NULL, NULL, &error) == DTX_INVALID_ARGUMENT);
  CHECK(contains(dtx_error_message(error), "client is closed"));
  dtx_error_free(error);
  CHECK(dtx_client_set_access_token(client, "fresh", &error) == DTX_INVALID_ARGUMENT);
  CHECK(contains(dtx_error_message(error), "client is closed"));
  dtx_error_free(error);
  dtx_client_free(client);
}

static void restoring(void) {
#define RECORD(id, name)                                                                    \
  "{\"userid\":\"" id "\",\"name\":\"" name "\",\"mobile\":\"1\",\"state_code\":\"86\"," \
  "\"follower_user_id\":\"m\",\"label_ids\":[1]}"
  dtx_client *client = new_client();
  dtx_restoration *restored = NULL;
  dtx_error *error = NULL;
  int before;
  CHECK(dtx_client_restore(client, RECORD("0125400001", "n"), 0, NULL, &restored, &error) == DTX_OK);
  CHECK(dtx_restoration_status(restored) == DTX_RESTORE_STILL_THERE && error == NULL);
  CHECK(same(dtx_restoration_user_id(restored), "0125400001"));
  dtx_restoration_free(restored);
  CHECK(dtx_client_restore(client, RECORD("gone", "n"), 0, NULL, &restored, &error) == DTX_OK);
  CHECK(dtx_restoration_status(restored) == DTX_RESTORE_CREATED);
  CHECK(same(dtx_restoration_user_id(restored), "new"));
  CHECK(same(dtx_restoration_old_user_id(restored), "gone"));
  CHECK(dtx_restoration_attempts(restored) == 1 && dtx_restoration_problem(restored) == NULL);
  CHECK(contains(dtx_restoration_json(restored), "{\"old_user_id\":\"gone\",\"status\":\"created\""));
  CHECK(dtx_restoration_json(restored) == dtx_restoration_json(restored));
  dtx_restoration_free(restored);
  /* A whole line of a backup. */
  CHECK(dtx_client_restore(client, "{\"record\":" RECORD("gone", "n") ",\"user_id\":\"gone\"}", 0, NULL,
                           &restored, &error) == DTX_OK);
  CHECK(dtx_restoration_status(restored) == DTX_RESTORE_CREATED);
  dtx_restoration_free(restored);
  before = __atomic_load_n(&requests, __ATOMIC_SEQ_CST);
  CHECK(dtx_client_restore(client, RECORD("gone", "busy"), 0, NULL, &restored, &error) == DTX_OK);
  CHECK(dtx_restoration_status(restored) == DTX_RESTORE_MAY_BE_CREATED);
  CHECK(dtx_restoration_user_id(restored) == NULL && dtx_restoration_problem(restored) != NULL);
  /* The old id was asked for, and one request to create was sent. */
  CHECK(__atomic_load_n(&requests, __ATOMIC_SEQ_CST) == before + 2);
  dtx_restoration_free(restored);
  before = __atomic_load_n(&requests, __ATOMIC_SEQ_CST);
  CHECK(dtx_client_restore(client, "[]", 0, NULL, &restored, &error) == DTX_INVALID_ARGUMENT);
  CHECK(restored == NULL && contains(dtx_error_message(error), "not a JSON object"));
  dtx_error_free(error);
  CHECK(dtx_client_restore(client, "{\"userid\":\"1\"}", 1, NULL, &restored, &error) ==
        DTX_INVALID_ARGUMENT);
  CHECK(contains(dtx_error_message(error), "has no name"));
  dtx_error_free(error);
  CHECK(dtx_client_restore(client, NULL, 0, NULL, &restored, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_client_restore(NULL, "{}", 0, NULL, &restored, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_client_restore(client, RECORD("gone", "n"), 0, NULL, NULL, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(__atomic_load_n(&requests, __ATOMIC_SEQ_CST) == before);
  CHECK(dtx_restoration_status(NULL) == 0 && dtx_restoration_json(NULL) == NULL);
  CHECK(dtx_restoration_user_id(NULL) == NULL && dtx_restoration_attempts(NULL) == 0);
  CHECK(dtx_restoration_old_user_id(NULL) == NULL && dtx_restoration_request_id(NULL) == NULL);
  dtx_restoration_free(NULL);
  dtx_client_free(client);
#undef RECORD
}

static void check_of_what_stands(void) {
  dtx_client *client = new_client();
  dtx_check *check = NULL;
  const dtx_check_step *last;
  dtx_error *error = NULL;
  uint64_t place;
  int before = __atomic_load_n(&requests, __ATOMIC_SEQ_CST);
  CHECK(dtx_client_check(client, 0, NULL, &check, &error) == DTX_OK && error == NULL);
  CHECK(dtx_check_ok(check) == 1);
  CHECK(contains(dtx_check_json(check), "{\"step\":\"read_permission\",\"status\":\"ok\","));
  CHECK(dtx_check_json(check) == dtx_check_json(check));
  CHECK(!contains(dtx_check_json(check), TOKEN));
  CHECK(contains(dtx_check_json(check), dtx_check_report(check)));
  CHECK(same(dtx_check_step_name(dtx_check_step_at(check, 0)), "credentials"));
  for (place = 0; place < dtx_check_step_count(check); place++) {
    const dtx_check_step *step = dtx_check_step_at(check, place);
    CHECK(dtx_check_step_status(step) != DTX_CHECK_FAILED && dtx_check_step_text(step) != NULL);
    CHECK(dtx_check_step_error(step) == NULL);
  }
  CHECK(place > 5 && dtx_check_step_at(check, place) == NULL);
  CHECK(dtx_check_step_at(check, UINT64_MAX) == NULL);
  dtx_check_free(check);
  /* The server knows whoever is asked for, so nothing is deleted and nothing is known: two pages of
   * one contact, and one record. */
  CHECK(dtx_client_check(client, 1, NULL, &check, &error) == DTX_OK);
  CHECK(dtx_check_ok(check) == 0);
  CHECK(contains(dtx_check_json(check), "{\"step\":\"write_permission\",\"status\":\"unknown\","));
  last = dtx_check_step_at(check, dtx_check_step_count(check) - 1);
  CHECK(same(dtx_check_step_name(last), "write_permission"));
  CHECK(dtx_check_step_status(last) == DTX_CHECK_UNKNOWN && dtx_check_step_advice(last) != NULL);
  CHECK(__atomic_load_n(&requests, __ATOMIC_SEQ_CST) == before + 3);
  dtx_check_free(check);
  CHECK(dtx_client_check(NULL, 0, NULL, &check, NULL) == DTX_INVALID_ARGUMENT && check == NULL);
  CHECK(dtx_client_check(client, 0, NULL, NULL, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_check_ok(NULL) == 0 && dtx_check_json(NULL) == NULL && dtx_check_report(NULL) == NULL);
  CHECK(dtx_check_step_count(NULL) == 0 && dtx_check_step_at(NULL, 0) == NULL);
  CHECK(dtx_check_step_name(NULL) == NULL && dtx_check_step_status(NULL) == 0);
  CHECK(dtx_check_step_text(NULL) == NULL && dtx_check_step_advice(NULL) == NULL);
  CHECK(dtx_check_step_error(NULL) == NULL);
  dtx_check_free(NULL);
  dtx_client_close(client);
  CHECK(dtx_client_check(client, 0, NULL, &check, &error) == DTX_INVALID_ARGUMENT && check == NULL);
  CHECK(contains(dtx_error_message(error), "client is closed"));
  dtx_error_free(error);
  dtx_client_free(client);
}

/* Threads. */

static dtx_client *shared_client(const char *region) {
  dtx_options *options = some_options();
  dtx_client *client = NULL;
  CHECK(dtx_options_set_region(options, region) == DTX_OK);
  CHECK(dtx_client_shared(options, &client, NULL) == DTX_OK && client != NULL);
  dtx_options_free(options);
  return client;
}

static int deletes(const dtx_client *client) {
  return dtx_client_delete(client, "1", NULL, NULL, NULL) == DTX_OK;
}

/* What one sets, the other has: it is the same client, and another one with other options. */
static void shared_clients(void) {
  dtx_client *first = shared_client("china"), *second = shared_client("china"), *third, *other;
  dtx_error *error = NULL;
  dtx_options *options = some_options();
  CHECK(dtx_client_shared(NULL, &third, NULL) == DTX_INVALID_ARGUMENT && third == NULL);
  CHECK(dtx_client_shared(options, NULL, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_options_set_timeout_ms(options, 0) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_client_shared(options, &third, &error) == DTX_INVALID_ARGUMENT && third == NULL);
  CHECK(same(dtx_error_message(error), "timeout is out of bounds"));
  dtx_error_free(error);
  dtx_options_free(options);

  other = shared_client("international");
  CHECK(deletes(first) && dtx_client_set_access_token(first, "stale", NULL) == DTX_OK);
  CHECK(!deletes(second) && deletes(other));
  dtx_client_free(first);
  dtx_client_free(second);
  first = shared_client("china");
  CHECK(!deletes(first)); /* It outlived those who had it. */

  /* A close acts when the last of them goes, and the next gets another client. */
  second = shared_client("china");
  CHECK(dtx_client_set_access_token(first, TOKEN, NULL) == DTX_OK);
  dtx_client_close(first);
  dtx_client_free(first);
  CHECK(deletes(second));
  CHECK(dtx_client_set_access_token(second, "stale", NULL) == DTX_OK);
  third = shared_client("china");
  CHECK(deletes(third) && !deletes(second));
  dtx_client_free(second);
  dtx_client_free(third);
  dtx_client_free(other);
}

/* A child has none of its parent's, whatever was set there. */
static void shared_not_over_fork(void) {
  dtx_client *client = shared_client("china"), *own;
  int status = 0;
  pid_t child;
  CHECK(dtx_client_set_access_token(client, "stale", NULL) == DTX_OK && !deletes(client));
  child = fork();
  if (child == 0) {
    own = shared_client("china");
    _exit(deletes(own) ? 0 : 1);
  }
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  dtx_client_close(client);
  dtx_client_free(client);
}

static void *delete_many(void *client) {
  int i;
  for (i = 0; i < 50; i++) {
    dtx_deletion *deletion = NULL;
    dtx_error *error = NULL;
    char id[32];
    snprintf(id, sizeof id, i % 2 == 0 ? "%d" : "gone%d", i);
    if (dtx_client_delete(client, id, NULL, &deletion, &error) == DTX_OK) {
      CHECK(i % 2 == 0 && same(dtx_deletion_user_id(deletion), id));
    } else {
      CHECK(i % 2 == 1 && same(dtx_error_user_id(error), id));
      CHECK(dtx_error_kind(error) == DTX_INVALID_USER_ID);
    }
    dtx_deletion_free(deletion);
    dtx_error_free(error);
  }
  return NULL;
}

static void sixteen_threads(void) {
  pthread_t threads[16];
  dtx_client *client = new_client();
  int i;
  for (i = 0; i < 16; i++) pthread_create(&threads[i], NULL, delete_many, client);
  for (i = 0; i < 16; i++) pthread_join(threads[i], NULL);
  dtx_client_free(client);
}

static void *cancel_when_it_hangs(void *call) {
  while (sem_wait(&hangs) != 0) continue;
  dtx_call_cancel(call);
  return NULL;
}

static void cancel_from_another_thread(void) {
  dtx_client *client = new_client();
  dtx_call *call = dtx_call_new();
  dtx_error *error = NULL;
  pthread_t thread;
  double start = now();
  pthread_create(&thread, NULL, cancel_when_it_hangs, call);
  CHECK(dtx_client_delete(client, "hang", call, NULL, &error) == DTX_CANCELLED);
  CHECK(now() - start < BOUND);
  CHECK(dtx_error_maybe_deleted(error) == 1 && dtx_error_attempts(error) == 1);
  dtx_error_free(error);
  pthread_join(thread, NULL);
  /* Once cancelled, always cancelled. */
  CHECK(dtx_client_delete(client, "a", call, NULL, &error) == DTX_CANCELLED);
  CHECK(dtx_error_maybe_deleted(error) == 0 && dtx_error_attempts(error) == 0);
  dtx_error_free(error);
  dtx_call_free(call);
  dtx_client_free(client);
}

/* A call that another thread's frees must not harm. */

struct under_way {
  dtx_client *client;
  dtx_call *call;
};

static void *delete_at_the_gate(void *argument) {
  struct under_way *own = argument;
  dtx_deletion *deletion = NULL;
  CHECK(dtx_client_delete(own->client, "gate", own->call, &deletion, NULL) == DTX_OK);
  CHECK(dtx_deletion_status(deletion) == DTX_STATUS_DELETED);
  dtx_deletion_free(deletion);
  return NULL;
}

/* What calls under way use is freed, and they finish. */
static void free_under_way(void) {
  struct under_way own = {new_client(), dtx_call_new()};
  pthread_t threads[8];
  int i;
  for (i = 0; i < 8; i++) pthread_create(&threads[i], NULL, delete_at_the_gate, &own);
  for (i = 0; i < 8; i++)
    while (sem_wait(&hangs) != 0) continue;
  dtx_client_free(own.client);
  dtx_call_free(own.call);
  for (i = 0; i < 8; i++) sem_post(&gate);
  for (i = 0; i < 8; i++) pthread_join(threads[i], NULL);
}

static void *delete_and_be_cancelled(void *argument) {
  delete_at_the_gate(argument);
  pthread_testcancel();
  return NULL;
}

/* A thread that is cancelled in a call ends, but not before the call. */
static void cancelled_thread(void) {
  struct under_way own = {new_client(), NULL};
  pthread_t thread;
  void *end = NULL;
  pthread_create(&thread, NULL, delete_and_be_cancelled, &own);
  while (sem_wait(&hangs) != 0) continue;
  CHECK(pthread_cancel(thread) == 0);
  sem_post(&gate);
  CHECK(pthread_join(thread, &end) == 0 && end == PTHREAD_CANCELED);
  dtx_client_free(own.client);
}

/* The promised stack. Compile with -DSTACK_KIB=128 to try a library that is optimised. */
#ifndef STACK_KIB
#define STACK_KIB 192
#endif

static void *use_all(void *argument) {
  (void)argument;
  fields_of_a_deletion();
  fields_of_an_error();
  {
    dtx_client *client = new_client();
    dtx_batch *batch = new_batch(client, NULL);
    dtx_item *item = NULL;
    CHECK(dtx_batch_push(batch, "1", NULL) == DTX_OK);
    CHECK(dtx_batch_next(batch, &item, NULL) == DTX_OK && dtx_item_json(item) != NULL);
    dtx_item_free(item);
    dtx_batch_free(batch);
    dtx_client_free(client);
  }
  return NULL;
}

static void small_stack(void) {
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  CHECK(pthread_attr_setstacksize(&attributes, STACK_KIB * 1024) == 0);
  CHECK(pthread_create(&thread, &attributes, use_all, NULL) == 0);
  pthread_join(thread, NULL);
  pthread_attr_destroy(&attributes);
}

/* A probe, and the thread that it is asked on. */

struct probe {
  pthread_t thread;
  int asked, enough;
};

static int probe(void *context) {
  struct probe *probe = context;
  CHECK(pthread_equal(probe->thread, pthread_self()));
  return ++probe->asked >= probe->enough ? -1 : 0;
}

static void probe_of_a_call(void) {
  dtx_client *client = new_client();
  dtx_call *call = dtx_call_new();
  dtx_error *error = NULL;
  struct probe asked = {pthread_self(), 0, 3};
  double start = now();
  CHECK(dtx_call_set_probe(call, probe, &asked) == DTX_OK);
  CHECK(dtx_client_delete(client, "hang", call, NULL, &error) == DTX_CANCELLED);
  CHECK(now() - start < BOUND && asked.asked == 3);
  CHECK(dtx_error_maybe_deleted(error) == 1 && dtx_error_attempts(error) == 1);
  while (sem_wait(&hangs) != 0) continue;
  dtx_error_free(error);
  /* It ended that call, and would end the next; it is not as if the call had been cancelled. */
  CHECK(dtx_client_delete(client, "a", call, NULL, NULL) == DTX_CANCELLED && asked.asked == 4);
  CHECK(dtx_call_set_probe(call, NULL, &asked) == DTX_OK);
  CHECK(dtx_client_delete(client, "a", call, NULL, NULL) == DTX_OK && asked.asked == 4);
  dtx_call_cancel(call);
  CHECK(dtx_client_delete(client, "a", call, NULL, NULL) == DTX_CANCELLED);
  dtx_call_free(call);
  dtx_client_free(client);
}

static volatile sig_atomic_t signalled;

static void note_signal(int number) {
  (void)number;
  signalled = 1;
}

static int was_signalled(void *context) {
  (void)context;
  return signalled;
}

static void *signal_when_it_hangs(void *thread) {
  while (sem_wait(&hangs) != 0) continue;
  pthread_kill(*(pthread_t *)thread, SIGUSR1);
  return NULL;
}

static void probe_that_sees_a_signal(void) {
  dtx_client *client = new_client();
  dtx_call *call = dtx_call_new();
  struct sigaction action;
  pthread_t self = pthread_self(), thread;
  double start = now();
  memset(&action, 0, sizeof action);
  action.sa_handler = note_signal;
  sigaction(SIGUSR1, &action, NULL);
  CHECK(dtx_call_set_probe(call, was_signalled, NULL) == DTX_OK);
  pthread_create(&thread, NULL, signal_when_it_hangs, &self);
  CHECK(dtx_client_delete(client, "hang", call, NULL, NULL) == DTX_CANCELLED);
  CHECK(now() - start < BOUND);
  pthread_join(thread, NULL);
  dtx_call_free(call);
  dtx_client_free(client);
}

static void timeout_of_a_call(void) {
  dtx_client *client = new_client();
  dtx_call *call = dtx_call_new();
  dtx_error *error = NULL;
  double start = now();
  /* Long enough for the request to be written, also under valgrind. */
  CHECK(dtx_call_set_timeout_ms(call, 1000) == DTX_OK);
  CHECK(dtx_client_delete(client, "hang", call, NULL, &error) == DTX_TIMEOUT);
  CHECK(now() - start < 1 + BOUND);
  CHECK(dtx_error_maybe_deleted(error) == 1 && dtx_error_retryable(error) == 1);
  while (sem_wait(&hangs) != 0) continue;
  dtx_error_free(error);
  dtx_call_free(call);
  dtx_client_free(client);
}

/* Submitted deletions: what their ends told. */

struct told {
  sem_t ended;
  int calls, kind, status, attempts;
  const dtx_client *next; /* Submits another one from within, where there is one. */
};

static void note_end(dtx_deletion *deletion, dtx_error *error, void *context) {
  struct told *told = context;
  const dtx_client *next = told->next;
  CHECK((deletion == NULL) != (error == NULL));
  told->calls++;
  told->kind = dtx_error_kind(error);
  told->status = dtx_deletion_status(deletion);
  told->attempts = (int)(dtx_deletion_attempts(deletion) + dtx_error_attempts(error));
  dtx_deletion_free(deletion);
  dtx_error_free(error);
  told->next = NULL;
  if (next != NULL) CHECK(dtx_client_submit(next, "1", NULL, note_end, told) == DTX_OK);
  if (next == NULL) sem_post(&told->ended);
}

static struct told nothing_told(void) {
  struct told told;
  memset(&told, 0, sizeof told);
  if (sem_init(&told.ended, 0, 0) != 0) abort();
  return told;
}

/* Submits, and waits for the end. */
static void submit(const dtx_client *client, const char *user_id, const dtx_call *call,
                   struct told *told) {
  told->calls = 0;
  CHECK(dtx_client_submit(client, user_id, call, note_end, told) == DTX_OK);
  while (sem_wait(&told->ended) != 0) continue;
}

static void submitted_deletion(void) {
  dtx_client *client = new_client();
  struct told told = nothing_told();
  submit(client, "1", NULL, &told);
  CHECK(told.calls == 1 && told.status == DTX_STATUS_DELETED && told.kind == DTX_OK);
  submit(client, "gone", NULL, &told);
  CHECK(told.calls == 1 && told.status == 0 && told.kind == DTX_INVALID_USER_ID);
  submit(client, "", NULL, &told);
  CHECK(told.calls == 1 && told.kind == DTX_INVALID_ARGUMENT);
  told.next = client;
  submit(client, "gone", NULL, &told);
  CHECK(told.calls == 2 && told.status == DTX_STATUS_DELETED);
  dtx_client_close(client);
  submit(client, "1", NULL, &told);
  CHECK(told.calls == 1 && told.kind == DTX_INVALID_ARGUMENT);
  dtx_client_free(client);
}

/* A refusal of an argument is told as well, before the function returns. */
static void submitted_wrongly(void) {
  dtx_client *client = new_client();
  struct told told = nothing_told();
  int before = __atomic_load_n(&requests, __ATOMIC_SEQ_CST);
  CHECK(dtx_client_submit(client, "1", NULL, NULL, &told) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_client_submit(NULL, "1", NULL, note_end, &told) == DTX_OK);
  CHECK(told.calls == 1 && told.kind == DTX_INVALID_ARGUMENT);
  CHECK(dtx_client_submit(client, NULL, NULL, note_end, &told) == DTX_OK);
  CHECK(told.calls == 2 && told.kind == DTX_INVALID_ARGUMENT);
  CHECK(dtx_client_submit(client, "\xff", NULL, note_end, &told) == DTX_OK);
  CHECK(told.calls == 3 && told.kind == DTX_INVALID_ARGUMENT);
  CHECK(__atomic_load_n(&requests, __ATOMIC_SEQ_CST) == before);
  dtx_client_free(client);
}

/* The call and the client are freed at once; the options of the call hold all the same. */
static void submitted_and_freed(void) {
  dtx_client *client = new_client();
  dtx_call *call = dtx_call_new();
  struct told told = nothing_told();
  CHECK(dtx_call_set_missing_ok(call, 1) == DTX_OK);
  CHECK(dtx_client_submit(client, "gonegate", call, note_end, &told) == DTX_OK);
  dtx_call_free(call);
  dtx_client_free(client);
  while (sem_wait(&told.ended) != 0) continue;
  CHECK(told.calls == 1 && told.status == DTX_STATUS_ABSENT);
}

static void cancel_children_of_a_call(void) {
  dtx_client *client = new_client();
  dtx_call *call = dtx_call_new(), *child[2], *later;
  struct told told[3] = {nothing_told(), nothing_told(), nothing_told()};
  int i;
  CHECK(dtx_call_child(NULL) == NULL);
  for (i = 0; i < 2; i++) {
    child[i] = dtx_call_child(call);
    CHECK(dtx_client_submit(client, "hang", child[i], note_end, &told[i]) == DTX_OK);
  }
  for (i = 0; i < 2; i++)
    while (sem_wait(&hangs) != 0) continue;
  dtx_call_cancel(child[0]);
  while (sem_wait(&told[0].ended) != 0) continue;
  CHECK(told[1].calls == 0);
  dtx_call_free(child[1]);
  dtx_call_cancel(call);
  while (sem_wait(&told[1].ended) != 0) continue;
  later = dtx_call_child(call);
  dtx_call_free(call);
  CHECK(dtx_client_submit(client, "1", later, note_end, &told[2]) == DTX_OK);
  while (sem_wait(&told[2].ended) != 0) continue;
  for (i = 0; i < 3; i++) CHECK(told[i].calls == 1 && told[i].kind == DTX_CANCELLED);
  dtx_call_free(later);
  dtx_call_free(child[0]);
  dtx_client_free(client);
}

static void cancel_what_was_submitted(void) {
  dtx_client *client = new_client();
  dtx_call *call = dtx_call_new();
  struct told told[2] = {nothing_told(), nothing_told()};
  double start;
  int i;
  for (i = 0; i < 2; i++)
    CHECK(dtx_client_submit(client, "hang", call, note_end, &told[i]) == DTX_OK);
  for (i = 0; i < 2; i++)
    while (sem_wait(&hangs) != 0) continue;
  start = now();
  dtx_call_cancel(call);
  for (i = 0; i < 2; i++)
    while (sem_wait(&told[i].ended) != 0) continue;
  CHECK(now() - start < BOUND);
  for (i = 0; i < 2; i++) CHECK(told[i].calls == 1 && told[i].kind == DTX_CANCELLED);
  dtx_call_free(call);
  dtx_client_free(client);
}

/* One call for all: its cancel ends what is under way and what waits, and no more is sent. */
static void cancel_a_group(void) {
  enum { SUBMITTED = 200, UNDER_WAY = 64 };
  dtx_options *options = some_options();
  dtx_client *client = NULL;
  dtx_call *call = dtx_call_new();
  struct told told[SUBMITTED];
  int before = __atomic_load_n(&requests, __ATOMIC_SEQ_CST), attempts = 0, i;
  double start;
  CHECK(dtx_options_set_rate(options, 0) == DTX_OK);
  CHECK(dtx_client_new(options, &client, NULL) == DTX_OK);
  dtx_options_free(options);
  for (i = 0; i < SUBMITTED; i++) {
    told[i] = nothing_told();
    CHECK(dtx_client_submit(client, "hang", call, note_end, &told[i]) == DTX_OK);
  }
  for (i = 0; i < UNDER_WAY; i++)
    while (sem_wait(&hangs) != 0) continue;
  start = now();
  dtx_call_cancel(call);
  for (i = 0; i < SUBMITTED; i++)
    while (sem_wait(&told[i].ended) != 0) continue;
  CHECK(now() - start < BOUND);
  for (i = 0; i < SUBMITTED; i++) {
    CHECK(told[i].calls == 1 && told[i].kind == DTX_CANCELLED);
    attempts += told[i].attempts;
  }
  CHECK(attempts == UNDER_WAY);
  CHECK(__atomic_load_n(&requests, __ATOMIC_SEQ_CST) == before + UNDER_WAY);
  /* A later one with the same call is not sent, either. */
  submit(client, "1", call, &told[0]);
  CHECK(told[0].kind == DTX_CANCELLED && told[0].attempts == 0);
  dtx_call_free(call);
  dtx_client_free(client);
}

/* Many submitted deletions that share their end: the callbacks cancel, close and free. */
struct crowd {
  sem_t all;
  dtx_client *client;
  dtx_call *call;
  int left, ended, cancel_at, deleted, cancelled, refused;
};

static void note_crowd(dtx_deletion *deletion, dtx_error *error, void *context) {
  struct crowd *crowd = context;
  int kind = dtx_error_kind(error);
  CHECK((deletion == NULL) != (error == NULL));
  CHECK(kind == DTX_OK || kind == DTX_CANCELLED || kind == DTX_INVALID_ARGUMENT);
  __atomic_add_fetch(kind == DTX_OK          ? &crowd->deleted
                     : kind == DTX_CANCELLED ? &crowd->cancelled
                                             : &crowd->refused,
                     1, __ATOMIC_SEQ_CST);
  dtx_deletion_free(deletion);
  dtx_error_free(error);
  if (__atomic_add_fetch(&crowd->ended, 1, __ATOMIC_SEQ_CST) == crowd->cancel_at) {
    dtx_call_cancel(crowd->call);
    dtx_client_close(crowd->client);
  }
  if (__atomic_sub_fetch(&crowd->left, 1, __ATOMIC_SEQ_CST) == 0) {
    dtx_call_free(crowd->call);
    dtx_client_free(crowd->client);
    sem_post(&crowd->all);
  }
}

static void submit_crowd(struct crowd *crowd, int count, int cancel_at) {
  dtx_options *options = some_options();
  int i;
  memset(crowd, 0, sizeof *crowd);
  if (sem_init(&crowd->all, 0, 0) != 0) abort();
  CHECK(dtx_options_set_rate(options, 0) == DTX_OK);
  CHECK(dtx_client_new(options, &crowd->client, NULL) == DTX_OK);
  dtx_options_free(options);
  crowd->call = dtx_call_new();
  /* One more than are submitted, so that none of them is the last before all are. */
  crowd->left = count + 1;
  crowd->cancel_at = cancel_at;
  for (i = 0; i < count; i++)
    CHECK(dtx_client_submit(crowd->client, "1", crowd->call, note_crowd, crowd) == DTX_OK);
}

static void close_and_free_with_many_submitted(void) {
  enum { COUNT = 2000 };
  struct crowd crowd;
  submit_crowd(&crowd, COUNT, 0);
  dtx_client_close(crowd.client);
  /* The last of all frees. */
  CHECK(dtx_client_submit(crowd.client, "1", NULL, note_crowd, &crowd) == DTX_OK);
  while (sem_wait(&crowd.all) != 0) continue;
  CHECK(crowd.deleted == COUNT && crowd.refused == 1);
}

static void callbacks_that_cancel_close_and_free(void) {
  enum { COUNT = 2000 };
  struct crowd crowd;
  submit_crowd(&crowd, COUNT, COUNT / 2);
  CHECK(dtx_client_submit(crowd.client, "1", crowd.call, note_crowd, &crowd) == DTX_OK);
  while (sem_wait(&crowd.all) != 0) continue;
  CHECK(crowd.deleted + crowd.cancelled + crowd.refused == COUNT + 1);
  CHECK(crowd.deleted >= COUNT / 2);
}

static int stop;

static void *delete_until_stopped(void *client) {
  while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
    dtx_error *error = NULL;
    CHECK(dtx_client_delete(client, "a", NULL, NULL, &error) == DTX_OK);
    if (error != NULL) printf("%s\n", dtx_error_json(error));
    dtx_error_free(error);
  }
  return NULL;
}

/* The address sanitizer's own allocator does not survive the fork of a busy process. */
#ifdef __SANITIZE_ADDRESS__
#define BUSY 0
#else
#define BUSY 4
#endif

/* The child of a busy parent goes on with the parent's client, and so does the parent. */
static void fork_under_way(void) {
  dtx_client *client = new_client();
  pthread_t threads[BUSY + 1];
  int i, round;
  CHECK(dtx_client_delete(client, "a", NULL, NULL, NULL) == DTX_OK);
  stop = 0;
  for (i = 0; i < BUSY; i++) pthread_create(&threads[i], NULL, delete_until_stopped, client);
  for (round = 0; round < 5; round++) {
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
      alarm(60); /* Should it hang, that is its end. */
      dtx_error *error = NULL;
      int good = dtx_client_delete(client, "a", NULL, NULL, NULL) == DTX_OK &&
                 dtx_client_delete(client, "gone", NULL, NULL, &error) == DTX_INVALID_USER_ID &&
                 contains(dtx_error_json(error), "33012");
      dtx_error_free(error);
      dtx_client_free(client);
      /* A child has what the parent's other threads held and can never free it. This end keeps
       * leak checkers from counting that. */
      if (good) raise(SIGKILL);
      _exit(1);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  }
  __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
  for (i = 0; i < BUSY; i++) pthread_join(threads[i], NULL);
  dtx_client_free(client);
}

/* Batches. */

static void push(dtx_batch *batch, const char *user_id) {
  dtx_error *error = (dtx_error *)&error;
  CHECK(dtx_batch_push(batch, user_id, &error) == DTX_OK && error == NULL);
}

/* The next item, NULL at the end. */
static dtx_item *next(dtx_batch *batch) {
  dtx_item *item = (dtx_item *)&item;
  dtx_error *error = (dtx_error *)&error;
  CHECK(dtx_batch_next(batch, &item, &error) == DTX_OK && error == NULL);
  return item;
}

/* Takes all items to the end; returns how many there were. */
static int drain(dtx_batch *batch) {
  dtx_item *item;
  int count = 0;
  while ((item = next(batch)) != NULL) {
    count++;
    dtx_item_free(item);
  }
  return count;
}

/* One thread pushes while the batch wants, and takes in turn: as few as can be are held. */
static void push_and_take_in_turn(void) {
  dtx_client *client = new_client();
  dtx_batch *batch = new_batch(client, NULL);
  dtx_item *item;
  int pushed = 0, taken = 0, held = 0;
  for (;;) {
    while (dtx_batch_wants(batch)) {
      char id[32];
      if (pushed == 1000) {
        dtx_batch_finish(batch);
      } else {
        snprintf(id, sizeof id, "%d", pushed++);
        push(batch, id);
      }
    }
    if (pushed - taken > held) held = pushed - taken;
    if ((item = next(batch)) == NULL) break;
    CHECK(dtx_item_deletion(item) != NULL);
    dtx_item_free(item);
    taken++;
  }
  CHECK(pushed == 1000 && taken == 1000 && held <= 16);
  CHECK(dtx_batch_deleted(batch) == 1000 && dtx_batch_calls(batch) == 1000);
  dtx_batch_free(batch);
  dtx_client_free(client);
}

static void items_of_a_batch(void) {
  dtx_client *client = new_client();
  dtx_batch_options *options = dtx_batch_options_new();
  dtx_batch *batch;
  dtx_item *item, *deleted;
  int64_t errcode = 0;
  CHECK(dtx_batch_options_set_concurrency(options, 1) == DTX_OK);
  batch = new_batch(client, options);
  dtx_client_free(client); /* The batch goes on without it. */
  CHECK(dtx_batch_wants(batch) == 1);
  push(batch, "0125400001");
  push(batch, "0125400001"); /* Again: counted and dropped. */
  deleted = next(batch);
  CHECK(same(dtx_item_user_id(deleted), "0125400001"));
  CHECK(dtx_item_error(deleted) == NULL && dtx_item_not_attempted(deleted) == 0);
  CHECK(dtx_deletion_status(dtx_item_deletion(deleted)) == DTX_STATUS_DELETED);
  CHECK(same(dtx_deletion_user_id(dtx_item_deletion(deleted)), "0125400001"));
  CHECK(same(dtx_deletion_request_id(dtx_item_deletion(deleted)), "r1"));
  CHECK(contains(dtx_item_json(deleted), "\"status\":\"deleted\""));
  CHECK(dtx_item_json(deleted) == dtx_item_json(deleted));
  CHECK(strlen(dtx_item_time(deleted)) == strlen("2026-11-23T03:31:38.274Z"));
  CHECK(contains(dtx_item_json(deleted), dtx_item_time(deleted)));
  CHECK(dtx_item_settled_before(deleted) == 0);

  push(batch, "gone1");
  item = next(batch);
  CHECK(dtx_item_deletion(item) == NULL && dtx_item_not_attempted(item) == 0);
  CHECK(dtx_error_kind(dtx_item_error(item)) == DTX_INVALID_USER_ID);
  CHECK(dtx_error_errcode(dtx_item_error(item), &errcode) == 1 && errcode == 33012);
  CHECK(same(dtx_error_user_id(dtx_item_error(item)), "gone1"));
  CHECK(same(dtx_item_user_id(item), "gone1"));
  CHECK(contains(dtx_item_json(item), "\"kind\":\"invalid_user_id\""));
  dtx_item_free(item);

  push(batch, " "); /* It cannot be an id. */
  item = next(batch);
  CHECK(dtx_error_kind(dtx_item_error(item)) == DTX_INVALID_ARGUMENT);
  CHECK(same(dtx_item_user_id(item), " "));
  dtx_item_free(item);

  CHECK(dtx_batch_summary_json(batch) == NULL);
  push(batch, "denied"); /* As every other would be. */
  item = next(batch);
  CHECK(dtx_error_kind(dtx_item_error(item)) == DTX_PERMISSION_DENIED);
  dtx_item_free(item);
  push(batch, "0125400002");
  item = next(batch);
  CHECK(dtx_item_deletion(item) == NULL && dtx_item_error(item) == NULL);
  CHECK(dtx_item_not_attempted(item) == 1 && same(dtx_item_user_id(item), "0125400002"));
  CHECK(contains(dtx_item_json(item), "\"status\":\"not_attempted\""));
  dtx_item_free(item);

  dtx_batch_finish(batch);
  CHECK(dtx_batch_wants(batch) == 0);
  CHECK(drain(batch) == 0 && drain(batch) == 0);
  CHECK(dtx_batch_deleted(batch) == 1 && dtx_batch_absent(batch) == 0);
  CHECK(dtx_batch_maybe_deleted(batch) == 0);
  CHECK(dtx_batch_failed(batch) == 3 && dtx_batch_not_attempted(batch) == 1);
  CHECK(dtx_batch_settled_before(batch) == 0 && dtx_batch_repeated(batch) == 1);
  CHECK(dtx_batch_calls(batch) == 3 && dtx_batch_unrecorded(batch) == 0);
  CHECK(contains(dtx_batch_summary_json(batch), "\"failed\":3,"));
  CHECK(contains(dtx_batch_summary_json(batch), "\"endpoint\":\"http://127.0.0.1:"));
  CHECK(contains(dtx_batch_summary_json(batch), "\"end\":\"20"));
  CHECK(contains(dtx_batch_summary_json(batch), "\"stopped\":\""));
  CHECK(!contains(dtx_batch_summary_json(batch), TOKEN));
  /* Nothing is called after the end, and nothing is lost. */
  push(batch, "0125400003");
  item = next(batch);
  CHECK(dtx_item_not_attempted(item) == 1);
  dtx_item_free(item);
  dtx_batch_free(batch);
  CHECK(same(dtx_deletion_user_id(dtx_item_deletion(deleted)), "0125400001"));
  dtx_item_free(deleted);
}

/* What was pushed after the end is not called, whether the batch was stopped or not. */
static void push_after_the_end(void) {
  dtx_client *client = new_client();
  dtx_batch *batch = new_batch(client, NULL);
  dtx_item *item;
  int before;
  push(batch, "1");
  dtx_batch_finish(batch);
  CHECK(drain(batch) == 1);
  before = __atomic_load_n(&requests, __ATOMIC_SEQ_CST);
  push(batch, "2");
  item = next(batch);
  CHECK(dtx_item_not_attempted(item) == 1 && same(dtx_item_user_id(item), "2"));
  dtx_item_free(item);
  CHECK(drain(batch) == 0 && __atomic_load_n(&requests, __ATOMIC_SEQ_CST) == before);
  dtx_batch_free(batch);
  dtx_client_free(client);
}

static void missing_ok_of_a_batch(void) {
  dtx_client *client = new_client();
  dtx_batch_options *options = dtx_batch_options_new();
  dtx_batch *batch;
  dtx_item *item;
  CHECK(dtx_batch_options_set_missing_ok(options, 2) == DTX_OK);
  batch = new_batch(client, options);
  push(batch, "gone1");
  dtx_batch_finish(batch);
  item = next(batch);
  CHECK(dtx_deletion_status(dtx_item_deletion(item)) == DTX_STATUS_ABSENT);
  dtx_item_free(item);
  CHECK(drain(batch) == 0 && dtx_batch_absent(batch) == 1);
  dtx_batch_free(batch);
  dtx_client_free(client);
}

static void damaged_list_of_a_batch(void) {
  dtx_client *client = new_client();
  for (int stops = 0; stops <= 1; stops++) {
    dtx_batch_options *options = dtx_batch_options_new();
    dtx_batch *batch;
    char id[16];
    CHECK(dtx_batch_options_set_concurrency(options, 1) == DTX_OK);
    CHECK(dtx_batch_options_set_stop_on_missing(options, stops) == DTX_OK);
    batch = new_batch(client, options);
    for (int i = 0; i < 25; i++) {
      snprintf(id, sizeof id, "gone%d", i);
      push(batch, id);
    }
    dtx_batch_finish(batch);
    CHECK(drain(batch) == 25);
    CHECK(dtx_batch_failed(batch) == (stops ? 20 : 25));
    CHECK(dtx_batch_not_attempted(batch) == (stops ? 5 : 0));
    CHECK(!stops || contains(dtx_batch_summary_json(batch), "dtx_batch_options_set_stop_on_missing(0)"));
    dtx_batch_free(batch);
  }
  dtx_client_free(client);
}

static void batch_of_a_closed_client(void) {
  dtx_client *client = new_client();
  dtx_batch *batch = new_batch(client, NULL);
  dtx_item *item;
  dtx_client_close(client);
  push(batch, "1");
  dtx_batch_finish(batch);
  item = next(batch);
  CHECK(dtx_error_kind(dtx_item_error(item)) == DTX_INVALID_ARGUMENT);
  CHECK(contains(dtx_error_message(dtx_item_error(item)), "client is closed"));
  dtx_item_free(item);
  dtx_batch_free(batch);
  dtx_client_free(client);
}

/* Calls under way finish, what is queued is not called. */
static void stop_in_the_middle(void) {
  dtx_client *client = new_client();
  dtx_batch_options *options = dtx_batch_options_new();
  dtx_batch *batch;
  dtx_item *item;
  int deleted = 0, not_attempted = 0;
  CHECK(dtx_batch_options_set_concurrency(options, 1) == DTX_OK);
  batch = new_batch(client, options);
  push(batch, "gate");
  CHECK(dtx_batch_wants(batch) == 1);
  push(batch, "1");
  CHECK(dtx_batch_wants(batch) == 0);
  push(batch, "2"); /* Taken all the same. */
  while (sem_wait(&hangs) != 0) continue;
  dtx_batch_stop(batch);
  dtx_batch_stop(batch);
  sem_post(&gate);
  dtx_batch_finish(batch);
  while ((item = next(batch)) != NULL) {
    if (dtx_item_deletion(item) != NULL) {
      CHECK(same(dtx_item_user_id(item), "gate"));
      deleted++;
    } else {
      not_attempted += dtx_item_not_attempted(item);
    }
    dtx_item_free(item);
  }
  CHECK(deleted == 1 && not_attempted == 2 && dtx_batch_calls(batch) == 1);
  CHECK(contains(dtx_batch_summary_json(batch), "stopped by the caller"));
  dtx_batch_free(batch);
  dtx_client_free(client);
}

static void *cancel_batch_when_it_hangs(void *batch) {
  while (sem_wait(&hangs) != 0) continue;
  dtx_batch_cancel(batch);
  return NULL;
}

/* What is under way is told truthfully: the contact may be gone. */
static void cancel_in_the_middle(void) {
  dtx_client *client = new_client();
  dtx_batch_options *options = dtx_batch_options_new();
  dtx_batch *batch;
  dtx_item *item;
  pthread_t thread;
  double start = now();
  int cancelled = 0, not_attempted = 0;
  CHECK(dtx_batch_options_set_concurrency(options, 1) == DTX_OK);
  batch = new_batch(client, options);
  pthread_create(&thread, NULL, cancel_batch_when_it_hangs, batch);
  push(batch, "hang");
  push(batch, "1");
  dtx_batch_finish(batch);
  while ((item = next(batch)) != NULL) {
    if (dtx_item_error(item) != NULL) {
      CHECK(dtx_error_kind(dtx_item_error(item)) == DTX_CANCELLED);
      CHECK(dtx_error_maybe_deleted(dtx_item_error(item)) == 1);
      CHECK(same(dtx_item_user_id(item), "hang"));
      cancelled++;
    } else {
      not_attempted += dtx_item_not_attempted(item);
    }
    dtx_item_free(item);
  }
  CHECK(cancelled == 1 && not_attempted == 1 && now() - start < BOUND);
  CHECK(dtx_batch_maybe_deleted(batch) == 1 && dtx_batch_failed(batch) == 0);
  CHECK(contains(dtx_batch_summary_json(batch), "\"maybe_deleted\":1,"));
  pthread_join(thread, NULL);
  dtx_batch_cancel(batch);
  dtx_batch_free(batch);
  dtx_client_free(client);
}

/* Freed before its end, with calls and items in it. The call that waits ends on its own. */
static void free_in_the_middle(void) {
  dtx_client *client = new_client();
  dtx_batch *batch = new_batch(client, NULL);
  int waiting;
  push(batch, "1");
  push(batch, "gate");
  while (sem_wait(&hangs) != 0) continue;
  dtx_batch_free(batch);
  dtx_client_free(client);
  /* Taken by that request, and not by one of the next test. */
  sem_post(&gate);
  do sem_getvalue(&gate, &waiting);
  while (waiting > 0);
}

/* Other ways to the next item than to wait for it. */

static void wait_within_a_limit(void) {
  dtx_client *client = new_client();
  dtx_batch *batch = new_batch(client, NULL);
  dtx_call *brief = dtx_call_new(), *wrong = dtx_call_new();
  dtx_item *item = NULL;
  dtx_error *error = NULL;
  double start = now();
  CHECK(dtx_batch_next_within(NULL, NULL, &item, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_batch_next_within(batch, NULL, NULL, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_call_set_timeout_ms(wrong, 0) == DTX_OK);
  CHECK(dtx_batch_next_within(batch, wrong, &item, &error) == DTX_INVALID_ARGUMENT);
  CHECK(same(dtx_error_message(error), "timeout is out of bounds"));
  dtx_error_free(error);
  CHECK(dtx_call_set_timeout_ms(brief, 60) == DTX_OK);
  push(batch, "gate");
  CHECK(dtx_batch_next_within(batch, brief, &item, &error) == DTX_TIMEOUT && item == NULL);
  CHECK(now() - start >= 0.06 && now() - start < BOUND);
  dtx_error_free(error);
  dtx_call_cancel(brief);
  CHECK(dtx_batch_next_within(batch, brief, &item, NULL) == DTX_CANCELLED && item == NULL);
  dtx_batch_finish(batch);
  sem_post(&gate);
  CHECK(dtx_batch_next_within(batch, NULL, &item, NULL) == DTX_OK);
  CHECK(dtx_item_deletion(item) != NULL);
  dtx_item_free(item);
  CHECK(dtx_batch_next_within(batch, NULL, &item, NULL) == DTX_OK && item == NULL);
  while (sem_wait(&hangs) != 0) continue;
  dtx_call_free(brief);
  dtx_call_free(wrong);
  dtx_batch_free(batch);
  dtx_client_free(client);
}

/* One thread, whose only look at a signal is the probe: it ends what waits, and what does not. */
static void signal_ends_a_batch(void) {
  dtx_client *client = new_client();
  dtx_batch *batch = new_batch(client, NULL);
  dtx_call *call = dtx_call_new();
  dtx_item *item = NULL;
  pthread_t self = pthread_self(), thread;
  double start;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = note_signal;
  sigaction(SIGUSR1, &action, NULL);
  signalled = 0;
  CHECK(dtx_call_set_probe(call, was_signalled, NULL) == DTX_OK);
  pthread_create(&thread, NULL, signal_when_it_hangs, &self);
  push(batch, "hang");
  CHECK(dtx_batch_next_within(batch, call, &item, NULL) == DTX_CANCELLED && item == NULL);
  start = now();
  dtx_batch_cancel(batch);
  dtx_batch_finish(batch);
  push(batch, "1"); /* An item that is ready at once. */
  CHECK(dtx_batch_next_within(batch, call, &item, NULL) == DTX_CANCELLED && item == NULL);
  CHECK(drain(batch) == 2);
  CHECK(now() - start < BOUND);
  CHECK(dtx_batch_maybe_deleted(batch) == 1 && dtx_batch_not_attempted(batch) == 1);
  signalled = 0;
  pthread_join(thread, NULL);
  dtx_call_free(call);
  dtx_batch_free(batch);
  dtx_client_free(client);
}

static void poll_tells_none_yet_from_the_end(void) {
  dtx_client *client = new_client();
  dtx_batch *batch = new_batch(client, NULL);
  dtx_item *item = NULL;
  int ended = 7;
  CHECK(dtx_batch_try_next(NULL, &item, &ended, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_batch_try_next(batch, NULL, &ended, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_batch_try_next(batch, &item, NULL, NULL) == DTX_INVALID_ARGUMENT && ended == 7);
  push(batch, "gate");
  dtx_batch_finish(batch);
  CHECK(dtx_batch_try_next(batch, &item, &ended, NULL) == DTX_OK && item == NULL && ended == 0);
  while (sem_wait(&hangs) != 0) continue;
  sem_post(&gate);
  do
    CHECK(dtx_batch_try_next(batch, &item, &ended, NULL) == DTX_OK && ended == 0);
  while (item == NULL);
  dtx_item_free(item);
  CHECK(dtx_batch_try_next(batch, &item, &ended, NULL) == DTX_OK && item == NULL && ended == 1);
  dtx_batch_free(batch);
  dtx_client_free(client);
}

struct asked {
  dtx_batch *batch;
  sem_t ended;
  int items, ends, again, depth, deepest, pushed;
};

static void note_item(dtx_item *item, void *context) {
  struct asked *asked = context;
  char id[16];
  int ended = item == NULL;
  if (++asked->depth > asked->deepest) asked->deepest = asked->depth;
  asked->items += item != NULL;
  asked->ends += ended;
  dtx_item_free(item);
  if (!ended && asked->again) {
    CHECK(dtx_batch_submit_next(asked->batch, note_item, asked, NULL) == DTX_OK);
    /* One that asks twice is refused, and not told. */
    CHECK(dtx_batch_submit_next(asked->batch, note_item, asked, NULL) == DTX_INVALID_ARGUMENT);
    /* Refused before it is sent, so that its item is ready at once. */
    snprintf(id, sizeof id, " %d", asked->pushed);
    if (++asked->pushed < 1000) push(asked->batch, id);
    if (asked->pushed == 1000) dtx_batch_finish(asked->batch);
  }
  asked->depth--;
  if (ended || !asked->again) sem_post(&asked->ended);
}

static void items_by_callback(void) {
  dtx_client *client = new_client();
  struct asked asked;
  dtx_error *error = NULL;
  char id[16];
  int i;
  memset(&asked, 0, sizeof asked);
  asked.batch = new_batch(client, NULL);
  if (sem_init(&asked.ended, 0, 0) != 0) abort();
  CHECK(dtx_batch_submit_next(NULL, note_item, &asked, &error) == DTX_INVALID_ARGUMENT);
  dtx_error_free(error);
  CHECK(dtx_batch_submit_next(asked.batch, NULL, NULL, &error) == DTX_INVALID_ARGUMENT);
  CHECK(same(dtx_error_message(error), "done is NULL"));
  dtx_error_free(error);

  /* Nothing yet; one at a time. */
  CHECK(dtx_batch_submit_next(asked.batch, note_item, &asked, NULL) == DTX_OK);
  CHECK(dtx_batch_submit_next(asked.batch, note_item, &asked, &error) == DTX_INVALID_ARGUMENT);
  CHECK(contains(dtx_error_message(error), "has not told yet") && asked.items == 0);
  dtx_error_free(error);
  push(asked.batch, "1");
  while (sem_wait(&asked.ended) != 0) continue;
  CHECK(asked.items == 1 && asked.ends == 0);

  /* Item after item to the end, as deep as one. */
  asked.again = 1;
  for (i = 0; i < 40; i++) {
    snprintf(id, sizeof id, "i%d", i);
    push(asked.batch, id);
  }
  CHECK(dtx_batch_submit_next(asked.batch, note_item, &asked, NULL) == DTX_OK);
  while (sem_wait(&asked.ended) != 0) continue;
  CHECK(asked.ends == 1 && asked.deepest == 1);
  CHECK(asked.items == 1 + 40 + 999);
  dtx_batch_free(asked.batch);

  /* A batch that is freed tells the end. */
  asked.batch = new_batch(client, NULL);
  asked.again = 0;
  CHECK(dtx_batch_submit_next(asked.batch, note_item, &asked, NULL) == DTX_OK);
  dtx_batch_free(asked.batch);
  while (sem_wait(&asked.ended) != 0) continue;
  CHECK(asked.ends == 2);
  dtx_client_free(client);
}

static void pause_of_a_batch(void) {
  dtx_client *client = new_client();
  dtx_batch *batch = new_batch(client, NULL);
  uint64_t left = 7;
  CHECK(dtx_batch_paused(NULL, &left) == 0 && dtx_batch_paused(batch, &left) == 0 && left == 7);
  push(batch, "busy");
  while (!dtx_batch_paused(batch, &left)) continue;
  CHECK(left > 0 && left <= 60000 && dtx_batch_paused(batch, NULL) == 1);
  dtx_batch_cancel(batch);
  CHECK(dtx_batch_paused(batch, &left) == 0);
  dtx_batch_finish(batch);
  CHECK(drain(batch) == 1);
  dtx_batch_free(batch);
  dtx_client_free(client);
}

enum { SIDES = 4, IDS = 500 };

struct share {
  dtx_batch *batch;
  int number, taken;
  int *pushing; /* How many threads still push. */
  unsigned char *seen;
};

/* Pushes a share of the ids, and one that all others push, too. The last one finishes. */
static void *push_share(void *argument) {
  struct share *share = argument;
  int i;
  for (i = 0; i < IDS; i++) {
    char id[32];
    snprintf(id, sizeof id, "%d", share->number * IDS + i);
    push(share->batch, id);
    push(share->batch, "0");
    CHECK(dtx_batch_wants(share->batch) <= 1);
  }
  if (__atomic_sub_fetch(share->pushing, 1, __ATOMIC_SEQ_CST) == 0) dtx_batch_finish(share->batch);
  return NULL;
}

static void *take_share(void *argument) {
  struct share *share = argument;
  dtx_item *item;
  while ((item = next(share->batch)) != NULL) {
    CHECK(dtx_deletion_status(dtx_item_deletion(item)) == DTX_STATUS_DELETED);
    __atomic_add_fetch(&share->seen[atoi(dtx_item_user_id(item))], 1, __ATOMIC_SEQ_CST);
    share->taken++;
    dtx_item_free(item);
  }
  return NULL;
}

static void eight_threads_share_a_batch(void) {
  static unsigned char seen[SIDES * IDS];
  dtx_client *client = new_client();
  dtx_batch *batch = new_batch(client, NULL);
  pthread_t threads[2 * SIDES];
  struct share shares[2 * SIDES];
  int i, taken = 0, pushing = SIDES;
  for (i = 0; i < 2 * SIDES; i++) {
    struct share share = {batch, i, 0, &pushing, seen};
    shares[i] = share;
    pthread_create(&threads[i], NULL, i < SIDES ? push_share : take_share, &shares[i]);
  }
  for (i = 0; i < 2 * SIDES; i++) {
    pthread_join(threads[i], NULL);
    taken += shares[i].taken;
  }
  CHECK(taken == SIDES * IDS);
  for (i = 0; i < SIDES * IDS; i++) CHECK(seen[i] == 1);
  CHECK(dtx_batch_deleted(batch) == SIDES * IDS && dtx_batch_failed(batch) == 0);
  CHECK(dtx_batch_repeated(batch) == SIDES * IDS);
  dtx_batch_free(batch);
  dtx_client_free(client);
}

static pthread_t main_thread;
static int elsewhere;

static void check_mask(int level, const char *message, void *context) {
  static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGPROF};
  static const int blocked[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGCHLD, SIGUSR1, SIGPIPE};
  sigset_t mask;
  size_t i;
  int number;
  (void)level;
  (void)message;
  (void)context;
  if (pthread_equal(main_thread, pthread_self())) return;
  __atomic_store_n(&elsewhere, 1, __ATOMIC_SEQ_CST);
  pthread_sigmask(SIG_BLOCK, NULL, &mask);
  for (i = 0; i < sizeof own / sizeof *own; i++) CHECK(!sigismember(&mask, own[i]));
  for (number = SIGRTMIN; number <= SIGRTMAX; number++) CHECK(!sigismember(&mask, number));
  for (i = 0; i < sizeof blocked / sizeof *blocked; i++) CHECK(sigismember(&mask, blocked[i]));
}

/* Handlers run on threads of the program: the library's own block signals, in callbacks, too. */
static void signals_are_the_programs(void) {
  dtx_client *client = new_client();
  dtx_batch *batch;
  sigset_t mask;
  main_thread = pthread_self();
  CHECK(dtx_set_log(DTX_LOG_DEBUG, check_mask, NULL) == DTX_OK);
  batch = new_batch(client, NULL);
  push(batch, "1");
  dtx_batch_finish(batch);
  CHECK(drain(batch) == 1 && __atomic_load_n(&elsewhere, __ATOMIC_SEQ_CST) == 1);
  dtx_batch_free(batch);
  CHECK(dtx_set_log(DTX_LOG_OFF, NULL, NULL) == DTX_OK);
  pthread_sigmask(SIG_BLOCK, NULL, &mask);
  CHECK(!sigismember(&mask, SIGINT) && !sigismember(&mask, SIGUSR1));
  dtx_client_free(client);
}

/* Files. */

static char folder[] = "/tmp/dtx-api-XXXXXX";

static const char *file(const char *name) {
  static char path[64];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static dtx_batch_options *with_journal(const char *name) {
  dtx_batch_options *options = dtx_batch_options_new();
  CHECK(dtx_batch_options_set_journal(options, file(name)) == DTX_OK);
  CHECK(dtx_batch_options_set_concurrency(options, 1) == DTX_OK);
  return options;
}

/* The whole text of a file, to be freed. */
static char *read_file(const char *path) {
  FILE *stream = fopen(path, "r");
  char *text = calloc(1, 65536);
  CHECK(stream != NULL && fread(text, 1, 65535, stream) > 0);
  if (stream != NULL) fclose(stream);
  return text;
}

/* Stopped halfway, and taken up: what is settled is not called again. */
static void journal_is_taken_up(void) {
  dtx_client *client = new_client();
  dtx_batch *batch = new_batch(client, with_journal("journal"));
  dtx_item *item;
  char *text;
  int before;
  push(batch, "1");
  push(batch, "gone2");
  dtx_item_free(next(batch));
  dtx_item_free(next(batch));
  dtx_batch_stop(batch);
  push(batch, "3");
  item = next(batch);
  CHECK(dtx_item_not_attempted(item) == 1);
  dtx_item_free(item);
  /* Not a second run on it meanwhile. */
  batch_refused(client, with_journal("journal"), DTX_JOURNAL, "is in use");
  dtx_batch_finish(batch);
  CHECK(drain(batch) == 0);

  /* At its end the file is free, though the batch is not freed. */
  before = __atomic_load_n(&requests, __ATOMIC_SEQ_CST);
  {
    dtx_batch *second = new_batch(client, with_journal("journal"));
    push(second, "1");
    push(second, "gone2");
    push(second, "3");
    item = next(second);
    CHECK(same(dtx_item_user_id(item), "1") && dtx_item_settled_before(item) == 1);
    CHECK(contains(dtx_item_json(item), "\"settled_before\":true"));
    dtx_item_free(item);
    dtx_batch_finish(second);
    CHECK(drain(second) == 2);
    CHECK(__atomic_load_n(&requests, __ATOMIC_SEQ_CST) == before + 1);
    CHECK(dtx_batch_settled_before(second) == 2 && dtx_batch_calls(second) == 1);
    CHECK(dtx_batch_deleted(second) == 2 && dtx_batch_failed(second) == 1);
    dtx_batch_free(second);
  }
  dtx_batch_free(batch);
  text = read_file(file("journal"));
  CHECK(contains(text, "\"resumed\"") && !contains(text, TOKEN));
  free(text);
  dtx_client_free(client);
}

/* After journal_is_taken_up, by what that left behind. */
static void journal_is_read(void) {
  dtx_journal *journal = NULL;
  dtx_journal_entry *entry = NULL;
  dtx_error *error = NULL;
  const char *paths[2];
  uint32_t attempts = 7;
  int count = 0, gone = 0, missing = 0;
  paths[0] = file("journal");
  CHECK(dtx_journal_read(paths, 1, &journal, &error) == DTX_OK && error == NULL);
  while (dtx_journal_next(journal, &entry, NULL) == DTX_OK && entry != NULL) {
    count++;
    CHECK(dtx_journal_entry_run(entry) >= 1 && dtx_journal_entry_run(entry) <= 2);
    CHECK(dtx_journal_entry_attempts(entry, &attempts) == 1 && attempts == 1);
    CHECK(contains(dtx_journal_entry_time(entry), "T") && contains(dtx_journal_entry_json(entry), "\"endpoint\""));
    CHECK(same(dtx_journal_entry_journal(entry), paths[0]) && dtx_journal_entry_app_key(entry) == NULL);
    CHECK(contains(dtx_journal_entry_endpoint(entry), "http://"));
    if (dtx_journal_entry_state(entry) == DTX_JOURNAL_GONE) {
      gone++;
      CHECK(dtx_journal_entry_kind(entry) == DTX_OK);
      CHECK(dtx_journal_entry_code(entry) == NULL && dtx_journal_entry_request_id(entry) != NULL);
    } else {
      missing++;
      CHECK(dtx_journal_entry_state(entry) == DTX_JOURNAL_WAS_NOT_THERE);
      CHECK(same(dtx_journal_entry_user_id(entry), "gone2"));
      CHECK(dtx_journal_entry_kind(entry) == DTX_INVALID_USER_ID);
      CHECK(same(dtx_journal_entry_code(entry), "33012") && dtx_journal_entry_meaning(entry) != NULL);
    }
    dtx_journal_entry_free(entry);
  }
  CHECK(count == 3 && gone == 2 && missing == 1);
  CHECK(dtx_journal_next(journal, NULL, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_journal_next(journal, &entry, NULL) == DTX_OK && entry == NULL);
  dtx_journal_free(journal);

  paths[1] = "/nonexistent/journal";
  CHECK(dtx_journal_read(paths, 2, &journal, &error) == DTX_JOURNAL && journal == NULL);
  CHECK(contains(dtx_error_message(error), "/nonexistent/journal does not exist"));
  dtx_error_free(error);
  paths[1] = NULL;
  CHECK(dtx_journal_read(paths, 2, &journal, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_journal_read(NULL, 1, &journal, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_journal_read(NULL, 0, NULL, NULL) == DTX_OK);
  CHECK(dtx_journal_next(NULL, &entry, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_journal_entry_state(NULL) == 0 && dtx_journal_entry_user_id(NULL) == NULL);
  CHECK(dtx_journal_entry_kind(NULL) == DTX_OK && dtx_journal_entry_journal(NULL) == NULL);
  CHECK(dtx_journal_entry_endpoint(NULL) == NULL && dtx_journal_entry_app_key(NULL) == NULL);
  CHECK(dtx_journal_entry_attempts(NULL, &attempts) == 0 && dtx_journal_entry_run(NULL) == 0);
  dtx_journal_free(NULL);
  dtx_journal_entry_free(NULL);
}

static void journal_that_is_none(void) {
  dtx_client *client = new_client();
  FILE *stream = fopen(file("letter"), "w");
  fputs("{\"dear\": \"reader\"}\n{}\n", stream);
  fclose(stream);
  batch_refused(client, with_journal("letter"), DTX_JOURNAL, "is not a journal");
  batch_refused(client, with_journal("no/such/folder"), DTX_JOURNAL, "cannot be opened");
  batch_refused(client, with_journal(""), DTX_JOURNAL, "is no ordinary file");
  dtx_client_free(client);
}

static void backup_before_deletion(void) {
  dtx_client *client = new_client();
  dtx_batch_options *options = dtx_batch_options_new();
  dtx_batch *batch;
  char *text;
  CHECK(dtx_batch_options_set_backup(options, file("no/such/folder")) == DTX_OK);
  batch_refused(client, options, DTX_JOURNAL, "the backup");
  options = dtx_batch_options_new();
  CHECK(dtx_batch_options_set_backup(options, file("backup")) == DTX_OK);
  batch = new_batch(client, options);
  push(batch, "0125400001");
  dtx_batch_finish(batch);
  CHECK(drain(batch) == 1 && dtx_batch_deleted(batch) == 1);
  dtx_batch_free(batch);
  text = read_file(file("backup"));
  CHECK(contains(text, "\"0125400001\"") && contains(text, "\"Li Lei\""));
  free(text);
  dtx_client_free(client);
}

static void record_of_a_contact(void) {
  dtx_client *client = new_client();
  dtx_call *call = dtx_call_new();
  dtx_contact *contact = NULL;
  dtx_error *error = NULL;
  CHECK(dtx_client_get(client, "0125400001", NULL, &contact, &error) == DTX_OK && error == NULL);
  CHECK(same(dtx_contact_user_id(contact), "0125400001"));
  CHECK(same(dtx_contact_text(contact, "name"), "Li Lei"));
  CHECK(contains(dtx_contact_record(contact), "\"userid\":\"0125400001\""));
  CHECK(contains(dtx_contact_json(contact), "\"user_id\":\"0125400001\""));
  dtx_contact_free(contact);

  CHECK(dtx_client_get(client, "gone", NULL, &contact, &error) == DTX_INVALID_USER_ID);
  CHECK(contact == NULL && same(dtx_error_user_id(error), "gone"));
  CHECK(!dtx_error_maybe_deleted(error));
  dtx_error_free(error);
  CHECK(dtx_client_get(client, "\xff", NULL, &contact, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_client_get(client, NULL, NULL, &contact, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_client_get(NULL, "0125400001", NULL, &contact, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_client_get(client, "0125400001", NULL, NULL, NULL) == DTX_OK);
  dtx_call_cancel(call);
  CHECK(dtx_client_get(client, "hang", call, &contact, NULL) == DTX_CANCELLED && contact == NULL);
  dtx_call_free(call);
  dtx_contact_free(NULL);
  dtx_client_free(client);
}

static void all_contacts(void) {
  dtx_client *client = new_client();
  dtx_call *cancelled = dtx_call_new();
  dtx_contacts *contacts = NULL;
  dtx_contact *contact = NULL;
  int count = 0, before = __atomic_load_n(&requests, __ATOMIC_SEQ_CST);
  char id[16];
  CHECK(dtx_client_contacts(client, &contacts, NULL) == DTX_OK);
  dtx_client_free(client);
  dtx_call_cancel(cancelled);
  CHECK(dtx_contacts_next(contacts, cancelled, &contact, NULL) == DTX_CANCELLED && contact == NULL);
  CHECK(__atomic_load_n(&requests, __ATOMIC_SEQ_CST) == before);
  while (dtx_contacts_next(contacts, NULL, &contact, NULL) == DTX_OK && contact != NULL) {
    snprintf(id, sizeof id, "c%d", count);
    CHECK(same(dtx_contact_user_id(contact), id));
    CHECK(__atomic_load_n(&requests, __ATOMIC_SEQ_CST) == before + (count < 100 ? 1 : 2));
    if (count++ == 100) {
      CHECK(dtx_contact_text(contact, "mobile") == NULL && dtx_contact_text(contact, "email") == NULL);
      CHECK(dtx_contact_id_count(contact, "label_ids") == 2);
      CHECK(same(dtx_contact_id(contact, "label_ids", 0), "1000007"));
      CHECK(same(dtx_contact_id(contact, "label_ids", 1), "8"));
      CHECK(dtx_contact_id(contact, "label_ids", 2) == NULL);
      CHECK(same(dtx_contact_id(contact, "share_user_ids", 0), "0777"));
      CHECK(dtx_contact_id_count(contact, "share_dept_ids") == 0);
      CHECK(dtx_contact_id(contact, "share_dept_ids", UINT64_MAX) == NULL);
      CHECK(dtx_contact_id_count(contact, "name") == 0 && dtx_contact_id_count(contact, NULL) == 0);
      CHECK(dtx_contact_text(contact, "label_ids") == NULL && dtx_contact_text(contact, NULL) == NULL);
      CHECK(contains(dtx_contact_record(contact), "\"mobile\":\"\""));
      CHECK(contains(dtx_contact_json(contact), "\"label_ids\":[\"1000007\",\"8\"]"));
    }
    dtx_contact_free(contact);
  }
  CHECK(count == 101);
  CHECK(dtx_contacts_next(contacts, NULL, &contact, NULL) == DTX_OK && contact == NULL);
  CHECK(dtx_contacts_next(contacts, NULL, NULL, NULL) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_contacts_next(NULL, NULL, &contact, NULL) == DTX_INVALID_ARGUMENT);
  dtx_contacts_free(contacts);
  CHECK(dtx_client_contacts(NULL, &contacts, NULL) == DTX_INVALID_ARGUMENT && contacts == NULL);
  dtx_contacts_free(NULL);
  dtx_call_free(cancelled);
  CHECK(dtx_contact_user_id(NULL) == NULL && dtx_contact_text(NULL, "name") == NULL);
  CHECK(dtx_contact_id_count(NULL, "label_ids") == 0 && dtx_contact_id(NULL, "label_ids", 0) == NULL);
  CHECK(dtx_contact_record(NULL) == NULL && dtx_contact_json(NULL) == NULL);
}

/* The child of a parent with a batch under way makes its own. */
static void fork_beside_a_batch(void) {
  dtx_client *client = new_client();
  dtx_batch *batch = new_batch(client, NULL);
  dtx_item *first = NULL;
  int status = -1;
  pid_t child;
  push(batch, "1");
  /* No thread but this one allocates when it forks: the sanitizer's allocator would not survive
   * that in the child. */
  CHECK(dtx_batch_next(batch, &first, NULL) == DTX_OK && dtx_item_deletion(first) != NULL);
  dtx_item_free(first);
  push(batch, "gate");
  while (sem_wait(&hangs) != 0) continue;
  child = fork();
  if (child == 0) {
    alarm(60); /* Should it hang, that is its end. */
    dtx_batch *own = NULL;
    dtx_item *item = NULL;
    int good = dtx_batch_new(client, NULL, &own, NULL) == DTX_OK &&
               dtx_batch_push(own, "1", NULL) == DTX_OK &&
               dtx_batch_next(own, &item, NULL) == DTX_OK && dtx_item_deletion(item) != NULL;
    dtx_item_free(item);
    dtx_batch_free(own);
    if (good) raise(SIGKILL); /* As above. */
    _exit(1);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  sem_post(&gate);
  dtx_batch_finish(batch);
  CHECK(drain(batch) == 1 && dtx_batch_deleted(batch) == 2);
  dtx_batch_free(batch);
  dtx_client_free(client);
}

/* The log. */

struct lines {
  pthread_mutex_t lock;
  int count[8];
  char text[65536];
};

static void take_line(int level, const char *message, void *context) {
  struct lines *lines = context;
  pthread_mutex_lock(&lines->lock);
  CHECK(level >= DTX_LOG_ERROR && level <= DTX_LOG_DEBUG);
  CHECK(strchr(message, '\n') == NULL);
  lines->count[level & 7]++;
  strncat(lines->text, message, sizeof lines->text - strlen(lines->text) - 1);
  pthread_mutex_unlock(&lines->lock);
}

static void log_lines(void) {
  static struct lines lines = {.lock = PTHREAD_MUTEX_INITIALIZER};
  dtx_client *client = new_client();
  CHECK(dtx_set_log(-1, take_line, &lines) == DTX_INVALID_ARGUMENT);
  CHECK(dtx_set_log(5, take_line, &lines) == DTX_INVALID_ARGUMENT);

  CHECK(dtx_set_log(DTX_LOG_INFO, take_line, &lines) == DTX_OK);
  dtx_client_delete(client, "denied", NULL, NULL, NULL);
  CHECK(lines.count[DTX_LOG_INFO] == 1 && lines.count[DTX_LOG_DEBUG] == 0);
  CHECK(contains(lines.text, "contact denied"));

  CHECK(dtx_set_log(DTX_LOG_DEBUG, take_line, &lines) == DTX_OK);
  dtx_client_delete(client, "denied", NULL, NULL, NULL);
  CHECK(lines.count[DTX_LOG_INFO] == 2 && lines.count[DTX_LOG_DEBUG] == 1);
  CHECK(!contains(lines.text, TOKEN));

  CHECK(dtx_set_log(DTX_LOG_ERROR, take_line, &lines) == DTX_OK);
  dtx_client_delete(client, "a", NULL, NULL, NULL);
  CHECK(dtx_set_log(DTX_LOG_OFF, take_line, &lines) == DTX_OK);
  dtx_client_delete(client, "a", NULL, NULL, NULL);
  CHECK(dtx_set_log(DTX_LOG_DEBUG, NULL, NULL) == DTX_OK);
  dtx_client_delete(client, "a", NULL, NULL, NULL);
  CHECK(lines.count[DTX_LOG_INFO] == 2 && lines.count[DTX_LOG_DEBUG] == 1);
  dtx_client_free(client);
}

static void count_line(int level, const char *message, void *context) {
  (void)level;
  (void)message;
  __atomic_add_fetch((int *)context, 1, __ATOMIC_SEQ_CST);
}

static void log_changes_under_way(void) {
  static int counts[2];
  dtx_client *client = new_client();
  pthread_t threads[4];
  int i;
  stop = 0;
  for (i = 0; i < 4; i++) pthread_create(&threads[i], NULL, delete_until_stopped, client);
  for (i = 0; __atomic_load_n(&counts[0], __ATOMIC_SEQ_CST) == 0 ||
              __atomic_load_n(&counts[1], __ATOMIC_SEQ_CST) == 0;
       i++)
    CHECK(dtx_set_log(DTX_LOG_INFO, count_line, &counts[(i / 100) % 2]) == DTX_OK);
  __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
  for (i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  CHECK(dtx_set_log(DTX_LOG_OFF, NULL, NULL) == DTX_OK);
  dtx_client_free(client);
}

/* Runs a shell command with credentials for the server: api run COMMAND. */
static int run(const char *command) {
  char endpoint[64];
  int status;
  snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", server_port);
  setenv("DINGTALK_ENDPOINT", endpoint, 1);
  setenv("DINGTALK_ACCESS_TOKEN", TOKEN, 1);
  status = system(command);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*run)(void);
  } tests[] = {
      {"version", version},
      {"numbers_and_names", numbers_and_names},
      {"null_is_harmless", null_is_harmless},
      {"text_that_is_not_utf8", text_that_is_not_utf8},
      {"text_that_is_too_long", text_that_is_too_long},
      {"numbers_out_of_bounds", numbers_out_of_bounds},
      {"options_by_name", options_by_name},
      {"languages", languages},
      {"packages", packages},
      {"fields_of_a_deletion", fields_of_a_deletion},
      {"fields_of_an_error", fields_of_an_error},
      {"options_serve_several_clients", options_serve_several_clients},
      {"options_from_the_environment", options_from_the_environment},
      {"new_token", new_token},
      {"closed_client", closed_client},
      {"restoring", restoring},
      {"check_of_what_stands", check_of_what_stands},
      {"shared_clients", shared_clients},
      {"shared_not_over_fork", shared_not_over_fork},
      {"sixteen_threads", sixteen_threads},
      {"cancel_from_another_thread", cancel_from_another_thread},
      {"free_under_way", free_under_way},
      {"cancelled_thread", cancelled_thread},
      {"small_stack", small_stack},
      {"probe_of_a_call", probe_of_a_call},
      {"probe_that_sees_a_signal", probe_that_sees_a_signal},
      {"timeout_of_a_call", timeout_of_a_call},
      {"submitted_deletion", submitted_deletion},
      {"submitted_wrongly", submitted_wrongly},
      {"submitted_and_freed", submitted_and_freed},
      {"cancel_children_of_a_call", cancel_children_of_a_call},
      {"cancel_what_was_submitted", cancel_what_was_submitted},
      {"cancel_a_group", cancel_a_group},
      {"close_and_free_with_many_submitted", close_and_free_with_many_submitted},
      {"callbacks_that_cancel_close_and_free", callbacks_that_cancel_close_and_free},
      {"fork_under_way", fork_under_way},
      {"push_and_take_in_turn", push_and_take_in_turn},
      {"items_of_a_batch", items_of_a_batch},
      {"push_after_the_end", push_after_the_end},
      {"missing_ok_of_a_batch", missing_ok_of_a_batch},
      {"damaged_list_of_a_batch", damaged_list_of_a_batch},
      {"batch_of_a_closed_client", batch_of_a_closed_client},
      {"stop_in_the_middle", stop_in_the_middle},
      {"cancel_in_the_middle", cancel_in_the_middle},
      {"free_in_the_middle", free_in_the_middle},
      {"wait_within_a_limit", wait_within_a_limit},
      {"signal_ends_a_batch", signal_ends_a_batch},
      {"poll_tells_none_yet_from_the_end", poll_tells_none_yet_from_the_end},
      {"items_by_callback", items_by_callback},
      {"pause_of_a_batch", pause_of_a_batch},
      {"eight_threads_share_a_batch", eight_threads_share_a_batch},
      {"signals_are_the_programs", signals_are_the_programs},
      {"journal_is_taken_up", journal_is_taken_up},
      {"journal_is_read", journal_is_read},
      {"journal_that_is_none", journal_that_is_none},
      {"backup_before_deletion", backup_before_deletion},
      {"record_of_a_contact", record_of_a_contact},
      {"all_contacts", all_contacts},
      {"fork_beside_a_batch", fork_beside_a_batch},
      {"log_lines", log_lines},
      {"log_changes_under_way", log_changes_under_way},
  };
  size_t i, failed = 0, count = sizeof tests / sizeof *tests;
  unsetenv("DINGTALK_ACCESS_TOKEN");
  unsetenv("DINGTALK_APP_KEY");
  unsetenv("DINGTALK_APP_SECRET");
  start_server();
  if (argc == 3 && same(argv[1], "run")) return run(argv[2]);
  if (mkdtemp(folder) == NULL) abort();
  for (i = 0; i < count; i++) {
    int before = failures;
    tests[i].run();
    if (failures != before) {
      failed++;
      printf("FAILED %s\n", tests[i].name);
    }
  }
  unlink(file("journal"));
  unlink(file("letter"));
  unlink(file("backup"));
  rmdir(folder);
  printf("%zu passed, %zu failed\n", count - failed, failed);
  return failed == 0 ? 0 : 1;
}
