package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// makeLayer makes the same bytes of the same entries, whenever and by whomever it is done.
func makeLayer(wanted layerRecipe) (v1.Layer, error) {
	options := []tarball.LayerOption{tarball.WithMediaType(types.OCILayer)}
	if wanted.Cache == "" {
		var archive bytes.Buffer
		if err := writeLayer(&archive, wanted.Entries); err != nil {
			return nil, err
		}
		opener := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(archive.Bytes())), nil }
		return tarball.LayerFromOpener(opener, options...)
	}
	if _, err := os.Stat(wanted.Cache); errors.Is(err, fs.ErrNotExist) {
		if err := keepLayer(wanted); err != nil {
			return nil, err
		}
	}
	return tarball.LayerFromFile(wanted.Cache, options...)
}

// keepLayer makes the cache's file appear complete or not at all.
func keepLayer(wanted layerRecipe) error {
	file, err := os.CreateTemp(filepath.Dir(wanted.Cache), ".layer-")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if err := writeLayer(file, wanted.Entries); err != nil {
		return err
	}
	return os.Rename(file.Name(), wanted.Cache)
}

func writeLayer(to io.Writer, entries []entry) error {
	items, err := expand(entries)
	if err != nil {
		return err
	}
	zipped, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(zipped)
	for _, one := range items {
		if err := one.write(archive); err != nil {
			return fmt.Errorf("%s: %w", one.header.Name, err)
		}
	}
	return errors.Join(archive.Close(), zipped.Close())
}

// An item is one header of the archive with its bytes.
type item struct {
	header tar.Header
	source string
	bytes  string
}

func (i item) write(archive *tar.Writer) error {
	header := i.header
	if err := archive.WriteHeader(&header); err != nil || header.Typeflag != tar.TypeReg {
		return err
	}
	if i.source == "" {
		_, err := io.WriteString(archive, i.bytes)
		return err
	}
	file, err := os.Open(i.source)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(archive, file)
	return err
}

// expand walks the sources, adds the folders on the way, and sorts: a folder comes before what it holds.
func expand(entries []entry) ([]item, error) {
	items := map[string]item{}
	for _, one := range entries {
		if err := addEntry(items, one); err != nil {
			return nil, fmt.Errorf("%s: %w", one.Path, err)
		}
	}
	for name := range items {
		for parent := path.Dir(strings.TrimSuffix(name, "/")); parent != "."; parent = path.Dir(parent) {
			if _, known := items[parent+"/"]; !known {
				add(items, tar.Header{Typeflag: tar.TypeDir, Name: parent, Mode: 0o755}, item{})
			}
		}
	}
	sorted := make([]item, 0, len(items))
	for _, one := range items {
		sorted = append(sorted, one)
	}
	sort.Slice(sorted, func(a, b int) bool { return sorted[a].header.Name < sorted[b].header.Name })
	return sorted, nil
}

func addEntry(items map[string]item, one entry) error {
	switch {
	case one.Link != "":
		add(items, tar.Header{Typeflag: tar.TypeSymlink, Name: one.Path, Linkname: one.Link, Mode: 0o777}, item{})
	case one.Content != nil:
		header := tar.Header{Typeflag: tar.TypeReg, Name: one.Path, Mode: mode(one, 0o644), Size: int64(len(*one.Content))}
		add(items, header, item{bytes: *one.Content})
	case one.Source != "":
		return addSource(items, one)
	default:
		add(items, tar.Header{Typeflag: tar.TypeDir, Name: one.Path, Mode: mode(one, 0o755)}, item{})
	}
	return nil
}

// addSource copies what the path leads to; links within a copied folder stay links.
func addSource(items map[string]item, one entry) error {
	root, err := filepath.EvalSymlinks(one.Source)
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(source string, found fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := found.Info()
		if err != nil {
			return err
		}
		within, err := filepath.Rel(root, source)
		if err != nil {
			return err
		}
		return addFound(items, info, entry{Path: path.Join(one.Path, within), Source: source, Mode: one.Mode})
	})
}

func addFound(items map[string]item, info fs.FileInfo, one entry) error {
	permissions := int64(info.Mode().Perm())
	switch info.Mode().Type() {
	case fs.ModeDir:
		add(items, tar.Header{Typeflag: tar.TypeDir, Name: one.Path, Mode: permissions}, item{})
	case fs.ModeSymlink:
		target, err := os.Readlink(one.Source)
		if err != nil {
			return err
		}
		add(items, tar.Header{Typeflag: tar.TypeSymlink, Name: one.Path, Linkname: target, Mode: 0o777}, item{})
	case 0:
		header := tar.Header{Typeflag: tar.TypeReg, Name: one.Path, Mode: mode(one, permissions), Size: info.Size()}
		add(items, header, item{source: one.Source})
	default:
		return fmt.Errorf("%s is neither file nor folder nor link", one.Source)
	}
	return nil
}

func mode(one entry, otherwise int64) int64 {
	if one.Mode != 0 {
		return one.Mode
	}
	return otherwise
}

// add keeps the last of several entries of one path. All belong to root and are as old as the epoch.
func add(items map[string]item, header tar.Header, content item) {
	header.Name = strings.TrimPrefix(path.Clean("/"+header.Name), "/")
	if header.Name == "" {
		return
	}
	if header.Typeflag == tar.TypeDir {
		header.Name += "/"
	}
	header.ModTime = time.Unix(0, 0)
	content.header = header
	items[header.Name] = content
}
