package extcontact_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the README shows runs as it stands.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	must(t, err)
	blocks := regexp.MustCompile("(?ms)^```go\n(.*?)^```$").FindAllStringSubmatch(string(readme), -1)
	if len(blocks) < 5 {
		t.Fatalf("%d blocks", len(blocks))
	}
	here, err := os.Getwd()
	must(t, err)
	folder := t.TempDir()
	manifest := func(name, text string) { must(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600)) }
	own, err := os.ReadFile("go.mod")
	must(t, err)
	module := string(regexp.MustCompile(`module (\S+)`).FindSubmatch(own)[1])
	manifest("go.mod", "module example\n\ngo 1.23\n\nrequire "+module+" v0.0.0\n\nreplace "+module+" => "+here+"\n")
	for _, block := range blocks {
		name, text := "main.go", block[1]
		isTest := strings.Contains(text, "testing.T")
		command := exec.Command("go", "run", ".")
		if isTest {
			name, command = "main_test.go", exec.Command("go", "test", "-v", ".")
		}
		manifest(name, text)
		sandbox := startSandbox(t, "--contacts", "60")
		command.Dir = folder
		path := filepath.Dir(built("dingtalk-extcontact")) + string(os.PathListSeparator) + os.Getenv("PATH")
		command.Env = append(os.Environ(), "DINGTALK_ENDPOINT="+sandbox.URL, "DINGTALK_APP_KEY="+sandbox.AppKey,
			"DINGTALK_APP_SECRET="+sandbox.AppSecret, "PATH="+path)
		told, err := command.CombinedOutput()
		if err != nil || len(told) == 0 {
			t.Errorf("%v\n%s\n%s", err, text, told)
		}
		t.Logf("%s", told)
		must(t, os.Remove(filepath.Join(folder, name)))
	}
}
