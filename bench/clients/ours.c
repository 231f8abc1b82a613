/* This library: ours ENDPOINT N. */
#include <dingtalk_extcontact.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  dtx_options *options = dtx_options_new();
  dtx_client *client = NULL;
  dtx_error *error = NULL;
  long calls = argc == 3 ? atol(argv[2]) : 0;
  int result;

  dtx_options_set_access_token(options, "token-4711");
  dtx_options_set_endpoint(options, argc == 3 ? argv[1] : "");
  dtx_options_set_rate(options, 0);
  result = dtx_client_new(options, &client, &error);
  dtx_options_free(options);
  while (result == DTX_OK && calls-- > 0) {
    dtx_deletion *deletion = NULL;
    result = dtx_client_delete(client, "0125400001", NULL, &deletion, &error);
    if (result == DTX_OK && dtx_deletion_status(deletion) != DTX_STATUS_DELETED) result = -1;
    dtx_deletion_free(deletion);
  }
  if (error != NULL) fprintf(stderr, "%s\n", dtx_error_message(error));
  dtx_error_free(error);
  dtx_client_free(client);
  return result == DTX_OK ? 0 : 1;
}
