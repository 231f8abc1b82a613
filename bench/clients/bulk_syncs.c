/*
 * The floor under a journal: bulk_syncs ENDPOINT IDS CONCURRENCY JOURNAL calls nothing. For each
 * CONCURRENCY ids it waits as long as a reply takes, appends the lines of their ends and of the next
 * announcements at once, and syncs. No journal can do with fewer syncs that has each id on the disk
 * before its call. Prints the seconds that this took.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { REPLY_MS = 20, LINES_OF_AN_ID = 242 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  const struct timespec reply = {0, REPLY_MS * 1000000L};
  long ids = argc == 5 ? atol(argv[2]) : 0, concurrency = argc == 5 ? atol(argv[3]) : 0;
  int journal = argc == 5 ? open(argv[4], O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0600) : -1;
  size_t length = (size_t)concurrency * LINES_OF_AN_ID;
  char *lines = journal >= 0 && concurrency > 0 ? malloc(length) : NULL;
  double start = now();

  if (lines == NULL) {
    fprintf(stderr, "usage: bulk_syncs ENDPOINT IDS CONCURRENCY NEW-JOURNAL\n");
    return 1;
  }
  memset(lines, 'a', length);
  for (long done = 0; done < ids; done += concurrency) {
    nanosleep(&reply, NULL);
    if (write(journal, lines, length) != (ssize_t)length || fdatasync(journal) != 0) {
      perror(argv[4]);
      return 1;
    }
  }
  printf("%f\n", now() - start);
  free(lines);
  return close(journal);
}
