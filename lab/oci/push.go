package main

import (
	"archive/tar"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

func push(wanted recipe) (*pushed, error) {
	layers := make([]v1.Layer, 0, len(wanted.Layers))
	for _, one := range wanted.Layers {
		layer, err := makeLayer(one)
		if err != nil {
			return nil, err
		}
		layers = append(layers, layer)
	}
	images := make([]v1.Image, 0, len(wanted.Platforms))
	for _, platform := range wanted.Platforms {
		image, err := makeImage(layers, wanted.Config, platform)
		if err != nil {
			return nil, err
		}
		images = append(images, image)
	}
	var made artifact = images[0]
	if len(images) > 1 {
		made = index(images)
	}
	digest, err := made.Digest()
	if err != nil {
		return nil, err
	}
	return &pushed{Digest: digest.String()}, deliver(made, wanted.Target)
}

// An artifact is an image or an index of images.
type artifact interface{ Digest() (v1.Hash, error) }

func makeImage(layers []v1.Layer, wanted configRecipe, platform string) (v1.Image, error) {
	parsed, err := v1.ParsePlatform(platform)
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if image, err = mutate.AppendLayers(image, layers...); err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Variant = parsed.OS, parsed.Architecture, parsed.Variant
	config.Config = v1.Config{
		Entrypoint: wanted.Entrypoint,
		Cmd:        wanted.Cmd,
		Env:        wanted.Env,
		User:       wanted.User,
		WorkingDir: wanted.WorkingDir,
		Labels:     wanted.Labels,
	}
	return mutate.ConfigFile(image, config)
}

func index(images []v1.Image) v1.ImageIndex {
	all := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, image := range images {
		all = mutate.AppendManifests(all, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: platformOf(image)}})
	}
	return all
}

func platformOf(image v1.Image) *v1.Platform {
	config, err := image.ConfigFile()
	if err != nil {
		return nil
	}
	return config.Platform()
}

func deliver(made artifact, to destination) error {
	switch {
	case to.Reference != "":
		return deliverToRegistry(made, to)
	case to.Layout != "":
		return deliverToLayout(made, to.Layout)
	case to.Archive != "":
		return deliverToArchive(made, to.Archive)
	default:
		return fmt.Errorf("target: one of reference, layout and archive is needed")
	}
}

func deliverToRegistry(made artifact, to destination) error {
	tag, err := name.NewTag(to.Reference, trustOf(to.CA)...)
	if err != nil {
		return err
	}
	transport, err := transportFor(to.CA)
	if err != nil {
		return err
	}
	options := []remote.Option{remote.WithTransport(transport)}
	if to.Username != "" {
		options = append(options, remote.WithAuth(&authn.Basic{Username: to.Username, Password: to.Password}))
	}
	if all, ok := made.(v1.ImageIndex); ok {
		return remote.WriteIndex(tag, all, options...)
	}
	return remote.Write(tag, made.(v1.Image), options...)
}

// trustOf allows a registry without TLS where none is known to have it: such is the lab's own, at whatever address. One that
// has TLS must still prove who it is.
func trustOf(ca string) []name.Option {
	if ca == "" {
		return []name.Option{name.Insecure}
	}
	return nil
}

func transportFor(ca string) (http.RoundTripper, error) {
	transport := remote.DefaultTransport.(*http.Transport).Clone()
	if ca == "" {
		return transport, nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", ca)
	}
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	return transport, nil
}

func deliverToLayout(made artifact, folder string) error {
	path, err := layout.Write(folder, empty.Index)
	if err != nil {
		return err
	}
	if all, ok := made.(v1.ImageIndex); ok {
		return path.AppendIndex(all)
	}
	image := made.(v1.Image)
	return path.AppendImage(image, layout.WithPlatform(*platformOf(image)))
}

func deliverToArchive(made artifact, file string) error {
	folder, err := os.MkdirTemp("", "drover-layout-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := deliverToLayout(made, folder); err != nil {
		return err
	}
	to, err := os.Create(file)
	if err != nil {
		return err
	}
	defer to.Close()
	archive := tar.NewWriter(to)
	if err := archive.AddFS(os.DirFS(folder)); err != nil {
		return err
	}
	return archive.Close()
}
