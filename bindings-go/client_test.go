package extcontact_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	extcontact "repository.invalid/dingtalk-extcontact/bindings-go"
)

func TestDelete(t *testing.T) {
	sandbox := startSandbox(t)
	client := sandbox.client(t)
	deletion, err := client.Delete(context.Background(), sandbox.UserIDs[0])
	must(t, err)
	if deletion.UserID != sandbox.UserIDs[0] || deletion.Status != extcontact.StatusDeleted || deletion.Attempts != 1 ||
		deletion.RequestID == "" || deletion.MaybeDeleted {
		t.Errorf("%+v", deletion)
	}

	_, err = client.Delete(context.Background(), sandbox.UserIDs[0])
	if !errors.Is(err, extcontact.ErrInvalidUserID) || errors.Is(err, extcontact.ErrThrottled) {
		t.Error(err)
	}
	var failed *extcontact.Error
	if !errors.As(fmt.Errorf("wrapped: %w", err), &failed) {
		t.Fatal(err)
	}
	if failed.Kind != extcontact.ErrInvalidUserID || failed.Code != "33012" || failed.Errcode == nil ||
		failed.UserID != sandbox.UserIDs[0] || failed.Advice == "" || failed.HTTPStatus != 200 || failed.Retryable {
		t.Errorf("%+v", failed)
	}
	text, err := json.Marshal(failed)
	must(t, err)
	var again extcontact.Error
	must(t, json.Unmarshal(text, &again))
	if again.Message != failed.Error() {
		t.Errorf("%s", text)
	}
}

func TestOptionsOfACall(t *testing.T) {
	sandbox := startSandbox(t)
	client := sandbox.client(t)
	missing := client.With(extcontact.CallOptions{MissingOK: extcontact.On})
	deletion, err := missing.Delete(context.Background(), "0000")
	must(t, err)
	if deletion.Status != extcontact.StatusAbsent {
		t.Error(deletion.Status)
	}
	if _, err := client.Delete(context.Background(), "0000"); !errors.Is(err, extcontact.ErrInvalidUserID) {
		t.Error(err)
	}
	// Off is not the same as nothing.
	options := sandbox.options()
	options.MissingOK = extcontact.On
	strict := newClient(t, options).With(extcontact.CallOptions{MissingOK: extcontact.Off})
	if _, err := strict.Delete(context.Background(), "0000"); !errors.Is(err, extcontact.ErrInvalidUserID) {
		t.Error(err)
	}
	short := newClient(t, startSilent(t).options()).With(extcontact.CallOptions{Timeout: 50 * time.Millisecond})
	if _, err := short.Delete(context.Background(), "1"); !errors.Is(err, extcontact.ErrTimeout) {
		t.Error(err)
	}
}

func TestLanguage(t *testing.T) {
	sandbox := startSandbox(t)
	options := sandbox.options()
	options.Language = "zh"
	_, err := newClient(t, options).Delete(context.Background(), "0000")
	var failed *extcontact.Error
	if !errors.As(err, &failed) || !strings.Contains(failed.Advice, "请") || !strings.Contains(failed.Advice, "MissingOK") {
		t.Errorf("%+v", failed)
	}
}

// A later library may have kinds that this package does not know.
func TestAnUnknownKind(t *testing.T) {
	var failed extcontact.Error
	must(t, json.Unmarshal([]byte(`{"status":"failed","kind":"moon_phase","message":"m","retry_after":1.5}`), &failed))
	if !errors.Is(&failed, extcontact.Kind("moon_phase")) || errors.Is(&failed, extcontact.ErrAPI) ||
		failed.RetryAfter != 1500*time.Millisecond {
		t.Errorf("%+v", failed)
	}
}

