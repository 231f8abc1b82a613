package extcontact

/*
#include <dingtalk_extcontact.h>
#include <stdlib.h>
*/
import "C"

import (
	"fmt"
	"io"
	"log/slog"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unsafe"
)

// Options of a client. What is zero is left to the library, whose defaults stand in the README; what it refuses is
// told by New, by name. No way of printing shows their values, as some are secrets.
type Options struct {
	AccessToken string `dtx:"access_token"` // A token that you keep fresh with SetAccessToken. Or else:
	AppKey      string `dtx:"app_key"`      // The key of the app; the client fetches and refreshes the token.
	AppSecret   string `dtx:"app_secret"`   // Its secret.

	Region   string `dtx:"region"`   // Of the organisation: "international" or "china".
	Endpoint string `dtx:"endpoint"` // A sandbox or a gateway, instead of the region's hosts.

	Timeout        time.Duration `dtx:"timeout"`         // A call, from when it gets its turn.
	AttemptTimeout time.Duration `dtx:"attempt_timeout"` // One attempt, to the last byte of the reply.
	ConnectTimeout time.Duration `dtx:"connect_timeout"` // Lookup, connection and TLS handshake together.

	MaxAttempts int  `dtx:"max_attempts"` // Of a call; 1 turns retries off.
	Rate        Rate `dtx:"rate"`         // Requests to each API in any one second, or Unlimited.
	MissingOK   Flag `dtx:"missing_ok"`   // "No such contact" ends as absent. It hides damaged ids.

	Proxy  string `dtx:"proxy"`   // "environment", "none", or a URL (http, https, socks5).
	CAFile string `dtx:"ca_file"` // Certificates to trust instead of the system's.

	// Shared asks for the one client of the process with these options, where there is no place to keep one. Close
	// closes it once the last who has it is gone.
	Shared bool

	// Named are options by the library's names, as text with times in milliseconds: those of a configuration file.
	Named map[string]string
}

// CallOptions are those of a call, instead of the client's: see Client.With.
type CallOptions struct {
	Timeout   time.Duration `dtx:"timeout"`    // The call, from when it gets its turn.
	MissingOK Flag          `dtx:"missing_ok"` // Of deletions.

	Named map[string]string // As in Options.
}

// BatchOptions are those of Client.DeleteMany.
type BatchOptions struct {
	Concurrency   int    `dtx:"concurrency"`     // Calls side by side, at most.
	Journal       string `dtx:"journal"`         // A file that records the batch, and by which another one goes on.
	Backup        string `dtx:"backup"`          // A file for the record of each contact: the only way back.
	MissingOK     Flag   `dtx:"missing_ok"`      // Instead of the client's.
	StopOnMissing Flag   `dtx:"stop_on_missing"` // Whether a list that looks damaged stops the batch.

	Named map[string]string // As in Options.

	// Summary is filled in when the batch has ended.
	Summary *Summary
	// Paused is told, where the loop waits, that the service throttled the batch, and for how long it rests.
	Paused func(left time.Duration)
}

// Flag is a choice: On, Off, or left to the library or the client.
type Flag string

const (
	On  Flag = "true"
	Off Flag = "false"
)

// Rate is a number of requests a second.
type Rate int

// Unlimited is no limit; zero is the library's default, and any other number below it is refused.
const Unlimited Rate = math.MinInt32

// Format shows no value.
func (o Options) Format(state fmt.State, _ rune) { io.WriteString(state, "extcontact.Options{...}") }

// LogValue shows no value, either.
func (o Options) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(o)) }

// give sets each option that is not zero by the name in its tag, and the named ones. What the library refuses, it
// reports where the options are used.
func give(options any, named map[string]string, set func(name, value *C.char)) error {
	one := func(name, text string) error {
		key, err := cString("option", name)
		if err != nil {
			return err
		}
		defer C.free(unsafe.Pointer(key))
		value, err := cString(name, text)
		if err != nil {
			return err
		}
		defer C.free(unsafe.Pointer(value))
		set(key, value)
		return nil
	}
	// The language in which the library's texts name options.
	if err := one("binding", "go"); err != nil {
		return err
	}
	values := reflect.ValueOf(options)
	for i := range values.NumField() {
		name := values.Type().Field(i).Tag.Get("dtx")
		if name == "" || values.Field(i).IsZero() {
			continue
		}
		text := fmt.Sprint(values.Field(i))
		switch value := values.Field(i).Interface().(type) {
		case time.Duration:
			text = strconv.FormatInt(value.Milliseconds(), 10)
		case Rate:
			if value == Unlimited {
				text = "0"
			}
		}
		if err := one(name, text); err != nil {
			return err
		}
	}
	for name, text := range named {
		if err := one(name, text); err != nil {
			return err
		}
	}
	return nil
}

// cString is what C takes as text, to be freed. It would end at the first NUL: a part of an id may be another's.
func cString(name, text string) (*C.char, error) {
	if strings.IndexByte(text, 0) >= 0 {
		return nil, &Error{Kind: ErrInvalidArgument, Message: name + " has a NUL character in it"}
	}
	return C.CString(text), nil
}
