package extcontact

/*
#include <dingtalk_extcontact.h>
*/
import "C"

import (
	"context"
	"encoding/json"
	"runtime"
)

// Check says what stands and what is missing before contacts can be deleted.
type Check struct {
	OK     bool            `json:"ok"` // No step failed, and none is left unknown.
	Steps  []CheckStep     `json:"steps"`
	Report json.RawMessage `json:"report"` // Fit to be shown to others.
}

// CheckStep is one of these, such as name lookup or the permission to read.
type CheckStep struct {
	Step   string `json:"step"`
	Status string `json:"status"` // "ok", "warning", "failed", "unknown" or "skipped".
	Text   string `json:"text"`
	Advice string `json:"advice,omitempty"`
	Err    *Error `json:"error,omitempty"`
}

// Check deletes nothing. With write it tries the permission to delete, too, by a deletion of an id that cannot exist.
// A step that fails is no error: it stands in the result.
func (c *Client) Check(ctx context.Context, write bool) (check *Check, err error) {
	err = c.wait(ctx, func(call *C.dtx_call) error {
		handle, err := made(func(made **C.dtx_check, failed **C.dtx_error) {
			C.dtx_client_check(c.handle, flag(write), call, made, failed)
		})
		if err != nil {
			return err
		}
		defer C.dtx_check_free(handle)
		check, err = decoded[Check](C.dtx_check_json(handle))
		return err
	})
	runtime.KeepAlive(c.native)
	return check, err
}
