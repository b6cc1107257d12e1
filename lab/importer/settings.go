package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"time"
)

// Kinds of sources, as CDI names them.
const (
	vddk     = "vddk"
	web      = "http"
	registry = "registry"
)

type settings struct {
	kind        string
	endpoint    string
	thumbprint  string
	uuid        string
	backingFile string
	user        string
	password    string
	// Folder with vCenter's authorities; empty where nobody names any.
	certificates string
	// Whether a registry is asked without TLS, too, and its certificate is not verified.
	insecureTLS bool
	// What the volume was asked for, in bytes; nil where nobody said.
	limit *int64
	// The share of the volume that its file system takes.
	overhead float64
	copyTime time.Duration
	// Asked half way; empty for none.
	gate string
}

func readSettings() (settings, error) {
	s := settings{
		kind:         cmp.Or(os.Getenv("IMPORTER_SOURCE"), vddk),
		certificates: os.Getenv("IMPORTER_CERT_DIR"),
		insecureTLS:  os.Getenv("INSECURE_TLS") == "true",
		limit:        parseBytes(os.Getenv("IMPORTER_IMAGE_SIZE")),
		gate:         os.Getenv("LAB_GATE"),
	}
	required := []struct {
		name  string
		value *string
	}{
		{"IMPORTER_ENDPOINT", &s.endpoint},
		{"IMPORTER_THUMBPRINT", &s.thumbprint},
		{"IMPORTER_UUID", &s.uuid},
		{"IMPORTER_BACKING_FILE", &s.backingFile},
		{"IMPORTER_ACCESS_KEY_ID", &s.user},
		{"IMPORTER_SECRET_KEY", &s.password},
	}
	if s.kind != vddk {
		required = required[:1]
	}
	for _, one := range required {
		if *one.value = os.Getenv(one.name); *one.value == "" {
			return s, fmt.Errorf("%s is not set", one.name)
		}
	}
	if text := os.Getenv("FILESYSTEM_OVERHEAD"); text != "" {
		share, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return s, fmt.Errorf("FILESYSTEM_OVERHEAD: %w", err)
		}
		s.overhead = share
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

const mebibyte = 1 << 20

// usable is how large an image becomes that fills its volume, in bytes; 0 where nobody said how large the volume is.
// Source (CDI 1.66): pkg/util/util.go, GetUsableSpace.
func (s settings) usable() int64 {
	if s.limit == nil {
		return 0
	}
	space := int64(math.Ceil(float64(*s.limit) / (1 + s.overhead)))
	return space / mebibyte * mebibyte
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
