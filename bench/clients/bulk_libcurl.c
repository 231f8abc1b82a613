/*
 * libcurl's multi interface: bulk_libcurl ENDPOINT IDS CONCURRENCY. As many handles as run side by
 * side, each used again for the next id. It looks for the errcode in the text, which is the least
 * that a program can do.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct call {
  char form[64];
  size_t length;
  char text[4096];
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static size_t take(char *data, size_t size, size_t count, void *context) {
  struct call *call = context;
  size *= count;
  if (call->length + size >= sizeof call->text) return 0;
  memcpy(call->text + call->length, data, size);
  call->length += size;
  call->text[call->length] = '\0';
  return size;
}

static CURL *handle(const char *url, struct call *call) {
  CURL *curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 10000L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->form);
  curl_easy_setopt(curl, CURLOPT_PRIVATE, call);
  return curl;
}

static void begin(CURLM *multi, CURL *curl, struct call *call, long number) {
  call->length = 0;
  snprintf(call->form, sizeof call->form, "user_id=01254%08ld", number);
  curl_multi_add_handle(multi, curl);
}

/* Takes the handle of a call that has ended; 1 if the contact is gone. */
static int end(CURLM *multi, const CURLMsg *message, CURL **curl, struct call **call) {
  CURLcode result = message->data.result;
  *curl = message->easy_handle;
  curl_easy_getinfo(*curl, CURLINFO_PRIVATE, (char **)call);
  curl_multi_remove_handle(multi, *curl);
  if (result != CURLE_OK) fprintf(stderr, "%s\n", curl_easy_strerror(result));
  return result == CURLE_OK && (*call)->length > 0 && strstr((*call)->text, "\"errcode\":0,") != NULL;
}

int main(int argc, char **argv) {
  long ids = argc == 4 ? atol(argv[2]) : 0, concurrency = argc == 4 ? atol(argv[3]) : 0;
  long begun = 0, deleted = 0, failed = 0, i;
  CURL **handles = calloc(concurrency, sizeof *handles);
  struct call *calls = calloc(concurrency, sizeof *calls);
  CURLM *multi = curl_multi_init();
  char url[512];
  double start;
  int running;

  snprintf(url, sizeof url, "%s/topapi/extcontact/delete?access_token=token-4711",
           argc == 4 ? argv[1] : "");
  start = now();
  for (i = 0; i < concurrency; i++) {
    handles[i] = handle(url, &calls[i]);
    if (begun < ids) begin(multi, handles[i], &calls[i], begun++);
  }
  while (failed == 0 && deleted < begun) {
    const CURLMsg *message;
    int left;
    curl_multi_perform(multi, &running);
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
      CURL *curl;
      struct call *call;
      if (end(multi, message, &curl, &call)) deleted++;
      else failed++;
      if (begun < ids) begin(multi, curl, call, begun++);
    }
    if (deleted < begun) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  if (ids > 0 && deleted == ids) printf("%f\n", now() - start);
  for (i = 0; i < concurrency; i++) {
    curl_multi_remove_handle(multi, handles[i]);
    curl_easy_cleanup(handles[i]);
  }
  curl_multi_cleanup(multi);
  free(handles);
  free(calls);
  return ids > 0 && deleted == ids ? 0 : 1;
}
