package extcontact_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	extcontact "repository.invalid/dingtalk-extcontact/bindings-go"
)

// many are ids that nobody has.
func many(count int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range count {
			if !yield(fmt.Sprintf("none%04d", i)) {
				return
			}
		}
	}
}

// A program that puts an item into its own JSON may have one beside an error, which has nothing.
func TestAnItemOfNobodyHasJSON(t *testing.T) {
	text, err := json.Marshal(map[string]extcontact.Item{"last": {}})
	must(t, err)
	if string(text) != `{"last":null}` {
		t.Errorf("%s", text)
	}
}

func TestDeleteMany(t *testing.T) {
	sandbox := startSandbox(t, "--contacts", "60")
	client := sandbox.client(t)
	folder := t.TempDir()
	journal, backup := filepath.Join(folder, "journal"), filepath.Join(folder, "backup")
	ids := append(sandbox.UserIDs[:40:40], "0000", sandbox.UserIDs[0])
	var summary extcontact.Summary
	options := extcontact.BatchOptions{Concurrency: 4, Journal: journal, Backup: backup, Summary: &summary}
	deleted := 0
	for item, err := range client.DeleteMany(context.Background(), slices.Values(ids), options) {
		must(t, err)
		text, err := json.Marshal(item)
		must(t, err)
		switch {
		case item.Deletion != nil:
			deleted++
		case item.UserID != "0000" || !errors.Is(item.Err, extcontact.ErrInvalidUserID):
			t.Errorf("%s", text)
		}
		if item.SettledBefore || time.Since(item.Time) > time.Minute || !bytes.Contains(text, []byte(item.UserID)) {
			t.Errorf("%s", text)
		}
	}
	if deleted != 40 || summary.Deleted != 40 || summary.Failed != 1 || summary.Repeated != 1 || summary.Calls != 41 ||
		summary.Endpoint != sandbox.URL || summary.Stopped != "" || summary.End.Before(summary.Start) {
		t.Errorf("%d %+v", deleted, summary)
	}

	// Again: nothing is called that the journal has.
	for item, err := range client.DeleteMany(context.Background(), slices.Values(ids), options) {
		must(t, err)
		if !item.SettledBefore {
			t.Error(item.UserID)
		}
	}
	if summary.Calls != 0 || summary.SettledBefore != 41 {
		t.Errorf("%+v", summary)
	}

	states := map[extcontact.JournalState]int{}
	for entry, err := range extcontact.ReadJournal(journal) {
		must(t, err)
		states[entry.State]++
		if entry.Run != 1 || entry.Attempts != 1 || entry.Meaning == "" || entry.Endpoint != sandbox.URL ||
			(entry.State == extcontact.JournalWasNotThere) != (entry.Code == "33012") {
			t.Errorf("%+v", entry)
		}
	}
	if states[extcontact.JournalGone] != 40 || states[extcontact.JournalWasNotThere] != 1 {
		t.Error(states)
	}
	for range extcontact.ReadJournal(journal, journal) {
		break
	}
	lines, err := os.ReadFile(backup)
	must(t, err)
	restored := ""
	for _, line := range bytes.Split(bytes.TrimSpace(lines), []byte("\n"))[1:] {
		// The record of some lacks what is needed to create a contact.
		restoration, err := client.Restore(context.Background(), line, false)
		if err == nil && restoration.Status == extcontact.RestoreCreated {
			restored = restoration.UserID
		} else if err != nil && !errors.Is(err, extcontact.ErrInvalidArgument) {
			t.Error(err)
		}
	}
	if _, err := client.Get(context.Background(), restored); err != nil {
		t.Error(err)
	}
}

// The error of the loop and of its items.
func loop(items iter.Seq2[extcontact.Item, error]) (all []extcontact.Item, last error) {
	for item, err := range items {
		if err != nil {
			last = err
			continue
		}
		all = append(all, item)
	}
	return all, last
}

