package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/containerd/v2/core/remotes"
	"github.com/containerd/containerd/v2/core/remotes/docker"
	"github.com/containerd/containerd/v2/core/remotes/docker/config"
	"github.com/containerd/errdefs"
	"github.com/containerd/errdefs/pkg/errgrpc"
	"github.com/containerd/platforms"
	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// The OCI distribution specification lets registries refuse larger ones.
const largestManifest = 4 << 20

type pullOrder struct {
	Image string `json:"image"`
	// A folder like containerd's certs.d.
	Certs string `json:"certs"`
	// Unpacked images are kept below, by digest.
	Store string `json:"store"`
	// Tried one after the other; none means that nobody logs in.
	Logins []login `json:"logins"`
}

type login struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

type pullAnswer struct {
	*image
	// The name is none; in the words of the kubelet.
	Invalid string `json:"invalid,omitempty"`
	// It could not be pulled; in the words of containerd.
	Error string `json:"error,omitempty"`
}

// An image that is unpacked.
type image struct {
	// repository@digest, as a container's status names it.
	ID     string              `json:"id"`
	Folder string              `json:"folder"`
	Config ocispec.ImageConfig `json:"config"`
	// Of the image's own /etc/passwd and /etc/group.
	Users  []userEntry  `json:"users"`
	Groups []groupEntry `json:"groups"`
}

func pull(ctx context.Context, order pullOrder) *pullAnswer {
	named, err := reference.ParseDockerRef(order.Image)
	if err != nil {
		why := fmt.Sprintf("couldn't parse image name %q: %v", order.Image, err)
		return &pullAnswer{Invalid: fmt.Sprintf("Failed to apply default image tag %q: %s", order.Image, why)}
	}
	logins := order.Logins
	if len(logins) == 0 {
		logins = []login{{}}
	}
	var failures []error
	for _, one := range logins {
		found, err := pullAs(ctx, named, one, order)
		if err == nil {
			return &pullAnswer{image: found}
		}
		failures = append(failures, errgrpc.ToGRPC(fmt.Errorf("failed to pull and unpack image %q: %w", named, err)))
	}
	return &pullAnswer{Error: errors.Join(failures...).Error()}
}

func pullAs(ctx context.Context, named reference.Named, as login, order pullOrder) (*image, error) {
	hosts := config.ConfigureHosts(ctx, config.HostOptions{
		HostDir:     config.HostDirFromRoot(order.Certs),
		Credentials: func(string) (string, string, error) { return as.Username, as.Password, nil },
	})
	resolver := docker.NewResolver(docker.ResolverOptions{Hosts: hosts})
	name, target, err := resolver.Resolve(ctx, named.String())
	if err != nil {
		return nil, fmt.Errorf("failed to resolve reference %q: %w", named, err)
	}
	fetcher, err := resolver.Fetcher(ctx, name)
	if err != nil {
		return nil, err
	}
	manifest, err := manifestFor(ctx, fetcher, target)
	if err != nil {
		return nil, err
	}
	bytes, err := fetch(ctx, fetcher, manifest.Config)
	if err != nil {
		return nil, err
	}
	var config ocispec.Image
	if err := json.Unmarshal(bytes, &config); err != nil {
		return nil, fmt.Errorf("image config %s: %w", manifest.Config.Digest, err)
	}
	if !platforms.Default().Match(config.Platform) {
		return nil, fmt.Errorf("no match for platform in manifest: %w", errdefs.ErrNotFound)
	}
	folder, err := unpack(ctx, fetcher, manifest.Layers, config.RootFS.DiffIDs, order.Store)
	if err != nil {
		return nil, err
	}
	users, groups, err := accounts(folder)
	if err != nil {
		return nil, err
	}
	id := fmt.Sprintf("%s@%s", reference.TrimNamed(named), target.Digest)
	return &image{ID: id, Folder: folder, Config: config.Config, Users: users, Groups: groups}, nil
}

// manifestFor reads the manifest that the target is, or of those that it names the best for this machine.
func manifestFor(ctx context.Context, fetcher remotes.Fetcher, target ocispec.Descriptor) (*ocispec.Manifest, error) {
	bytes, err := fetch(ctx, fetcher, target)
	if err != nil {
		return nil, err
	}
	switch {
	case images.IsManifestType(target.MediaType):
		var manifest ocispec.Manifest
		return &manifest, json.Unmarshal(bytes, &manifest)
	case images.IsIndexType(target.MediaType):
		var index ocispec.Index
		if err := json.Unmarshal(bytes, &index); err != nil {
			return nil, err
		}
		best, err := bestOf(index.Manifests)
		if err != nil {
			return nil, err
		}
		return manifestFor(ctx, fetcher, *best)
	default:
		return nil, fmt.Errorf("media type %q is not that of an image: %w", target.MediaType, errdefs.ErrNotImplemented)
	}
}

func bestOf(manifests []ocispec.Descriptor) (*ocispec.Descriptor, error) {
	machine := platforms.Default()
	var fit []ocispec.Descriptor
	for _, one := range manifests {
		if one.Platform == nil || machine.Match(*one.Platform) {
			fit = append(fit, one)
		}
	}
	if len(fit) == 0 {
		return nil, fmt.Errorf("no match for platform in manifest: %w", errdefs.ErrNotFound)
	}
	sort.SliceStable(fit, func(a, b int) bool {
		return fit[a].Platform != nil && (fit[b].Platform == nil || machine.Less(*fit[a].Platform, *fit[b].Platform))
	})
	return &fit[0], nil
}

// fetch reads a document whole, and proves that it is the one that was asked for.
func fetch(ctx context.Context, fetcher remotes.Fetcher, wanted ocispec.Descriptor) ([]byte, error) {
	if wanted.Size > largestManifest {
		return nil, fmt.Errorf("%s has %d bytes: too many for a manifest", wanted.Digest, wanted.Size)
	}
	from, err := fetcher.Fetch(ctx, wanted)
	if err != nil {
		return nil, fmt.Errorf("failed to fetch %s: %w", wanted.Digest, err)
	}
	defer from.Close()
	bytes, err := io.ReadAll(io.LimitReader(from, wanted.Size+1))
	if err != nil {
		return nil, err
	}
	if int64(len(bytes)) != wanted.Size || wanted.Digest.Algorithm().FromBytes(bytes) != wanted.Digest {
		return nil, fmt.Errorf("unexpected commit digest of %s: %w", wanted.Digest, errdefs.ErrFailedPrecondition)
	}
	return bytes, nil
}