func TestWrongOptions(t *testing.T) {
	for name, options := range map[string]extcontact.Options{
		"Timeout":     {AccessToken: "t", Timeout: time.Microsecond},
		"Rate":        {AccessToken: "t", Rate: -1},
		"MaxAttempts": {AccessToken: "t", Named: map[string]string{"max_attempts": "many"}},
		"moon":        {AccessToken: "t", Named: map[string]string{"moon": "full"}},
		"AccessToken": {AccessToken: "t\x00"},
		"AppKey":      {AppKey: "\xff", AppSecret: "s"},
		"MissingOK":   {AccessToken: "t", MissingOK: "maybe"},
		"Region":      {AccessToken: "t", Region: "mars"},
		"CAFile":      {AccessToken: "t", CAFile: "/nowhere.pem"},
	} {
		_, err := extcontact.New(options)
		if !errors.Is(err, extcontact.ErrInvalidArgument) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	client := newClient(t, extcontact.Options{AccessToken: "t"})
	wrong := client.With(extcontact.CallOptions{Timeout: -time.Second})
	if _, err := wrong.Delete(context.Background(), "1"); !errors.Is(err, extcontact.ErrInvalidArgument) {
		t.Error(err)
	}
	err := client.SetAccessToken("a\x00b")
	if !errors.Is(err, extcontact.ErrInvalidArgument) || !strings.Contains(err.Error(), "AccessToken") {
		t.Error(err)
	}
}

// Nothing is sent for what cannot be an id; everything else arrives as it is.
func TestIDs(t *testing.T) {
	silent := startSilent(t)
	client := newClient(t, silent.options())
	for _, id := range []string{"01\x0002", "\x00", "01\xff", "\xed\xa0\x80", "", " 1", "1\n"} {
		_, err := client.Delete(context.Background(), id)
		if !errors.Is(err, extcontact.ErrInvalidArgument) {
			t.Errorf("%q: %v", id, err)
		}
		if _, err := json.Marshal(err); err != nil {
			t.Error(err)
		}
		if _, err := client.Get(context.Background(), id); !errors.Is(err, extcontact.ErrInvalidArgument) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if silent.requests() != 0 {
		t.Errorf("%d requests", silent.requests())
	}
	sandbox := startSandbox(t)
	_, err := sandbox.client(t).Delete(context.Background(), "客户01é😀")
	var failed *extcontact.Error
	if !errors.As(err, &failed) || failed.UserID != "客户01é😀" || failed.Code != "33012" {
		t.Errorf("%+v", err)
	}
}

// An error that this package makes itself has the form of the library's own.
func TestErrorsInJSON(t *testing.T) {
	client := newClient(t, startSilent(t).options())
	inJSON := func(err error) (fields map[string]any) {
		text, err := json.Marshal(err)
		must(t, err)
		must(t, json.Unmarshal(text, &fields))
		return fields
	}
	_, own := client.Delete(context.Background(), "01\x0002")
	_, ofLibrary := client.Delete(context.Background(), "01\xff")
	wanted := inJSON(ofLibrary)
	wanted["message"] = "UserID has a NUL character in it"
	if fields := inJSON(own); !reflect.DeepEqual(fields, wanted) {
		t.Errorf("%v instead of %v", fields, wanted)
	}
	made := extcontact.Error{Kind: extcontact.ErrThrottled, RetryAfter: 1500 * time.Millisecond}
	fields := inJSON(&made)
	if fields["status"] != "failed" || fields["retry_after"] != 1.5 {
		t.Error(fields)
	}
}

func TestFromEnv(t *testing.T) {
	sandbox := startSandbox(t)
	t.Setenv("DINGTALK_ENDPOINT", sandbox.URL)
	t.Setenv("DINGTALK_APP_KEY", sandbox.AppKey)
	t.Setenv("DINGTALK_APP_SECRET", sandbox.AppSecret)
	client, err := extcontact.FromEnv(extcontact.Options{MissingOK: extcontact.On})
	must(t, err)
	defer client.Close()
	if deletion, err := client.Delete(context.Background(), "0000"); err != nil || deletion.Status != extcontact.StatusAbsent {
		t.Error(deletion, err)
	}
}

// bothWays runs a test with deletions that wait in a thread, and with those that are told by another one.
func bothWays(t *testing.T, test func(t *testing.T)) {
	t.Run("waiting in a thread", test)
	t.Run("told by another thread", func(t *testing.T) {
		defer extcontact.OccupySlots()()
		test(t)
	})
}

func TestCancelOfDelete(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		silent := startSilent(t)
		client := newClient(t, silent.options())
		testCancel(t, silent, func(ctx context.Context) error { _, err := client.Delete(ctx, "1"); return err })
	})
}

