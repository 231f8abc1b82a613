package extcontact_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	extcontact "repository.invalid/dingtalk-extcontact/bindings-go"
)

// built is a file in the folder that cargo has built into.
func built(name string) string {
	return filepath.Join(os.Getenv("DTX_BUILT"), name)
}

// start runs a program of the project that says on its first line where it serves, till its input ends.
func start(t testing.TB, described any, program string, arguments ...string) {
	t.Helper()
	command := exec.Command(built(program), arguments...)
	input, err := command.StdinPipe()
	must(t, err)
	output, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	t.Cleanup(func() {
		input.Close()
		command.Wait()
	})
	must(t, json.NewDecoder(bufio.NewReader(output)).Decode(described))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sandbox is a DingTalk on loopback.
type sandbox struct {
	URL         string   `json:"url"`
	AccessToken string   `json:"access_token"`
	AppKey      string   `json:"app_key"`
	AppSecret   string   `json:"app_secret"`
	UserIDs     []string `json:"user_ids"`
}

func startSandbox(t testing.TB, arguments ...string) sandbox {
	t.Helper()
	var it sandbox
	arguments = append([]string{"sandbox", "--until-stdin-closes", "--rate", "none"}, arguments...)
	start(t, &it, "dingtalk-extcontact", arguments...)
	return it
}

func (s sandbox) options() extcontact.Options {
	return extcontact.Options{
		Endpoint: s.URL, AccessToken: s.AccessToken, Rate: extcontact.Unlimited, Proxy: "none",
	}
}

func (s sandbox) client(t testing.TB) *extcontact.Client {
	t.Helper()
	return newClient(t, s.options())
}

func newClient(t testing.TB, options extcontact.Options) *extcontact.Client {
	t.Helper()
	client, err := extcontact.New(options)
	must(t, err)
	t.Cleanup(client.Close)
	return client
}

// silent reads and never answers, until the test ends.
type silent struct {
	listener net.Listener
	asked    chan struct{} // One for each request, which is read at once.
}

func startSilent(t testing.TB) silent {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	it := silent{listener, make(chan struct{}, 10000)}
	var connections []net.Conn
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			connections = append(connections, connection)
			go func() {
				buffer := make([]byte, 4096)
				for {
					if _, err := connection.Read(buffer); err != nil {
						return
					}
					it.asked <- struct{}{}
				}
			}()
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-accepted
		for _, connection := range connections {
			connection.Close()
		}
	})
	return it
}

func (s silent) options() extcontact.Options {
	return extcontact.Options{
		Endpoint: "http://" + s.listener.Addr().String(), AccessToken: "token", Rate: extcontact.Unlimited, Proxy: "none",
		MaxAttempts: 1,
	}
}

// requests is how many came up to now.
func (s silent) requests() int { return len(s.asked) }

// answering serves one reply after another, each from a function.
func answering(t testing.TB, reply func(connection io.ReadWriter)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				reply(connection)
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}
