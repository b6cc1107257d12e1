package main

import (
	"context"
	"crypto/sha1"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// source is a disk's content: in one of vCenter's datastores, as the server's file access offers it, which stands for what
// VDDK reads from a host; or an image of a web server.
type source struct {
	size    int64
	content io.ReadCloser
}

// openContent's errors name no secret.
func openContent(s settings) (*source, error) {
	address, err := fileURL(s)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, err
	}
	request.SetBasicAuth(s.user, s.password)
	// The transport itself, not a client: the login must not follow a redirection.
	transport := &http.Transport{
		DialTLSContext: func(ctx context.Context, network, host string) (net.Conn, error) {
			return dialVerified(ctx, network, host, s.thumbprint)
		},
		DisableCompression: true,
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode == http.StatusOK && response.ContentLength >= 0 {
		return &source{size: response.ContentLength, content: response.Body}, nil
	}
	response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
		return nil, fmt.Errorf("vCenter %s did not say how large %s is", address.Host, s.backingFile)
	case http.StatusUnauthorized:
		return nil, fmt.Errorf("vCenter %s refused the login", address.Host)
	default:
		return nil, fmt.Errorf("vCenter %s answered %d for %s", address.Host, response.StatusCode, s.backingFile)
	}
}

var diskPath = regexp.MustCompile(`^\[(.+?)\] (.+)\.vmdk$`)

// fileURL knows that `[ds] vm/disk.vmdk` describes a disk, and that its bytes lie in `vm/disk-flat.vmdk`.
func fileURL(s settings) (*url.URL, error) {
	match := diskPath.FindStringSubmatch(s.backingFile)
	if match == nil {
		return nil, fmt.Errorf("%s is not a disk's path", s.backingFile)
	}
	endpoint, err := url.Parse(s.endpoint)
	if err != nil {
		return nil, err
	}
	query := url.Values{"dsName": {match[1]}}
	return &url.URL{
		Scheme:   "https",
		Host:     endpoint.Host,
		Path:     "/folder/" + match[2] + "-flat.vmdk",
		RawQuery: query.Encode(),
	}, nil
}

// dialVerified makes a connection only to the server whose certificate has the thumbprint. The thumbprint alone
// decides, as with VDDK: no authority is asked.
func dialVerified(ctx context.Context, network, host, thumbprint string) (net.Conn, error) {
	verify := func(state tls.ConnectionState) error {
		shown := fingerprint(state.PeerCertificates[0].Raw)
		if shown != strings.ToUpper(thumbprint) {
			return fmt.Errorf("vCenter %s shows a certificate of thumbprint %s, not %s", host, shown, thumbprint)
		}
		return nil
	}
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, VerifyConnection: verify}}
	return dialer.DialContext(ctx, network, host)
}

func fingerprint(certificate []byte) string {
	parts := make([]string, 0, sha1.Size)
	for _, octet := range sha1.Sum(certificate) {
		parts = append(parts, fmt.Sprintf("%02X", octet))
	}
	return strings.Join(parts, ":")
}