func TestCancel(t *testing.T) {
	silent := startSilent(t)
	client := newClient(t, silent.options())
	waits := map[string]func(ctx context.Context) error{
		"Get": func(ctx context.Context) error { _, err := client.Get(ctx, "1"); return err },
		"Restore": func(ctx context.Context) error {
			_, err := client.Restore(ctx, []byte(`{"userid":"1","name":"n","state_code":"86","mobile":"1",`+
				`"follower_user_id":"f","label_ids":[1]}`), false)
			return err
		},
		"Contacts": func(ctx context.Context) error {
			for _, err := range client.Contacts(ctx) {
				return err
			}
			return nil
		},
	}
	for name, wait := range waits {
		t.Run(name, func(t *testing.T) { testCancel(t, silent, wait) })
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := client.Delete(ctx, "1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if took := time.Since(start); took > 150*time.Millisecond {
		t.Errorf("it took %v", took)
	}
}

// It ends in time, and nothing is sent once the context has ended.
func testCancel(t *testing.T, silent silent, wait func(ctx context.Context) error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("the shop has closed")
	var at time.Time
	go func() {
		<-silent.asked
		at = time.Now()
		cancel(why)
	}()
	err := wait(ctx)
	if took := time.Since(at); took > 100*time.Millisecond {
		t.Errorf("it took %v", took)
	}
	var failed *extcontact.Error
	if !errors.Is(err, extcontact.ErrCancelled) || !errors.Is(err, why) || !errors.As(err, &failed) {
		t.Fatal(err)
	}
	// A deletion says whether the contact may be gone.
	if failed.Attempts != 0 && !failed.MaybeDeleted {
		t.Errorf("%+v", failed)
	}
	before := silent.requests()
	err = wait(ctx)
	if !errors.Is(err, extcontact.ErrCancelled) || !errors.As(err, &failed) || failed.Attempts != 0 || failed.MaybeDeleted ||
		silent.requests() != before {
		t.Errorf("%+v", failed)
	}
}

// Goroutines delete while one closes: each call ends well, or is refused as the client is closed.
func TestClosing(t *testing.T) { bothWays(t, testClosing) }

func TestClosed(t *testing.T) {
	client := newClient(t, startSilent(t).options())
	same := client.With(extcontact.CallOptions{Timeout: time.Second})
	client.Close()
	_, deleted := same.Delete(context.Background(), "1")
	_, got := client.Get(context.Background(), "1")
	token := same.SetAccessToken("t")
	for _, err := range []error{deleted, got, token} {
		if !errors.Is(err, extcontact.ErrInvalidArgument) || !strings.Contains(err.Error(), "closed") {
			t.Error(err)
		}
	}
}

// What nobody has made refuses, and so does every call without a context.
func TestNothingIsMade(t *testing.T) {
	client := newClient(t, startSilent(t).options())
	var none *extcontact.Client
	none.Close()
	new(extcontact.Client).Close()
	for name, err := range map[string]error{
		"nil token":  none.SetAccessToken("t"),
		"zero token": new(extcontact.Client).SetAccessToken("t"),
	} {
		if !errors.Is(err, extcontact.ErrInvalidArgument) {
			t.Error(name, err)
		}
	}
	background := context.Background()
	options := extcontact.CallOptions{Timeout: time.Second}
	for message, given := range map[string][]struct {
		client *extcontact.Client
		ctx    context.Context
	}{
		"client was not made": {
			{none, background}, {new(extcontact.Client), background},
			{none.With(options), background}, {new(extcontact.Client).With(options), background},
		},
		"context is nil": {{client, nil}},
	} {
		for _, it := range given {
			_, deleted := it.client.Delete(it.ctx, "1")
			_, got := it.client.Get(it.ctx, "1")
			_, restored := it.client.Restore(it.ctx, []byte("{}"), false)
			_, checked := it.client.Check(it.ctx, false)
			_, looped := loop(it.client.DeleteMany(it.ctx, many(1), extcontact.BatchOptions{}))
			all := []error{deleted, got, restored, checked, looped}
			for _, err := range it.client.Contacts(it.ctx) {
				all = append(all, err)
			}
			for i, err := range all {
				var failed *extcontact.Error
				if !errors.As(err, &failed) || failed.Kind != extcontact.ErrInvalidArgument || failed.Advice == "" ||
					!strings.Contains(err.Error(), message) {
					t.Error(i, message, err)
				}
			}
			if len(all) != 6 {
				t.Error("Contacts told nothing")
			}
		}
	}
	_, err := loop(client.DeleteMany(background, nil, extcontact.BatchOptions{}))
	if !errors.Is(err, extcontact.ErrInvalidArgument) || !strings.Contains(err.Error(), "userIDs is nil") {
		t.Error(err)
	}
}

// One readable sentence where cgo is off, and none of the compiler's own.
func TestWithoutCgo(t *testing.T) {
	command := exec.Command("go", "build", ".")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	told, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(told), "build it with CGO_ENABLED=1 and a C compiler") ||
		strings.Contains(string(told), "undefined") {
		t.Errorf("%v %s", err, told)
	}
}

