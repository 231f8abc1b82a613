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

/* Promises about time are held to this: far more than is promised, as machines are shared, and
 * far less than a call that nothing ends. */
static const double BOUND = 2.0;

/* A DingTalk of one page: what it answers stands in the id. */

static int server_port;
static sem_t hangs; /* Posted when a request came that is never answered. */

static void answer(int socket, const char *json) {
  char reply[1024];
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

static void *serve_connection(void *argument) {
  int socket = (int)(intptr_t)argument;
  char buffer[16384];
  while (request(socket, buffer, sizeof buffer)) {
    if (strstr(buffer, "user_id=hang") != NULL) {
      sem_post(&hangs);
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
  if (sem_init(&hangs, 0, 0) != 0 || bind(listener, (struct sockaddr *)&address, length) != 0 ||
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
  int64_t errcode = 7;
  int status = 7;
  uint64_t ms = 7;

  dtx_options_free(NULL);
  dtx_client_free(NULL);
  dtx_call_free(NULL);
  dtx_deletion_free(NULL);
  dtx_error_free(NULL);
  dtx_client_close(NULL);
  dtx_call_cancel(NULL);

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
    {"ca_file", dtx_options_set_ca_file},
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

static void text_that_is_not_utf8(void) {
  static const char *const bad[] = {"\xff", "abc\x80", "\xc0\xaf", "\xed\xa0\x80", "\xe4\xbd"};
  size_t i, j;
  dtx_client *client = new_client();
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    dtx_error *error = NULL;
    for (j = 0; j < sizeof texts / sizeof *texts; j++) {
      dtx_options *options = some_options();
      CHECK(texts[j].set(options, bad[i]) == DTX_INVALID_ARGUMENT);
      refused(options, texts[j].name, "is not UTF-8");
    }
    CHECK(dtx_client_delete(client, bad[i], NULL, NULL, &error) == DTX_INVALID_ARGUMENT);
    CHECK(same(dtx_error_message(error), "user_id is not UTF-8"));
    dtx_error_free(error);
    CHECK(dtx_client_set_access_token(client, bad[i], &error) == DTX_INVALID_ARGUMENT);
    dtx_error_free(error);
  }
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
    CHECK(dtx_client_new(options, &client, NULL) == DTX_INVALID_ARGUMENT && client == NULL);
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
  CHECK(dtx_options_set_max_attempts(options, 0) == DTX_INVALID_ARGUMENT);
  /* The first refused value is the one that is reported, and a good one does not undo it. */
  CHECK(dtx_options_set_max_attempts(options, 1) == DTX_OK);
  CHECK(dtx_options_set_rate(options, (uint32_t)-1) == DTX_INVALID_ARGUMENT);
  refused(options, "max_attempts", "out of bounds");
  options = some_options();
  CHECK(dtx_options_set_rate(options, (uint32_t)-1) == DTX_INVALID_ARGUMENT);
  refused(options, "rate", "out of bounds");
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
  dtx_client_free(client);
}

/* Threads. */

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

static void timeout_of_a_call(void) {
  dtx_client *client = new_client();
  dtx_call *call = dtx_call_new();
  dtx_error *error = NULL;
  double start = now();
  CHECK(dtx_call_set_timeout_ms(call, 100) == DTX_OK);
  CHECK(dtx_client_delete(client, "hang", call, NULL, &error) == DTX_TIMEOUT);
  CHECK(now() - start < BOUND);
  CHECK(dtx_error_maybe_deleted(error) == 1 && dtx_error_retryable(error) == 1);
  while (sem_wait(&hangs) != 0) continue;
  dtx_error_free(error);
  dtx_call_free(call);
  dtx_client_free(client);
}

static int stop;

static void *delete_until_stopped(void *client) {
  while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST))
    CHECK(dtx_client_delete(client, "a", NULL, NULL, NULL) == DTX_OK);
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

int main(void) {
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
      {"fields_of_a_deletion", fields_of_a_deletion},
      {"fields_of_an_error", fields_of_an_error},
      {"options_serve_several_clients", options_serve_several_clients},
      {"options_from_the_environment", options_from_the_environment},
      {"new_token", new_token},
      {"closed_client", closed_client},
      {"sixteen_threads", sixteen_threads},
      {"cancel_from_another_thread", cancel_from_another_thread},
      {"timeout_of_a_call", timeout_of_a_call},
      {"fork_under_way", fork_under_way},
      {"log_lines", log_lines},
      {"log_changes_under_way", log_changes_under_way},
  };
  size_t i, failed = 0, count = sizeof tests / sizeof *tests;
  unsetenv("DINGTALK_ACCESS_TOKEN");
  unsetenv("DINGTALK_APP_KEY");
  unsetenv("DINGTALK_APP_SECRET");
  start_server();
  for (i = 0; i < count; i++) {
    int before = failures;
    tests[i].run();
    if (failures != before) {
      failed++;
      printf("FAILED %s\n", tests[i].name);
    }
  }
  printf("%zu passed, %zu failed\n", count - failed, failed);
  return failed == 0 ? 0 : 1;
}
