/*
 * Runs a command, then prints the most memory that it had, in KiB: peak COMMAND ARGUMENTS
 *
 * Linux counts to a process what the one that started it had, up to its exec, and a Python has
 * more than some of what is measured here. This has next to nothing.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct rusage usage;
  int status;
  pid_t child = argc > 1 ? fork() : -1;

  if (child == 0) {
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    _exit(127);
  }
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return 1;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return 1;
#ifdef __APPLE__
  usage.ru_maxrss /= 1024;
#endif
  printf("%ld\n", usage.ru_maxrss);
  return 0;
}
