package main

import (
	"errors"
	"io"
	"io/fs"
	"os"

	continuity "github.com/containerd/continuity/fs"
	"github.com/moby/sys/user"
)

type userEntry struct {
	Name string `json:"name"`
	Uid  int    `json:"uid"`
	Gid  int    `json:"gid"`
}

type groupEntry struct {
	Name    string   `json:"name"`
	Gid     int      `json:"gid"`
	Members []string `json:"members"`
}

// accounts reads an image's own users and groups; it need not have any.
func accounts(folder string) ([]userEntry, []groupEntry, error) {
	users, err := readIn(folder, "/etc/passwd", user.ParsePasswd)
	if err != nil {
		return nil, nil, err
	}
	groups, err := readIn(folder, "/etc/group", user.ParseGroup)
	if err != nil {
		return nil, nil, err
	}
	known := make([]userEntry, 0, len(users))
	for _, one := range users {
		known = append(known, userEntry{one.Name, one.Uid, one.Gid})
	}
	ofGroups := make([]groupEntry, 0, len(groups))
	for _, one := range groups {
		ofGroups = append(ofGroups, groupEntry{one.Name, one.Gid, append([]string{}, one.List...)})
	}
	return known, ofGroups, nil
}

// readIn follows links as the container would, never out of the folder.
func readIn[Entry any](folder, path string, parse func(io.Reader) ([]Entry, error)) ([]Entry, error) {
	within, err := continuity.RootPath(folder, path)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(within)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return parse(file)
}
