package extcontact

import (
	"encoding/json"
	"time"
)

// Kind says what kind of error it is: errors.Is(err, extcontact.ErrThrottled). Later versions of the library may
// have more of them; treat one that you do not know like ErrAPI.
type Kind string

func (k Kind) Error() string { return string(k) }

// Error says why a contact was not deleted, or a client not made. Branch on the kind, record the rest; what is not
// known is zero. No text in it holds a token, an app secret or a proxy's password. Its JSON is the same in every
// language.
type Error struct {
	Kind    Kind   `json:"kind"`
	Message string `json:"message"`          // One line for people: to which contact, what, and whether it may be gone.
	Advice  string `json:"advice,omitempty"` // What to do now, for people.

	Code       string        `json:"code,omitempty"`        // The code that decides, such as "33012" or "isp.-1".
	Errcode    *int64        `json:"errcode,omitempty"`     // As the service sent it, or nil.
	Errmsg     string        `json:"errmsg,omitempty"`      // The service's own words.
	SubCode    string        `json:"sub_code,omitempty"`    // As the service sent it.
	SubMsg     string        `json:"sub_msg,omitempty"`     // The service's words on it.
	RequestID  string        `json:"request_id,omitempty"`  // By which DingTalk's support finds the call.
	HTTPStatus int           `json:"http_status,omitempty"` // Of the last reply.
	RetryAfter time.Duration `json:"-"`                     // How long to wait before the next call.

	Attempts     int    `json:"attempts"`          // Delete requests that were written to a connection.
	Retryable    bool   `json:"retryable"`         // The same call may pass later, unchanged.
	MaybeDeleted bool   `json:"maybe_deleted"`     // The contact may be gone: a request went out, and no certain answer came.
	UserID       string `json:"user_id,omitempty"` // The contact that the call was about.

	cause error
	json  json.RawMessage
}

// Error is the message; the advice stands beside it.
func (e *Error) Error() string { return e.Message }

// Unwrap has the kind and, where a context ended the call, what ended that.
func (e *Error) Unwrap() []error {
	if e.cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.cause}
}

// MarshalJSON is the library's own form; times are in seconds.
func (e *Error) MarshalJSON() ([]byte, error) {
	if e.json == nil { // Refused by this package.
		type plain Error
		return json.Marshal((*plain)(e))
	}
	return e.json, nil
}

// UnmarshalJSON reads that form.
func (e *Error) UnmarshalJSON(text []byte) error {
	type plain Error
	seconds := struct {
		*plain
		RetryAfter float64 `json:"retry_after"`
	}{plain: (*plain)(e)}
	err := json.Unmarshal(text, &seconds)
	e.RetryAfter = time.Duration(seconds.RetryAfter * float64(time.Second))
	e.json = append(json.RawMessage(nil), text...)
	return err
}
