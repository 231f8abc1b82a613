package extcontact

/*
#include <dingtalk_extcontact.h>
*/
import "C"

import "context"

// Check deletes nothing. With write it tries the permission to delete, too, by a deletion of an id that cannot exist.
// A step that fails is no error: it stands in the result.
func (c *Client) Check(ctx context.Context, write bool) (*Check, error) {
	if err := c.refused(ctx); err != nil {
		return nil, err
	}
	return waited(ctx, c, func(call *C.dtx_call) (*Check, error) {
		return taken[Check](func(made **C.dtx_check, failed **C.dtx_error) {
			C.dtx_client_check(c.handle, flag(write), call, made, failed)
		},
			func(it *C.dtx_check) *C.char { return C.dtx_check_json(it) },
			func(it *C.dtx_check) { C.dtx_check_free(it) })
	})
}
