/*
 * libcurl's easy interface: libcurl ENDPOINT N. One handle, which keeps its connection. It
 * looks for the errcode in the text, which is the least that a program can do.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct body {
  size_t length;
  char text[4096];
};

static size_t take(char *data, size_t size, size_t count, void *context) {
  struct body *body = context;
  size *= count;
  if (body->length + size >= sizeof body->text) return 0;
  memcpy(body->text + body->length, data, size);
  body->length += size;
  body->text[body->length] = '\0';
  return size;
}

int main(int argc, char **argv) {
  CURL *curl = curl_easy_init();
  struct body body;
  char url[512];
  long calls = argc == 3 ? atol(argv[2]) : 0;
  CURLcode result = CURLE_OK;

  snprintf(url, sizeof url, "%s/topapi/extcontact/delete?access_token=token-4711",
           argc == 3 ? argv[1] : "");
  curl_easy_setopt(curl, CURLOPT_URL, url);
  /* Where the server speaks TLS. */
  if (getenv("SSL_CERT_FILE") != NULL) curl_easy_setopt(curl, CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 10000L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  while (result == CURLE_OK && calls-- > 0) {
    body.length = 0;
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "user_id=0125400001");
    result = curl_easy_perform(curl);
    if (result == CURLE_OK && strstr(body.text, "\"errcode\":0,") == NULL) result = CURLE_GOT_NOTHING;
  }
  if (result != CURLE_OK) fprintf(stderr, "%s\n", curl_easy_strerror(result));
  curl_easy_cleanup(curl);
  return result == CURLE_OK ? 0 : 1;
}
