package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/soap"
)

// connect logs in at vCenter's SDK. Without authorities CDI verifies nobody there: the thumbprint is VDDK's, and counts
// where the bytes come from. Source (CDI 1.66): pkg/importer/vddk-datasource_amd64.go, createVMwareClient.
func connect(ctx context.Context, s settings) (*govmomi.Client, error) {
	address, err := url.Parse(s.endpoint)
	if err != nil {
		return nil, err
	}
	address.Path = "sdk"
	transport := soap.NewClient(address, s.certificates == "")
	if s.certificates != "" {
		pool, err := authorities(s.certificates)
		if err != nil {
			return nil, err
		}
		transport.DefaultTransport().TLSClientConfig.RootCAs = pool
	}
	client, err := vim25.NewClient(ctx, transport)
	if err != nil {
		return nil, err
	}
	connection := &govmomi.Client{Client: client, SessionManager: session.NewManager(client)}
	return connection, connection.Login(ctx, url.UserPassword(s.user, s.password))
}

// authorities are all certificates in the files of a folder. What begins with a dot is the kubelet's own: folders in a mount.
func authorities(dir string) (*x509.CertPool, error) {
	files, err := filepath.Glob(filepath.Join(dir, "[^.]*"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		pool.AppendCertsFromPEM(text)
	}
	return pool, nil
}

// findVM looks in each datacenter for the instance UUID first, then for the BIOS's. What a search fails with is not said.
// Source: FindVM, there.
func findVM(ctx context.Context, connection *govmomi.Client, uuid string) (*object.VirtualMachine, error) {
	datacenters, err := find.NewFinder(connection.Client, true).DatacenterList(ctx, "*")
	if err != nil {
		return nil, err
	}
	index := object.NewSearchIndex(connection.Client)
	for _, isInstance := range []bool{true, false} {
		for _, datacenter := range datacenters {
			found, err := index.FindByUuid(ctx, datacenter, uuid, true, &isInstance)
			if err == nil && found != nil {
				fmt.Printf("VM %s found in datacenter %s: %s\n", uuid, datacenter.Name(), found.Reference().Value)
				return object.NewVirtualMachine(connection.Client, found.Reference()), nil
			}
		}
	}
	return nil, errors.New("unable to locate VM in any datacenter")
}
