package main

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// writeLogins makes an htpasswd file. The cheapest hash will do: it is looked up with every request.
func writeLogins(state string, users map[string]string) (string, error) {
	var lines strings.Builder
	for name, password := range users {
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		if err != nil {
			return "", err
		}
		lines.WriteString(name + ":" + string(hash) + "\n")
	}
	file := filepath.Join(state, "htpasswd")
	return file, os.WriteFile(file, []byte(lines.String()), 0o600)
}