func TestAFileThatCannotBeUsed(t *testing.T) {
	client := startSandbox(t).client(t)
	nowhere := filepath.Join(t.TempDir(), "none", "journal")
	items, err := loop(client.DeleteMany(context.Background(), many(3), extcontact.BatchOptions{Journal: nowhere}))
	if len(items) != 0 || !errors.Is(err, extcontact.ErrJournal) || !strings.Contains(err.Error(), nowhere) {
		t.Error(items, err)
	}
	for _, path := range []string{nowhere, "a\x00b"} {
		for _, err := range extcontact.ReadJournal(path) {
			if !errors.Is(err, extcontact.ErrJournal) && !errors.Is(err, extcontact.ErrInvalidArgument) {
				t.Error(err)
			}
		}
	}
	wrong := extcontact.BatchOptions{Concurrency: 1000}
	if _, err := loop(client.DeleteMany(context.Background(), many(3), wrong)); !errors.Is(err, extcontact.ErrInvalidArgument) {
		t.Error(err)
	}
}

func TestADamagedList(t *testing.T) {
	client := startSandbox(t).client(t)
	var summary extcontact.Summary
	options := extcontact.BatchOptions{Summary: &summary}
	items, err := loop(client.DeleteMany(context.Background(), many(200), options))
	must(t, err)
	if summary.Stopped == "" || summary.NotAttempted == 0 || len(items) != 200 {
		t.Errorf("%+v", summary)
	}
	left := 0
	for _, item := range items {
		if item.Err == nil && item.Deletion == nil && item.UserID != "" {
			left++
		}
	}
	if left != summary.NotAttempted {
		t.Errorf("%d items, %+v", left, summary)
	}
	options.StopOnMissing = extcontact.Off
	_, err = loop(client.DeleteMany(context.Background(), many(200), options))
	must(t, err)
	if summary.Stopped != "" || summary.Failed != 200 {
		t.Errorf("%+v", summary)
	}
	options.MissingOK = extcontact.On
	_, err = loop(client.DeleteMany(context.Background(), many(200), options))
	must(t, err)
	if summary.Absent != 200 {
		t.Errorf("%+v", summary)
	}
}

func TestAnIDThatIsNone(t *testing.T) {
	sandbox := startSandbox(t)
	for _, id := range []string{"a\x00b", "\xff"} {
		ids := []string{sandbox.UserIDs[0], id, sandbox.UserIDs[1]}
		items, err := loop(sandbox.client(t).DeleteMany(context.Background(), slices.Values(ids), extcontact.BatchOptions{}))
		if len(items) != 1 || items[0].UserID != ids[0] || !errors.Is(err, extcontact.ErrInvalidArgument) {
			t.Error(items, err)
		}
	}
}

// Calls under way end before the loop does; no others begin.
func TestALoopThatIsLeft(t *testing.T) {
	leave := map[string]func(items iter.Seq2[extcontact.Item, error]){
		"break": func(items iter.Seq2[extcontact.Item, error]) {
			for range items {
				break
			}
		},
		"panic": func(items iter.Seq2[extcontact.Item, error]) {
			defer func() {
				if recover() != "on purpose" {
					t.Error("the panic is lost")
				}
			}()
			for range items {
				panic("on purpose")
			}
		},
	}
	for name, leave := range leave {
		t.Run(name, func(t *testing.T) {
			sandbox := startSandbox(t, "--contacts", "60")
			journal := filepath.Join(t.TempDir(), "journal")
			summary := extcontact.Summary{}
			taken, stopped := 0, false
			ids := func(yield func(string) bool) {
				defer func() { stopped = true }()
				for _, id := range sandbox.UserIDs {
					taken++
					if !yield(id) {
						return
					}
				}
			}
			options := extcontact.BatchOptions{Concurrency: 2, Journal: journal, Summary: &summary}
			leave(sandbox.client(t).DeleteMany(context.Background(), ids, options))
			if !stopped || taken == len(sandbox.UserIDs) || summary.Deleted == 0 {
				t.Errorf("%v %d %+v", stopped, taken, summary)
			}
			for entry, err := range extcontact.ReadJournal(journal) {
				must(t, err)
				if entry.State == extcontact.JournalMayBeGone {
					t.Errorf("%+v", entry)
				}
			}
		})
	}
}

