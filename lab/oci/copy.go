package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// A copyOrder is about an image that was made elsewhere.
type copyOrder struct {
	// A folder in the OCI layout, or a tar archive of such a folder or by docker save.
	Source string      `json:"source"`
	Target destination `json:"target"`
}

func copyImage(order copyOrder) (*pushed, error) {
	folder, err := os.MkdirTemp("", "drover-layout-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	made, err := open(order.Source, folder)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", order.Source, err)
	}
	digest, err := made.Digest()
	if err != nil {
		return nil, err
	}
	return &pushed{Digest: digest.String()}, deliver(made, order.Target)
}

// open unpacks an archive into the folder.
func open(source, folder string) (artifact, error) {
	found, err := os.Stat(source)
	if err != nil {
		return nil, err
	}
	if found.IsDir() {
		return openLayout(source)
	}
	if err := unpackArchive(source, folder); err != nil {
		return nil, fmt.Errorf("it is no tar archive: %w", err)
	}
	if _, err := os.Stat(filepath.Join(folder, "oci-layout")); err == nil {
		return openLayout(folder)
	}
	return tarball.ImageFromPath(source, nil)
}

func openLayout(folder string) (artifact, error) {
	all, err := layout.ImageIndexFromPath(folder)
	if err != nil {
		return nil, fmt.Errorf("it is no OCI layout: %w", err)
	}
	list, err := all.IndexManifest()
	if err != nil {
		return nil, err
	}
	if len(list.Manifests) != 1 {
		return nil, fmt.Errorf("it holds %d images, where one is wanted", len(list.Manifests))
	}
	only := list.Manifests[0]
	if only.MediaType.IsIndex() {
		return artifactOf[v1.ImageIndex](all.ImageIndex(only.Digest))
	}
	return artifactOf[v1.Image](all.Image(only.Digest))
}

func artifactOf[T artifact](found T, err error) (artifact, error) {
	return found, err
}

// unpackArchive writes nothing outside of the folder, whatever names are in the archive.
func unpackArchive(file, folder string) error {
	from, err := os.Open(file)
	if err != nil {
		return err
	}
	defer from.Close()
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	archive := tar.NewReader(from)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if err := writeFile(root, path.Clean(header.Name), archive); err != nil {
			return err
		}
	}
}

func writeFile(root *os.Root, name string, content io.Reader) error {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	to, err := root.Create(name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, content); err != nil {
		to.Close()
		return err
	}
	return to.Close()
}
