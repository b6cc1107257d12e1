package main

import (
	"archive/tar"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

const (
	// Where the volume is mounted on which an image's disk lies before it is copied.
	scratch = "/scratch"
	// The folder of an image that holds its disk, as KubeVirt's container disks have it.
	diskFolder = "disk"
)

// openContainerDisk takes the disk of an image of a registry to the scratch volume first.
// Source (CDI 1.66): pkg/importer/registry-datasource.go, Transfer.
func openContainerDisk(s settings) (*source, error) {
	image, err := imageOf(s)
	if err != nil {
		return nil, fmt.Errorf("Failed to read registry image: %w", err)
	}
	file, err := extractDisk(image)
	if err != nil {
		return nil, fmt.Errorf("Failed to read registry image: %w", err)
	}
	if path.Dir(file) != diskFolder {
		return nil, errors.New("Cannot locate image file: image directory contains another directory")
	}
	content, err := os.Open(filepath.Join(scratch, file))
	if err != nil {
		return nil, err
	}
	info, err := content.Stat()
	if err != nil {
		return nil, err
	}
	return &source{size: info.Size(), content: content}, nil
}

func imageOf(s settings) (v1.Image, error) {
	options := []name.Option{}
	if s.insecureTLS {
		options = append(options, name.Insecure)
	}
	reference, err := name.ParseReference(strings.TrimPrefix(s.endpoint, "docker://"), options...)
	if err != nil {
		return nil, fmt.Errorf("Could not parse image: %w", err)
	}
	image, err := remote.Image(reference, remote.WithTransport(transportTo(s)))
	if err != nil {
		return nil, fmt.Errorf("Failed to pull image: %w", err)
	}
	return image, nil
}

// transportTo is CDI's: a registry is verified and asked by https, unless it is among the insecure ones.
func transportTo(s settings) http.RoundTripper {
	if !s.insecureTLS {
		return onlyTLS{remote.DefaultTransport}
	}
	transport := remote.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	return transport
}

// onlyTLS asks no server without TLS. The library would, where the server is on this machine, and CDI's does not.
type onlyTLS struct{ next http.RoundTripper }

func (o onlyTLS) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != "https" {
		return nil, fmt.Errorf("%s is asked by https alone: it is not among CDI's insecureRegistries", request.URL.Host)
	}
	return o.next.RoundTrip(request)
}

// extractDisk takes the first file of a layer whose path begins as the folder's, from the lowest layer that has one.
// Source (CDI 1.66): pkg/importer/transport.go, copyRegistryImage and processLayer.
func extractDisk(image v1.Image) (string, error) {
	layers, err := image.Layers()
	if err != nil {
		return "", err
	}
	for _, layer := range layers {
		file, err := extractFrom(layer)
		// A layer that can't be read is passed over.
		if err == nil && file != "" {
			return file, nil
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "Error reading layer:", err)
		}
	}
	return "", errors.New("Failed to find VM disk image file in the container image")
}

// extractFrom returns the file's path below the scratch volume; empty where the layer has none.
func extractFrom(layer v1.Layer) (string, error) {
	opened, err := layer.Uncompressed()
	if err != nil {
		return "", err
	}
	defer opened.Close()
	archive := tar.NewReader(opened)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		if isDisk(header) {
			return writeScratch(archive, header.Name)
		}
	}
}

func isDisk(header *tar.Header) bool {
	isBelow := strings.HasPrefix(strings.TrimPrefix(header.Name, "./"), diskFolder)
	isWhiteout := strings.HasPrefix(path.Base(header.Name), ".wh.")
	return isBelow && !isWhiteout && header.Typeflag != tar.TypeDir
}

func writeScratch(content io.Reader, file string) (string, error) {
	below := strings.TrimPrefix(path.Clean("/"+file), "/")
	target := filepath.Join(scratch, below)
	if err := os.MkdirAll(filepath.Dir(target), 0o770); err != nil {
		return "", err
	}
	made, err := os.Create(target)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(made, content)
	return below, errors.Join(err, made.Close())
}
