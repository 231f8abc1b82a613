//go:build cgo

package extcontact

import (
	"encoding/json"
	"time"
)

// Kind says what kind of error it is: errors.Is(err, extcontact.ErrThrottled). Later versions of the library may
// have more of them; treat one that you do not know like ErrAPI.
type Kind string

func (k Kind) Error() string { return string(k) }

// Error is the message; the advice stands beside it.
func (e *Error) Error() string { return e.Message }

// Unwrap has the kind and, where a context ended the call, what ended that.
func (e *Error) Unwrap() []error {
	if e.cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.cause}
}

// inJSON is an error as it stands in JSON, with times in seconds.
type inJSON struct {
	Status string `json:"status"`
	*plain
	RetryAfter float64 `json:"retry_after,omitempty"`
}

// plain is an error without its methods.
type plain Error

// MarshalJSON is the library's own form; times are in seconds.
func (e *Error) MarshalJSON() ([]byte, error) {
	if e.json == nil { // Refused by this package.
		return json.Marshal(inJSON{"failed", (*plain)(e), e.RetryAfter.Seconds()})
	}
	return e.json, nil
}

// UnmarshalJSON reads that form.
func (e *Error) UnmarshalJSON(text []byte) error {
	it := inJSON{plain: (*plain)(e)}
	err := json.Unmarshal(text, &it)
	e.RetryAfter = time.Duration(it.RetryAfter * float64(time.Second))
	e.json = append(json.RawMessage(nil), text...)
	return err
}

// invalid is what this package refuses by itself, as the library cannot be asked.
func invalid(message, advice string) error {
	return &Error{Kind: ErrInvalidArgument, Message: message, Advice: advice}
}
