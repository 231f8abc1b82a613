package extcontact

import "C"

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"math"
	"reflect"
	"strconv"
	"time"
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
func give(options any, named map[string]string, set func(name, text *C.char)) error {
	one := func(name, called, text string) error {
		key, wrong := cString("option", name)
		value, err := cString(called, text)
		if err = cmp.Or(wrong, err); err == nil {
			set(key, value)
		}
		return err
	}
	err := one("binding", "binding", "go") // The language in which the library's texts name options.
	values := reflect.ValueOf(options)
	for i := range values.NumField() {
		field := values.Type().Field(i)
		if name := field.Tag.Get("dtx"); name != "" && !values.Field(i).IsZero() {
			err = cmp.Or(err, one(name, field.Name, asText(values.Field(i).Interface())))
		}
	}
	for name, text := range named {
		err = cmp.Or(err, one(name, name, text))
	}
	return err
}

// asText is the value of an option as the library reads it.
func asText(value any) string {
	switch value := value.(type) {
	case time.Duration:
		return strconv.FormatInt(value.Milliseconds(), 10)
	case Rate:
		if value == Unlimited {
			return "0"
		}
	}
	return fmt.Sprint(value)
}