func testClosing(t *testing.T) {
	sandbox := startSandbox(t)
	client := sandbox.client(t)
	var begun, ended sync.WaitGroup
	for i := range 16 {
		begun.Add(1)
		ended.Add(1)
		go func() {
			defer ended.Done()
			for calls := 0; ; calls++ {
				_, err := client.Delete(context.Background(), fmt.Sprint("closing", i))
				if calls == 0 {
					begun.Done()
				}
				if errors.Is(err, extcontact.ErrInvalidArgument) {
					if !strings.Contains(err.Error(), "closed") {
						t.Error(err)
					}
					return
				}
				if !errors.Is(err, extcontact.ErrInvalidUserID) {
					t.Error(err)
				}
			}
		}()
	}
	begun.Wait()
	client.Close()
	client.Close()
	ended.Wait()
	items, err := loop(client.DeleteMany(context.Background(), many(1), extcontact.BatchOptions{}))
	if err == nil && len(items) == 1 {
		err = items[0].Err
	}
	if !errors.Is(err, extcontact.ErrInvalidArgument) {
		t.Error(items, err)
	}
}

// Many goroutines that wait have few threads.
func TestThreads(t *testing.T) {
	silent := startSilent(t)
	client := newClient(t, silent.options())
	ctx, cancel := context.WithCancel(context.Background())
	var begun, ended sync.WaitGroup
	for range 2000 {
		begun.Add(1)
		ended.Add(1)
		go func() {
			defer ended.Done()
			begun.Done()
			if _, err := client.Delete(ctx, "1"); !errors.Is(err, extcontact.ErrCancelled) {
				t.Error(err)
			}
		}()
	}
	begun.Wait()
	for range 32 + 64 { // Of so many calls the requests are under way; the others wait.
		<-silent.asked
	}
	threads := threads(t)
	cancel()
	ended.Wait()
	t.Logf("%d threads for 2,000 goroutines in a call", threads)
	if threads > 150 {
		t.Errorf("%d threads", threads)
	}
}

func threads(t *testing.T) int {
	return inStatus(t, "Threads")
}

// inStatus is a number of this process, on Linux.
func inStatus(t *testing.T, name string) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	found := regexp.MustCompile(name + `:\s*(\d+)`).FindSubmatch(status)
	number, err := strconv.Atoi(string(found[1]))
	must(t, err)
	return number
}

// All goroutines that get contacts wait in threads, of a bounded number.
func TestThreadsOfReaders(t *testing.T) {
	silent := startSilent(t)
	client := newClient(t, silent.options())
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	for range 500 {
		ended.Add(1)
		go func() {
			defer ended.Done()
			if _, err := client.Get(ctx, "1"); !errors.Is(err, extcontact.ErrCancelled) {
				t.Error(err)
			}
		}()
	}
	for range 32 {
		<-silent.asked
	}
	if threads := threads(t); threads > 150 {
		t.Errorf("%d threads", threads)
	}
	cancel()
	ended.Wait()
}

func TestAThousandClients(t *testing.T) {
	sandbox := startSandbox(t)
	before := openFiles(t)
	for range 1000 {
		client, err := extcontact.New(sandbox.options())
		must(t, err)
		if _, err := client.Delete(context.Background(), "1"); !errors.Is(err, extcontact.ErrInvalidUserID) {
			t.Fatal(err)
		}
		client.Close()
	}
	if after := openFiles(t); after > before+20 {
		t.Errorf("%d files are open, and %d were", after, before)
	}
	// Those that nobody has closed are freed as well, with their connections.
	for range 200 {
		client, err := extcontact.New(sandbox.options())
		must(t, err)
		client.Delete(context.Background(), "1")
	}
	for deadline := time.Now().Add(20 * time.Second); openFiles(t) > before+20; {
		if time.Now().After(deadline) {
			t.Fatalf("%d files are open, and %d were", openFiles(t), before)
		}
		runtime.GC()
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(files)
}

// What nobody names any more is in use all the same while a call is under way.
func TestGarbageCollection(t *testing.T) {
	sandbox := startSandbox(t)
	end := make(chan struct{})
	var collecting sync.WaitGroup
	collecting.Add(1)
	go func() {
		defer collecting.Done()
		for {
			select {
			case <-end:
				return
			default:
				runtime.GC()
			}
		}
	}()
	defer collecting.Wait()
	defer close(end)
	var running sync.WaitGroup
	for range 8 {
		running.Add(1)
		go func() {
			defer running.Done()
			for range 25 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				made, err := extcontact.New(sandbox.options())
				must(t, err)
				if _, err := made.Delete(ctx, "1"); !errors.Is(err, extcontact.ErrInvalidUserID) {
					t.Error(err)
				}
				for item, err := range made.DeleteMany(ctx, many(5), extcontact.BatchOptions{}) {
					if err != nil || !errors.Is(item.Err, extcontact.ErrInvalidUserID) {
						t.Error(item, err)
					}
				}
				for _, err := range made.Contacts(ctx) {
					must(t, err)
				}
				last, err := extcontact.New(sandbox.options())
				must(t, err)
				if _, err := last.Delete(ctx, "1"); !errors.Is(err, extcontact.ErrInvalidUserID) {
					t.Error(err)
				}
				cancel()
			}
		}()
	}
	running.Wait()
}

