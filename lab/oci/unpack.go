package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/containerd/containerd/v2/core/remotes"
	"github.com/containerd/containerd/v2/pkg/archive"
	"github.com/containerd/containerd/v2/pkg/archive/compression"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/identity"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// unpack lays the layers on one another, each result in a folder that is named for the layers that made it, so that
// images share what they have in common, and no layer is fetched or unpacked twice. It returns the topmost folder.
func unpack(
	ctx context.Context, fetcher remotes.Fetcher, layers []ocispec.Descriptor, diffs []digest.Digest, store string,
) (string, error) {
	if len(layers) != len(diffs) {
		return "", fmt.Errorf("mismatched image rootfs and manifest layers: %d and %d", len(diffs), len(layers))
	}
	if err := os.MkdirAll(store, 0o755); err != nil {
		return "", err
	}
	chains := identity.ChainIDs(append([]digest.Digest{}, diffs...))
	from := 0
	for at := range chains {
		if _, err := os.Stat(folderOf(store, chains[at])); err == nil {
			from = at + 1
		}
	}
	for at := from; at < len(layers); at++ {
		below := ""
		if at > 0 {
			below = folderOf(store, chains[at-1])
		}
		if err := addLayer(ctx, fetcher, layers[at], diffs[at], below, folderOf(store, chains[at])); err != nil {
			return "", err
		}
	}
	if len(layers) == 0 {
		empty := filepath.Join(store, "empty")
		return empty, os.MkdirAll(empty, 0o755)
	}
	return folderOf(store, chains[len(chains)-1]), nil
}

func folderOf(store string, chain digest.Digest) string {
	return filepath.Join(store, chain.Encoded())
}

// addLayer makes the folder appear complete or not at all; of two that make it at once, either will do.
func addLayer(
	ctx context.Context, fetcher remotes.Fetcher, layer ocispec.Descriptor, diff digest.Digest, below, folder string,
) error {
	fresh, err := os.MkdirTemp(filepath.Dir(folder), ".unpacking-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	if err := os.Chmod(fresh, 0o755); err != nil {
		return err
	}
	if below != "" {
		if err := linkTree(below, fresh); err != nil {
			return err
		}
	}
	if err := apply(ctx, fetcher, layer, diff, fresh); err != nil {
		return fmt.Errorf("failed to extract layer %s: %w", diff, err)
	}
	err = os.Rename(fresh, folder)
	if errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.EEXIST) {
		return nil
	}
	return err
}

// linkTree gives the files of a folder a second name each: a layer replaces files, it never writes into one.
func linkTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, found fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		within, err := filepath.Rel(from, path)
		if err != nil || within == "." {
			return err
		}
		target := filepath.Join(to, within)
		if !found.IsDir() {
			return os.Link(path, target)
		}
		return copyFolder(path, target)
	})
}

func copyFolder(path, target string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := os.Mkdir(target, 0o700); err != nil {
		return err
	}
	owner := info.Sys().(*syscall.Stat_t)
	if err := os.Lchown(target, int(owner.Uid), int(owner.Gid)); err != nil {
		return err
	}
	return os.Chmod(target, info.Mode())
}

// apply writes the layer over the folder; whiteouts remove, and no path leads out. Both digests must be right: that
// of the bytes as they were sent, and that of the archive in them.
func apply(ctx context.Context, fetcher remotes.Fetcher, layer ocispec.Descriptor, diff digest.Digest, folder string) error {
	from, err := fetcher.Fetch(ctx, layer)
	if err != nil {
		return err
	}
	defer from.Close()
	sent := layer.Digest.Verifier()
	plain, err := compression.DecompressStream(io.TeeReader(io.LimitReader(from, layer.Size), sent))
	if err != nil {
		return err
	}
	defer plain.Close()
	unpacked := diff.Verifier()
	archived := io.TeeReader(plain, unpacked)
	if _, err := archive.Apply(ctx, folder, archived, options()...); err != nil {
		return err
	}
	// What follows the archive's end counts, too.
	if _, err := io.Copy(io.Discard, archived); err != nil {
		return err
	}
	if !sent.Verified() {
		return fmt.Errorf("what was sent is not %s", layer.Digest)
	}
	if !unpacked.Verified() {
		return fmt.Errorf("what was unpacked is not %s", diff)
	}
	return nil
}

// Only root can give files to others.
func options() []archive.ApplyOpt {
	if os.Getuid() == 0 {
		return nil
	}
	return []archive.ApplyOpt{archive.WithNoSameOwner()}
}
