// Command registry is the lab's image registry: distribution's, configured for loopback.
//
//	registry --address 127.0.0.1:5000 --storage DIR --state DIR [--tls] [--login basic|token]
//
// With --login the users are those of DROVER_REGISTRY_USERS, a JSON object of names and passwords. With --tls the
// authority that signed the certificate is ca.crt in the state folder.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/distribution/distribution/v3/configuration"
	"github.com/distribution/distribution/v3/registry"
	_ "github.com/distribution/distribution/v3/registry/auth/htpasswd"
	_ "github.com/distribution/distribution/v3/registry/auth/token"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem"
)

type settings struct {
	address, storage, state, login string
	tls                            bool
	users                          map[string]string
}

func main() {
	var given settings
	flag.StringVar(&given.address, "address", "", "where to listen, host:port")
	flag.StringVar(&given.storage, "storage", "", "folder that holds the images")
	flag.StringVar(&given.state, "state", "", "folder for certificates and logins")
	flag.StringVar(&given.login, "login", "", "how clients prove who they are: basic, token, or not at all")
	flag.BoolVar(&given.tls, "tls", false, "serve https")
	flag.Parse()
	if err := serve(given); err != nil {
		log.Fatal(err)
	}
}

func serve(given settings) error {
	if given.login != "" {
		if err := json.Unmarshal([]byte(os.Getenv("DROVER_REGISTRY_USERS")), &given.users); err != nil {
			return fmt.Errorf("DROVER_REGISTRY_USERS: %w", err)
		}
	}
	config := &configuration.Configuration{
		Storage: configuration.Storage{
			"filesystem": {"rootdirectory": given.storage},
			"delete":     {"enabled": true},
		},
	}
	config.Catalog.MaxEntries = 1000
	config.Log.Level = "warn"
	config.Log.AccessLog.Disabled = true
	config.HTTP.Addr = given.address
	// Of several registries that share a load balancer; here there is one.
	config.HTTP.Secret = "the lab's"
	if given.tls {
		files, err := issueCertificate(given.state)
		if err != nil {
			return err
		}
		config.HTTP.TLS.Certificate, config.HTTP.TLS.Key = files.certificate, files.key
	}
	auth, err := authFor(given)
	if err != nil {
		return err
	}
	config.Auth = auth
	server, err := registry.NewRegistry(context.Background(), config)
	if err != nil {
		return err
	}
	return server.ListenAndServe()
}

func authFor(given settings) (configuration.Auth, error) {
	switch given.login {
	case "":
		return nil, nil
	case "basic":
		file, err := writeLogins(given.state, given.users)
		return configuration.Auth{"htpasswd": {"realm": "the lab's registry", "path": file}}, err
	case "token":
		return startTokenService(given)
	default:
		return nil, fmt.Errorf("--login %s: not basic or token", given.login)
	}
}
