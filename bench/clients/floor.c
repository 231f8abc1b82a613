/*
 * The floor: floor ENDPOINT N writes the same request to a bare socket and reads until the reply is
 * there. No client can do with less, and none should: it has no time limit, and knows one reply.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int fail(const char *what) {
  perror(what);
  return 1;
}

int main(int argc, char **argv) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  const char *place = argc == 3 ? strstr(argv[1], "127.0.0.1:") : NULL;
  long calls = argc == 3 ? atol(argv[2]) : 0;
  int one = 1, connection = socket(AF_INET, SOCK_STREAM, 0);
  char request[512], reply[4096];
  size_t length;

  if (place == NULL || strncmp(argv[1], "http://", 7) != 0) return fail("floor http://127.0.0.1:PORT N");
  address.sin_port = htons((unsigned short)atoi(place + 10));
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0) return fail("connect");
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  length = (size_t)snprintf(request, sizeof request,
                            "POST /topapi/extcontact/delete?access_token=token-4711 HTTP/1.1\r\n"
                            "Host: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                            "Content-Length: 18\r\n\r\nuser_id=0125400001",
                            place);
  while (calls-- > 0) {
    size_t filled = 0;
    char *body = NULL;
    if (send(connection, request, length, 0) != (ssize_t)length) return fail("send");
    while (body == NULL || strchr(body, '}') == NULL) {
      ssize_t count = recv(connection, reply + filled, sizeof reply - 1 - filled, 0);
      if (count <= 0) return fail("recv");
      filled += (size_t)count;
      reply[filled] = '\0';
      body = strstr(reply, "\r\n\r\n");
    }
    if (strstr(body, "\"errcode\":0,") == NULL) return fail("refused");
  }
  close(connection);
  return 0;
}
