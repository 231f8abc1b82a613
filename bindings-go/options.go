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
	one := func(name, text, called string) error {
		key, err := cString("option", name)
		if err != nil {
			return err
		}
		defer C.free(unsafe.Pointer(key))
		value, err := cString(called, text)
		if err != nil {
			return err
		}
		defer C.free(unsafe.Pointer(value))
		set(key, value)
		return nil
	}
	// The language in which the library's texts name options.
	if err := one("binding", "go", "binding"); err != nil {
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
		if err := one(name, text, values.Type().Field(i).Name); err != nil {
			return err
		}
	}
	for name, text := range named {
		if err := one(name, text, name); err != nil {
			return err
		}
	}
	return nil
}

// cString is what C takes as text, to be freed. It would end at the first NUL: a part of an id may be another's.
func cString(name, text string) (*C.char, error) {
	if strings.IndexByte(text, 0) >= 0 {
		return nil, invalid(name+" has a NUL character in it", "")
	}
	return C.CString(text), nil
}

// invalid is what this package refuses by itself, as the library cannot be asked.
func invalid(message, advice string) error {
	return &Error{Kind: ErrInvalidArgument, Message: message, Advice: advice}
}