func TestShared(t *testing.T) {
	sandbox := startSandbox(t)
	options := extcontact.Options{
		Endpoint: sandbox.URL, AppKey: sandbox.AppKey, AppSecret: sandbox.AppSecret, Shared: true,
	}
	log := &lines{}
	extcontact.SetLogger(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer extcontact.SetLogger(nil)
	for range 3 {
		client, err := extcontact.New(options)
		must(t, err)
		if _, err := client.Delete(context.Background(), "1"); !errors.Is(err, extcontact.ErrInvalidUserID) {
			t.Error(err)
		}
	}
	if tokens := strings.Count(strings.Join(log.since(0), ""), "token call"); tokens != 1 {
		t.Error(log.since(0))
	}
}

func TestLog(t *testing.T) {
	sandbox := startSandbox(t)
	client := sandbox.client(t)
	var text bytes.Buffer
	extcontact.SetLogger(slog.New(slog.NewTextHandler(&text, nil)))
	client.Delete(context.Background(), sandbox.UserIDs[0])
	extcontact.SetLogger(nil)
	client.Delete(context.Background(), "none")
	if told := text.String(); !strings.Contains(told, "level=INFO") || !strings.Contains(told, sandbox.UserIDs[0]) ||
		strings.Contains(told, "none") || strings.Contains(told, sandbox.AccessToken) {
		t.Error(told)
	}
	extcontact.SetLogger(slog.New(panicking{}))
	defer extcontact.SetLogger(nil)
	if _, err := client.Delete(context.Background(), sandbox.UserIDs[1]); err != nil {
		t.Error(err)
	}
}

type panicking struct{ slog.Handler }

func (panicking) Enabled(context.Context, slog.Level) bool { return true }

func (panicking) Handle(context.Context, slog.Record) error { panic("on purpose") }

func TestReading(t *testing.T) {
	sandbox := startSandbox(t, "--contacts", "120")
	client := sandbox.client(t)
	ctx := context.Background()
	seen := map[string]bool{}
	var last extcontact.Contact
	for contact, err := range client.Contacts(ctx) {
		must(t, err)
		seen[contact.UserID] = true
		last = contact
	}
	if len(seen) != 120 {
		t.Errorf("%d contacts", len(seen))
	}
	for range client.Contacts(ctx) {
		break
	}
	contact, err := client.Get(ctx, last.UserID)
	must(t, err)
	if contact.Name == "" || contact.Name != last.Name || len(contact.Record) == 0 {
		t.Errorf("%#v", contact.UserID)
	}
	// Personal data is not printed by the way.
	for _, printed := range []string{fmt.Sprintf("%v %+v %#v", *contact, contact, *contact), contact.LogValue().String()} {
		if strings.Contains(printed, contact.Name) || !strings.Contains(printed, contact.UserID) {
			t.Error(printed)
		}
	}

	_, err = client.Delete(ctx, contact.UserID)
	must(t, err)
	restored, err := client.Restore(ctx, contact.Record, false)
	must(t, err)
	if restored.Status != extcontact.RestoreCreated || restored.OldUserID != contact.UserID || restored.UserID == "" {
		t.Errorf("%+v", restored)
	}
	if restored, err = client.Restore(ctx, last.Record, true); err != nil || restored.UserID == "" {
		t.Errorf("%+v %v", restored, err)
	}

	check, err := client.Check(ctx, true)
	must(t, err)
	if len(check.Steps) < 5 || len(check.Report) == 0 || check.Steps[0].Text == "" || check.Steps[0].Status != extcontact.CheckOK {
		t.Errorf("%+v", check)
	}
	wrong := sandbox.options()
	wrong.AccessToken = "wrong-token"
	check, err = newClient(t, wrong).Check(ctx, false)
	must(t, err)
	var failed []extcontact.CheckStep
	for _, step := range check.Steps {
		if step.Error != nil {
			failed = append(failed, step)
		}
	}
	if check.OK || len(failed) == 0 || failed[0].Status != extcontact.CheckFailed || !errors.Is(failed[0].Error, extcontact.ErrAuthentication) || failed[0].Advice == "" {
		t.Errorf("%+v", check)
	}
}

func TestOptionsAreNotPrinted(t *testing.T) {
	options := extcontact.Options{AppSecret: "hush-hush"}
	var text bytes.Buffer
	slog.New(slog.NewJSONHandler(&text, nil)).Info("made", "options", options)
	printed := fmt.Sprintf("%v %+v %#v %s", options, options, &options, text.String())
	if strings.Contains(printed, "hush") || !strings.Contains(printed, "Options") {
		t.Error(printed)
	}
}

// This test is run again with another library before the real one.
func TestVersion(t *testing.T) {
	if os.Getenv("DTX_OTHER_VERSION") != "" {
		_, err := extcontact.New(extcontact.Options{AccessToken: "t"})
		fmt.Println(err)
		for _, err := range extcontact.ReadJournal("none") {
			fmt.Println(err)
		}
		return
	}
	folder := t.TempDir()
	source, other := filepath.Join(folder, "other.c"), filepath.Join(folder, "other.so")
	must(t, os.WriteFile(source, []byte("const char *dtx_version(void) { return \"0.99.0\"; }\n"), 0o600))
	must(t, exec.Command("cc", "-shared", "-fPIC", "-o", other, source).Run())
	command := exec.Command(os.Args[0], "-test.run", "^TestVersion$")
	command.Env = append(os.Environ(), "DTX_OTHER_VERSION=1", "LD_PRELOAD="+other)
	told, err := command.CombinedOutput()
	must(t, err)
	wanted := "libdingtalk_extcontact is version 0.99.0, and this package needs " + extcontact.Version + "\n"
	if strings.Count(string(told), wanted) != 2 {
		t.Errorf("%s", told)
	}
}

// A header of another version is refused by the compiler, and a missing library as the README says.
func TestHeaderOfAnotherVersion(t *testing.T) {
	header, err := os.ReadFile("../include/dingtalk_extcontact.h")
	must(t, err)
	folder := t.TempDir()
	other := regexp.MustCompile(`(#define DTX_VERSION_MAJOR) \d+`).ReplaceAll(header, []byte("$1 99"))
	must(t, os.WriteFile(filepath.Join(folder, "dingtalk_extcontact.h"), other, 0o600))
	build := func() string {
		// What is built already is not looked up again; like this it never was.
		command := exec.Command("go", "build", "-gcflags=-N", ".")
		command.Env = append(os.Environ(), "PKG_CONFIG_PATH="+folder, "PKG_CONFIG_LIBDIR="+folder)
		told, err := command.CombinedOutput()
		if err == nil {
			t.Error("it was built")
		}
		return string(told)
	}
	if told := build(); !strings.Contains(told, "Package dingtalk_extcontact was not found") {
		t.Error(told)
	}
	description := "Name: other\nDescription: other\nVersion: 0.99.0\nCflags: -I" + folder + "\n"
	must(t, os.WriteFile(filepath.Join(folder, "dingtalk_extcontact.pc"), []byte(description), 0o600))
	if told := build(); !strings.Contains(told, "the dingtalk_extcontact.h that was found is not of version") {
		t.Error(told)
	}
}

// A service that sends half of a reply.
func TestMaybeDeleted(t *testing.T) {
	endpoint := answering(t, func(connection io.ReadWriter) {
		connection.Read(make([]byte, 4096))
		io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
	})
	client := newClient(t, extcontact.Options{AccessToken: "t", Endpoint: endpoint, Proxy: "none", MaxAttempts: 1})
	_, err := client.Delete(context.Background(), "1")
	var failed *extcontact.Error
	if !errors.As(err, &failed) || !failed.MaybeDeleted || failed.Attempts == 0 || !failed.Retryable {
		t.Errorf("%+v", failed)
	}
}
