// Deletes N times: bench CLIENT ENDPOINT N. The peers have the whole URL beforehand.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	extcontact "repository.invalid/dingtalk-extcontact/bindings-go"
)

const (
	token  = "token-4711"
	userID = "0125400001"
)

func ours(ctx context.Context, endpoint string, calls int) error {
	client, err := extcontact.New(extcontact.Options{AccessToken: token, Endpoint: endpoint, Rate: extcontact.Unlimited})
	for ; err == nil && calls > 0; calls-- {
		var deletion *extcontact.Deletion
		deletion, err = client.Delete(ctx, userID)
		if err == nil && deletion.Status != extcontact.StatusDeleted {
			err = errors.New(string(deletion.Status))
		}
	}
	return err
}

// netHTTP is net/http with a time limit for each call, as Timeout of its Client is.
func netHTTP(ctx context.Context, endpoint string, calls int) error {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// Where the server speaks TLS.
	if file := os.Getenv("SSL_CERT_FILE"); file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	client := &http.Client{Transport: transport, Timeout: 10 * time.Second}
	for ; calls > 0; calls-- {
		if err := post(client, endpoint+"/topapi/extcontact/delete?access_token="+token); err != nil {
			return err
		}
	}
	return nil
}

func post(client *http.Client, where string) error {
	reply, err := client.PostForm(where, url.Values{"user_id": {userID}})
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	var told struct {
		Errcode *int   `json:"errcode"`
		Errmsg  string `json:"errmsg"`
	}
	if err := json.NewDecoder(reply.Body).Decode(&told); err != nil {
		return err
	}
	if told.Errcode == nil || *told.Errcode != 0 {
		return fmt.Errorf("%+v", told)
	}
	return nil
}

func main() {
	clients := map[string]func(context.Context, string, int) error{
		"ours": ours,
		"ours_cancellable": func(ctx context.Context, endpoint string, calls int) error {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			return ours(ctx, endpoint, calls)
		},
		"net_http": netHTTP,
	}
	calls, err := strconv.Atoi(os.Args[3])
	if err == nil {
		err = clients[os.Args[1]](context.Background(), os.Args[2], calls)
	}
	if err != nil {
		log.Fatal(err)
	}
}
