package extcontact_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	extcontact "repository.invalid/dingtalk-extcontact/bindings-go"
)

// All conformance cases through the package, side by side, by both ways that a deletion goes. Each outcome is handed to the judge as the library's JSON
// of it, and put together from the fields of the package.
func TestConformance(t *testing.T) {
	var program struct {
		Control string `json:"control"`
		Cases   int    `json:"cases"`
	}
	start(t, &program, "dingtalk-extcontact-judge", "../conformance/cases")
	var listed struct{ Cases []string }
	must(t, dial(t, program.Control).ask(map[string]any{"op": "list"}, &listed))
	if len(listed.Cases) == 0 || len(listed.Cases) != program.Cases {
		t.Fatalf("%d of %d cases", len(listed.Cases), program.Cases)
	}
	lines := &lines{}
	extcontact.SetLogger(slog.New(slog.NewTextHandler(lines, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer extcontact.SetLogger(nil)

	run := func(t *testing.T) {
		verdicts := make([]error, len(listed.Cases))
		var running sync.WaitGroup
		turns := make(chan struct{}, 16)
		for i, name := range listed.Cases {
			running.Add(1)
			turns <- struct{}{}
			go func() {
				defer running.Done()
				verdicts[i] = runCase(dial(t, program.Control), name, lines)
				<-turns
			}()
		}
		running.Wait()
		for i, name := range listed.Cases {
			t.Run(name, func(t *testing.T) { must(t, verdicts[i]) })
		}
	}
	t.Run("waiting in a thread", run)
	t.Run("told by another thread", func(t *testing.T) {
		defer extcontact.OccupySlots()()
		run(t)
	})
}

type wanted struct {
	Options map[string]any   `json:"options"`
	Calls   []map[string]any `json:"calls"`
}

func runCase(judge *judge, name string, lines *lines) error {
	from := lines.count()
	var given wanted
	if err := judge.ask(map[string]any{"op": "start", "case": name}, &given); err != nil {
		return err
	}
	var outcomes, getters []any
	var texts []string
	// What every such error has, if only as no text.
	always := map[string]any{"status": "failed"}
	add := func(deletion *extcontact.Deletion, err error) {
		var failed *extcontact.Error
		switch {
		case err == nil:
			outcomes, getters = append(outcomes, deletion), append(getters, fields(deletion, nil))
			texts = append(texts, fmt.Sprintf("%v %+v %#v", deletion, deletion, deletion))
		case errors.As(err, &failed):
			outcomes = append(outcomes, failed)
			getters = append(getters, fields(failed, always))
			texts = append(texts, fmt.Sprintf("%v %+v %#v", err, err, err))
		default:
			outcomes = append(outcomes, err.Error())
		}
	}
	options := clientOptions(given.Options)
	texts = append(texts, fmt.Sprintf("%v %+v %#v %v", options, options, &options, options.LogValue()))
	if client, err := extcontact.New(options); err != nil {
		add(nil, err)
	} else {
		texts = append(texts, fmt.Sprintf("%+v %#v", client, client))
		for _, call := range given.Calls {
			always["user_id"] = call["user_id"]
			add(makeCall(client, call))
		}
		client.Close()
	}
	var told struct {
		OK          bool     `json:"ok"`
		Differences []string `json:"differences"`
	}
	request := map[string]any{
		"op": "finish", "outcomes": outcomes, "getters": getters, "texts": append(texts, lines.since(from)...),
	}
	if err := judge.ask(request, &told); err != nil {
		return err
	}
	if !told.OK {
		return errors.New(strings.Join(told.Differences, "\n"))
	}
	return nil
}

// clientOptions sets the fields. What is zero there and is no default is named, as a field cannot say it.
func clientOptions(given map[string]any) extcontact.Options {
	options := extcontact.Options{Named: map[string]string{}}
	setFields(&options, options.Named, given)
	return options
}

func setFields(options any, named map[string]string, given map[string]any) {
	values := reflect.ValueOf(options).Elem()
	for i := range values.NumField() {
		name := values.Type().Field(i).Tag.Get("dtx")
		value, ok := given[name]
		if !ok {
			continue
		}
		number, _ := value.(float64)
		switch field := values.Field(i).Addr().Interface().(type) {
		case *string:
			*field = value.(string)
		case *int:
			*field = int(number)
		case *extcontact.Rate:
			if *field = extcontact.Rate(number); value == nil {
				*field = extcontact.Unlimited
			}
		case *extcontact.Flag:
			*field = extcontact.Flag(strconv.FormatBool(value.(bool)))
		case *time.Duration:
			*field = time.Duration(math.Round(number*1000)) * time.Millisecond
			if number*1000 >= math.MaxInt64/1e6 {
				*field = math.MaxInt64
			}
		}
		if values.Field(i).IsZero() {
			named[name] = fmt.Sprint(value)
		}
		given = without(given, name)
	}
	if len(given) > 0 {
		panic(fmt.Sprint("no field for ", given))
	}
}

func without(given map[string]any, name string) map[string]any {
	rest := map[string]any{}
	for key, value := range given {
		if key != name {
			rest[key] = value
		}
	}
	return rest
}

func makeCall(client *extcontact.Client, call map[string]any) (*extcontact.Deletion, error) {
	if token, ok := call["set_access_token"]; ok {
		if err := client.SetAccessToken(token.(string)); err != nil {
			return nil, err
		}
	}
	if call["close"] == true {
		client.Close()
	}
	ctx := context.Background()
	switch cancel := call["cancel"].(type) {
	case string:
		ended, end := context.WithCancel(ctx)
		end()
		ctx = ended
	case float64:
		timed, end := context.WithTimeout(ctx, time.Duration(cancel*float64(time.Second)))
		defer end()
		ctx = timed
	}
	options := extcontact.CallOptions{Named: map[string]string{}}
	given := map[string]any{}
	for _, name := range []string{"timeout", "missing_ok"} {
		if value, ok := call[name]; ok {
			given[name] = value
		}
	}
	setFields(&options, options.Named, given)
	return client.With(options).Delete(ctx, call["user_id"].(string))
}

// fields are those of the package under the names of the JSON; what is zero there is not known, but for numbers and
// flags that every outcome has.
func fields(outcome any, also map[string]any) map[string]any {
	found := map[string]any{}
	for name, value := range also {
		found[name] = value
	}
	values := reflect.ValueOf(outcome).Elem()
	for i := range values.NumField() {
		field := values.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		always := slices.Contains([]string{"attempts", "retryable", "maybe_deleted"}, name)
		if field.IsExported() && name != "-" && (always || !values.Field(i).IsZero()) {
			found[name] = values.Field(i).Interface()
		}
	}
	if failed, ok := outcome.(*extcontact.Error); ok && failed.RetryAfter != 0 {
		found["retry_after"] = json.RawMessage(fmt.Sprintf("%.3f", failed.RetryAfter.Seconds()))
	}
	return found
}

// judge takes one request, a line of JSON, and gives one answer at a time.
type judge struct {
	connection net.Conn
	answers    *bufio.Reader
}

func dial(t *testing.T, address string) *judge {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return nil
	}
	t.Cleanup(func() { connection.Close() })
	return &judge{connection, bufio.NewReader(connection)}
}

func (j *judge) ask(request map[string]any, answer any) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(request); err != nil {
		return err
	}
	if _, err := j.connection.Write(line.Bytes()); err != nil {
		return err
	}
	told, err := j.answers.ReadBytes('\n')
	if err != nil {
		return err
	}
	var failed struct{ Error string }
	if json.Unmarshal(told, &failed); failed.Error != "" {
		return errors.New(failed.Error)
	}
	return json.Unmarshal(told, answer)
}

// lines are what was logged, by whichever case.
type lines struct {
	mutex sync.Mutex
	all   []string
}

var _ io.Writer = (*lines)(nil)

func (l *lines) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.all = append(l.all, string(line))
	return len(line), nil
}

func (l *lines) count() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return len(l.all)
}

func (l *lines) since(from int) []string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return slices.Clone(l.all[from:])
}
