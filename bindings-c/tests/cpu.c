/*
 * CPU time of a call on a warm connection, against libcurl doing the same: cpu [CALLS]. Both talk
 * to the same server in a child process, turn about, and libcurl's side looks at the errcode by
 * searching the text, which is the least that a program can do.
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dingtalk_extcontact.h"

static const char REPLY[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 52\r\n\r\n"
    "{\"errcode\":0,\"errmsg\":\"ok\",\"request_id\":\"abcdefghi\"}";

/* Answers whatever comes; a request comes whole, as both clients write it in one piece. */
static void serve(int listener) {
  for (;;) {
    int socket = accept(listener, NULL, NULL);
    if (fork() == 0) {
      char buffer[4096];
      while (recv(socket, buffer, sizeof buffer, 0) > 0)
        if (send(socket, REPLY, sizeof REPLY - 1, MSG_NOSIGNAL) < 0) break;
      _exit(0);
    }
    close(socket);
  }
}

static double cpu(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void with_library(dtx_client *client, long calls) {
  long i;
  for (i = 0; i < calls; i++) {
    dtx_deletion *deletion = NULL;
    dtx_error *error = NULL;
    if (dtx_client_delete(client, "0125400001", NULL, &deletion, &error) != DTX_OK) {
      fprintf(stderr, "%s\n", dtx_error_message(error));
      exit(1);
    }
    dtx_deletion_free(deletion);
  }
}

struct body {
  size_t length;
  char text[4096];
};

static size_t take(char *data, size_t size, size_t count, void *context) {
  struct body *body = context;
  if (body->length + size * count >= sizeof body->text) return 0;
  memcpy(body->text + body->length, data, size * count);
  body->length += size * count;
  body->text[body->length] = '\0';
  return size * count;
}

static void with_curl(CURL *curl, int port, long calls) {
  long i;
  for (i = 0; i < calls; i++) {
    struct body body = {0, ""};
    char url[256], form[256], *id = curl_easy_escape(curl, "0125400001", 0);
    snprintf(url, sizeof url,
             "http://127.0.0.1:%d/topapi/extcontact/delete?access_token=token-4711", port);
    snprintf(form, sizeof form, "user_id=%s", id);
    curl_free(id);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 10000L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    if (curl_easy_perform(curl) != CURLE_OK || strstr(body.text, "\"errcode\":0") == NULL) {
      fprintf(stderr, "libcurl failed\n");
      exit(1);
    }
  }
}

int main(int argc, char **argv) {
  long calls = argc > 1 ? atol(argv[1]) : 20000;
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0), round;
  char endpoint[64];
  pid_t server;
  dtx_options *options = dtx_options_new();
  dtx_client *client = NULL;
  CURL *curl = curl_easy_init();

  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 16) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &length) != 0)
    return 1;
  server = fork();
  if (server == 0) {
    signal(SIGCHLD, SIG_IGN);
    serve(listener);
  }
  close(listener);

  snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", ntohs(address.sin_port));
  dtx_options_set_access_token(options, "token-4711");
  dtx_options_set_endpoint(options, endpoint);
  dtx_options_set_rate(options, 0);
  if (dtx_client_new(options, &client, NULL) != DTX_OK) return 1;
  dtx_options_free(options);

  with_library(client, 100);
  with_curl(curl, ntohs(address.sin_port), 100);
  for (round = 0; round < 5; round++) {
    double start = cpu(), between, end;
    with_library(client, calls);
    between = cpu();
    with_curl(curl, ntohs(address.sin_port), calls);
    end = cpu();
    printf("CPU per call: this library %.1f us, libcurl %.1f us\n",
           (between - start) / (double)calls, (end - between) / (double)calls);
  }
  curl_easy_cleanup(curl);
  dtx_client_free(client);
  kill(server, SIGTERM);
  return 0;
}
