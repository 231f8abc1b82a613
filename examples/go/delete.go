// Deletes the external contacts whose ids are given.
//
//	go build -o delete .
//	export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
//	./delete 0125400001 0125400002
//
// DINGTALK_ACCESS_TOKEN serves instead of key and secret. DINGTALK_ENDPOINT leads to a sandbox,
// DINGTALK_REGION to the hosts in China. pkg-config finds the C library.
//
// Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	extcontact "repository.invalid/dingtalk-extcontact/bindings-go"
)

func printError(what string, err error) {
	fmt.Fprintf(os.Stderr, "failed: %s\n", what)
	var failed *extcontact.Error
	if !errors.As(err, &failed) {
		fmt.Fprintf(os.Stderr, "  message: %v\n", err)
		return
	}
	printField := func(name, value string) {
		if value != "" {
			fmt.Fprintf(os.Stderr, "  %s: %s\n", name, value)
		}
	}
	printField("kind", string(failed.Kind))
	printField("code", failed.Code)
	printField("message", failed.Message)
	printField("advice", failed.Advice)
	printField("request id", failed.RequestID)
	maybe := "no"
	if failed.MaybeDeleted {
		maybe = "yes"
	}
	printField("may be gone", maybe)
	if failed.RetryAfter > 0 {
		fmt.Fprintf(os.Stderr, "  retry after: %d ms\n", failed.RetryAfter.Milliseconds())
	}
}

func printDeletion(deletion *extcontact.Deletion) {
	requestID := "not known"
	if deletion.RequestID != "" {
		requestID = deletion.RequestID
	}
	// Absent is fine, but not the same: it does not prove that the id was ever right.
	fmt.Printf("%s: %s (request id %s)", deletion.Status, deletion.UserID, requestID)
	if deletion.MaybeDeleted {
		fmt.Print(", perhaps deleted just now: the reply to an earlier request was lost")
	}
	fmt.Println()
}

func run(ids []string) int {
	client, err := extcontact.FromEnv(extcontact.Options{})
	if err != nil {
		printError("no client", err)
		return 2
	}
	defer client.Close()
	// Ctrl-C ends the call that is under way, and says whether the contact may be gone.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	failed, refused := 0, 0
	for _, id := range ids {
		deletion, err := client.Delete(ctx, id)
		if err == nil {
			printDeletion(deletion)
			continue
		}
		printError(id, err)
		failed++
		// Refused before anything was sent.
		if errors.Is(err, extcontact.ErrInvalidArgument) {
			refused++
		}
	}
	switch {
	case failed == 0:
		return 0
	case refused == len(ids):
		return 2
	default:
		return 1
	}
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintf(os.Stderr, "usage: %s ID...\n", os.Args[0])
		os.Exit(2)
	}
	// os.Exit runs no deferred calls, so they all stand in run.
	os.Exit(run(os.Args[1:]))
}