// What waits for its turn is not called any more.
func TestNoMoreCalls(t *testing.T) {
	sandbox := startSandbox(t, "--contacts", "60")
	options := sandbox.options()
	options.Rate = 1
	for name, ids := range map[string][]string{
		"break":  sandbox.UserIDs,
		"wrong":  {sandbox.UserIDs[0], sandbox.UserIDs[1], "a\x00b"},
		"wrong2": {sandbox.UserIDs[0], sandbox.UserIDs[1], "\xff"},
	} {
		summary := extcontact.Summary{}
		batch := extcontact.BatchOptions{MissingOK: extcontact.On, Summary: &summary}
		for range newClient(t, options).DeleteMany(context.Background(), slices.Values(ids), batch) {
			if name == "break" {
				break
			}
		}
		if summary.Calls > 1 || summary.NotAttempted == 0 {
			t.Errorf("%s: %+v", name, summary)
		}
	}
}

func TestIDsThatPanic(t *testing.T) {
	sandbox := startSandbox(t)
	defer func() {
		if recover() != "no more ids" {
			t.Error("the panic is lost")
		}
	}()
	loop(sandbox.client(t).DeleteMany(context.Background(), func(yield func(string) bool) {
		yield(sandbox.UserIDs[0])
		panic("no more ids")
	}, extcontact.BatchOptions{}))
}

func TestTheContextOfABatch(t *testing.T) {
	silent := startSilent(t)
	client := newClient(t, silent.options())
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("the shop has closed")
	var at time.Time
	go func() {
		for range 8 {
			<-silent.asked
		}
		at = time.Now()
		cancel(why)
	}()
	items, err := loop(client.DeleteMany(ctx, many(10000), extcontact.BatchOptions{}))
	if took := time.Since(at); took > 200*time.Millisecond {
		t.Errorf("it took %v", took)
	}
	if !errors.Is(err, why) {
		t.Error(err)
	}
	cancelled := 0
	for _, item := range items {
		if errors.Is(item.Err, extcontact.ErrCancelled) {
			cancelled++
		} else if item.Err != nil || item.Deletion != nil {
			t.Errorf("%+v", item)
		}
	}
	if cancelled != 8 || len(items) > 100 {
		t.Errorf("%d of %d items", cancelled, len(items))
	}
	if items, err := loop(client.DeleteMany(ctx, many(3), extcontact.BatchOptions{})); !errors.Is(err, why) || len(items) != 0 {
		t.Error(items, err)
	}
}

func TestPaused(t *testing.T) {
	sandbox := startSandbox(t, "--faults", "throttle=first=1", "--contacts", "20")
	pauses := []time.Duration{}
	options := extcontact.BatchOptions{Paused: func(left time.Duration) { pauses = append(pauses, left) }}
	items, err := loop(sandbox.client(t).DeleteMany(context.Background(), slices.Values(sandbox.UserIDs), options))
	must(t, err)
	if len(items) != len(sandbox.UserIDs) || len(pauses) == 0 || pauses[0] <= 0 || pauses[0] > 10*time.Second {
		t.Error(len(items), pauses)
	}
}

// The item that was waited for still comes, and the batch ends.
func TestPausedThatPanics(t *testing.T) {
	sandbox := startSandbox(t, "--faults", "throttle=first=1", "--contacts", "20")
	var summary extcontact.Summary
	options := extcontact.BatchOptions{
		Concurrency: 1, Summary: &summary, Paused: func(time.Duration) { panic("on purpose") },
	}
	defer func() {
		if recover() != "on purpose" {
			t.Error("the panic is lost")
		}
		if summary.End.IsZero() || summary.Deleted+summary.NotAttempted == 0 {
			t.Errorf("%+v", summary)
		}
	}()
	loop(sandbox.client(t).DeleteMany(context.Background(), slices.Values(sandbox.UserIDs), options))
}
