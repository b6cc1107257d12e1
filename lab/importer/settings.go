package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"time"
)

type settings struct {
	endpoint    string
	thumbprint  string
	backingFile string
	datacenter  string
	user        string
	password    string
	// What the volume was asked for, in bytes; nil where nobody said.
	limit    *int64
	copyTime time.Duration
	// Asked half way; empty for none.
	gate string
}

func readSettings() (settings, error) {
	s := settings{
		datacenter: os.Getenv("IMPORTER_DC_PATH"),
		limit:      parseBytes(os.Getenv("IMPORTER_IMAGE_SIZE")),
		gate:       os.Getenv("LAB_GATE"),
	}
	required := []struct {
		name  string
		value *string
	}{
		{"IMPORTER_ENDPOINT", &s.endpoint},
		{"IMPORTER_THUMBPRINT", &s.thumbprint},
		{"IMPORTER_BACKING_FILE", &s.backingFile},
		{"IMPORTER_ACCESS_KEY_ID", &s.user},
		{"IMPORTER_SECRET_KEY", &s.password},
	}
	for _, one := range required {
		if *one.value = os.Getenv(one.name); *one.value == "" {
			return s, fmt.Errorf("%s is not set", one.name)
		}
	}
	if text := os.Getenv("LAB_COPY_SECONDS"); text != "" {
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return s, fmt.Errorf("LAB_COPY_SECONDS: %w", err)
		}
		s.copyTime = time.Duration(seconds * float64(time.Second))
	}
	return s, nil
}

var quantity = regexp.MustCompile(`^(\d+)(Ki|Mi|Gi)?$`)

// parseBytes reads `1048576` or `1024Ki`.
func parseBytes(text string) *int64 {
	match := quantity.FindStringSubmatch(text)
	if match == nil {
		return nil
	}
	number, err := strconv.ParseInt(match[1], 10, 64)
	if err != nil {
		return nil
	}
	bytes := number * map[string]int64{"": 1, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}[match[2]]
	return &bytes
}
