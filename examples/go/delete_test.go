package main

import (
	"errors"
	"fmt"
	"sync"
	"testing"
)

// A client is closed while goroutines delete with it. Each call ends well or is refused.
func TestClosing(t *testing.T) {
	client, err := ClientFromEnv()
	if err != nil {
		t.Fatal(err)
	}
	var begun, ended sync.WaitGroup
	for i := 0; i < 8; i++ {
		id := fmt.Sprint("closing", i)
		begun.Add(1)
		ended.Add(1)
		go func() {
			defer ended.Done()
			client.Delete(id)
			begun.Done()
			for {
				if _, err := client.Delete(id); errors.Is(err, ErrClosed) {
					return
				}
			}
		}()
	}
	begun.Wait()
	client.Close()
	client.Close()
	ended.Wait()
	fmt.Println("refused:", 8)
}
