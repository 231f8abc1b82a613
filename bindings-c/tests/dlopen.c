/* Loads the library at run time, as an interpreter does, and calls it: dlopen LIBRARY. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "dingtalk_extcontact.h"

/* POSIX says that a function's address fits into what dlsym returns; C99 has no cast for it. */
#define LOAD(name) \
  void *name##_address = dlsym(library, #name); \
  memcpy(&name, &name##_address, sizeof name)

int main(int argc, char **argv) {
  const char *(*dtx_version)(void);
  dtx_options *(*dtx_options_new)(void);
  int (*dtx_options_set_access_token)(dtx_options *, const char *);
  int (*dtx_client_new)(const dtx_options *, dtx_client **, dtx_error **);
  int (*dtx_client_delete)(const dtx_client *, const char *, const dtx_call *, dtx_deletion **,
                           dtx_error **);
  const char *(*dtx_error_message)(const dtx_error *);
  void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  dtx_client *client = NULL;
  dtx_error *error = NULL;
  dtx_options *options;
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  LOAD(dtx_version);
  LOAD(dtx_options_new);
  LOAD(dtx_options_set_access_token);
  LOAD(dtx_client_new);
  LOAD(dtx_client_delete);
  LOAD(dtx_error_message);
  options = dtx_options_new();
  if (strcmp(dtx_version(), DTX_VERSION) != 0 ||
      dtx_options_set_access_token(options, "token") != DTX_OK ||
      dtx_client_new(options, &client, &error) != DTX_OK ||
      dtx_client_delete(client, " ", NULL, NULL, &error) != DTX_INVALID_ARGUMENT ||
      strstr(dtx_error_message(error), "it was not deleted") == NULL) {
    printf("0 passed, 1 failed\n");
    return 1;
  }
  printf("1 passed, 0 failed\n");
  return 0; /* No dlclose, as the header says. */
}
