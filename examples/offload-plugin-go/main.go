// A complete offload plugin in Go, by version 1 of Drover's plugin contract. It needs nothing but Go's own library.
//
// It makes the storage array at ARRAY_URL copy one disk. Put your own array in the place of the type array: it must be able
// to start, to find and to stop a copy task by its name.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

const poll = 250 * time.Millisecond

// pluginError is a failure, in words that tell an operator what to do.
type pluginError struct {
	Message   string `json:"message"`
	Retryable bool   `json:"retryable"`
}

func (e *pluginError) Error() string { return e.Message }

type task struct {
	State      string `json:"state"`
	BytesDone  int64  `json:"bytesDone"`
	BytesTotal int64  `json:"bytesTotal"`
	Error      string `json:"error"`
}

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	done, err := copyDisk(stop)
	if err == nil {
		end(map[string]any{"result": map[string]int64{"bytes": done}}, 0)
	}
	failure := &pluginError{Message: fmt.Sprint(err), Retryable: true}
	errors.As(err, &failure)
	end(map[string]any{"error": failure}, 1)
}

func end(message any, code int) {
	text, _ := json.Marshal(message)
	_ = os.WriteFile("/dev/termination-log", text, 0o644)
	os.Exit(code)
}

func copyDisk(stop <-chan os.Signal) (int64, error) {
	if version := os.Getenv("CONTRACT_VERSION"); version != "1" {
		return 0, &pluginError{Message: fmt.Sprintf("contract version %s is not 1", version)}
	}
	if os.Getenv("ARRAY_URL") == "" {
		return 0, &pluginError{Message: "ARRAY_URL is not set: give it in the map's vars"}
	}
	capacity, err := strconv.ParseInt(os.Getenv("CAPACITY_BYTES"), 10, 64)
	if err != nil {
		return 0, err
	}
	name := os.Getenv("COPY_ID")
	path := "/copies/" + url.PathEscape(name)
	// A dead Pod does not end the array's task. Adopt a task that runs. Remove one that has ended: nobody took its result.
	found, err := ask("GET", path, nil)
	if err == nil && found != nil && found.State != "running" {
		_, err = ask("DELETE", path, nil)
		found = nil
	}
	if err == nil && found == nil {
		// CURRENT_VMDK: this array follows a chain of snapshots from the file that the VM wrote last.
		_, err = ask("POST", "/copies", map[string]any{
			"copyId": name, "source": os.Getenv("CURRENT_VMDK"),
			"volumeHandle": os.Getenv("VOLUME_HANDLE"), "capacityBytes": capacity,
		})
	}
	if err != nil {
		return 0, err
	}
	return watch(path, stop)
}

// watch returns the bytes that were copied, once the array says that they are safe.
func watch(path string, stop <-chan os.Signal) (int64, error) {
	for said := int64(-1); ; {
		now, err := ask("GET", path, nil)
		switch {
		case err != nil:
			return 0, err
		case now == nil:
			return 0, errors.New("the array has forgotten the copy")
		case now.State == "failed":
			return 0, errors.New(now.Error)
		}
		if now.BytesDone > said {
			said = now.BytesDone
			fmt.Printf("{\"bytesDone\": %d, \"bytesTotal\": %d}\n", said, now.BytesTotal)
		}
		if now.State == "done" {
			return now.BytesDone, nil
		}
		select {
		case <-time.After(poll):
		case <-stop:
			// Answers when the task writes no more.
			if _, err := ask("DELETE", path, nil); err != nil {
				return 0, err
			}
			return 0, errors.New("stopped before the copy was done")
		}
	}
}

// ask is nil where the array has no such task.
func ask(method, path string, body any) (*task, error) {
	text, _ := json.Marshal(body)
	request, err := http.NewRequest(method, os.Getenv("ARRAY_URL")+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	// vCenter's login, because this array asks vCenter whose disk it copies. Never print it.
	user, _ := os.ReadFile("/etc/secret/accessKeyId")
	password, _ := os.ReadFile("/etc/secret/secretKey")
	request.SetBasicAuth(string(user), string(password))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the array does not answer: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusNotFound && method != "POST" {
		return nil, nil
	}
	said := new(task)
	if err := json.NewDecoder(answer.Body).Decode(said); err != nil {
		return nil, err
	}
	if answer.StatusCode >= 400 {
		// A refusal (4xx) is final. A fault of the array itself (5xx) may be mended.
		why := fmt.Sprintf("the array answered %d: %s", answer.StatusCode, said.Error)
		return nil, &pluginError{Message: why, Retryable: answer.StatusCode >= 500}
	}
	return said, nil
}
