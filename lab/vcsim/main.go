// Command vcsim serves a simulated vCenter, or a simulated ESXi host, over TLS whose virtual disks hold real bytes.
//
// The login is taken from the environment, where no process list shows it. When the server answers, ready.json in the
// state directory says where; SIGTERM ends it. Where ready.json is there at the start, this vCenter ran before: it serves
// where it did, and is what it was, but for sessions and tasks.
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"flag"
	"log"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

type options struct {
	address    string
	spec       string
	datastores string
	state      string
	user       *url.Userinfo
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("vcsim: ")
	opts := options{user: url.UserPassword(os.Getenv("DROVER_VCENTER_USER"), os.Getenv("DROVER_VCENTER_PASSWORD"))}
	flag.StringVar(&opts.address, "address", "127.0.0.1:0", "address to serve on")
	flag.StringVar(&opts.spec, "spec", "", "JSON file with the inventory")
	flag.StringVar(&opts.datastores, "datastores", "", "directory that holds one directory per datastore")
	flag.StringVar(&opts.state, "state", "", "directory for ready.json and the authority's certificate")
	flag.Parse()
	if err := serve(opts); err != nil {
		log.Fatal(err)
	}
}

func serve(opts options) error {
	spec, err := readSpec(opts.spec)
	if err != nil {
		return err
	}
	former, err := readFormer(opts.state)
	if err != nil {
		return err
	}
	memory, err := openMemory(opts.state, former != nil)
	if err != nil {
		return err
	}
	authority, err := openAuthority(opts.state, opts.address)
	if err != nil {
		return err
	}
	certificate, err := authority.issue(serverName)
	if err != nil {
		return err
	}

	model := newModel(spec)
	if err := model.Create(); err != nil {
		return err
	}
	defer model.Remove()
	guests := newGuests(spec, memory)
	guests.attach(model.Map())
	lab := &inventory{spec: spec, opts: opts, registry: model.Map(), context: model.Service.Context, authority: authority}
	if former != nil {
		opts.address = former.Host
		err = lab.rebuild(context.Background(), model.Service, memory)
	} else {
		err = lab.build(context.Background(), model.Service)
	}
	if err != nil {
		return err
	}

	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12}
	model.Service.Listen = &url.URL{Host: opts.address, User: opts.user}
	model.Service.RegisterEndpoints = true
	server := model.Service.NewServer()
	defer server.Close()
	server.Config.Handler = newGate(server.Config.Handler, opts.user)

	if err := lab.tagMachines(context.Background(), server.URL); err != nil {
		return err
	}

	err = announce(opts.state, map[string]string{
		"url":        (&url.URL{Scheme: "https", Host: server.URL.Host, Path: server.URL.Path}).String(),
		"thumbprint": thumbprint(certificate.Certificate[0]),
		"caFile":     authority.file,
	})
	if err != nil {
		return err
	}

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	<-stop
	server.CloseClientConnections() // Close alone would wait for clients that wait for updates
	return nil
}

// readFormer is where a vCenter of this state directory served before; nil where none did.
func readFormer(dir string) (*url.URL, error) {
	text, err := os.ReadFile(filepath.Join(dir, "ready.json"))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var ready struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(text, &ready); err != nil {
		return nil, err
	}
	return url.Parse(ready.URL)
}

// announce writes ready.json in one step: whoever sees it can read it.
func announce(dir string, ready map[string]string) error {
	text, err := json.Marshal(ready)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "ready.json")
	if err := os.WriteFile(file+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
