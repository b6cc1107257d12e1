package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// An authority signs the certificates of the simulated vCenter and of its hosts.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	// file holds the authority's own certificate, for clients that verify by CA.
	file string
	// host is where servers listen; nil where that is no IP address.
	host net.IP
	// dir keeps every certificate with its key: a vCenter that starts again shows those that it had.
	dir string
}

// openAuthority finds the authority of this folder, or makes it. Its certificates also name the host of this address.
func openAuthority(dir, address string) (*authority, error) {
	a := &authority{file: filepath.Join(dir, "ca.crt"), dir: filepath.Join(dir, "certificates")}
	if host, _, err := net.SplitHostPort(address); err == nil {
		a.host = net.ParseIP(host)
	}
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		return nil, err
	}
	pair, err := a.keep("authority", newAuthority)
	if err != nil {
		return nil, err
	}
	a.key = pair.PrivateKey.(*ecdsa.PrivateKey)
	if a.certificate, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
		return nil, err
	}
	return a, os.WriteFile(a.file, encodeCertificate(pair.Certificate[0]), 0o644)
}

// keep returns the certificate of that name that the folder has, or else what makes it gives, which it then has.
func (a *authority) keep(name string, makes func() (*tls.Certificate, error)) (*tls.Certificate, error) {
	file := filepath.Join(a.dir, name+".pem")
	if kept, err := tls.LoadX509KeyPair(file, file); err == nil {
		return &kept, nil
	} else if !os.IsNotExist(err) {
		return nil, err
	}
	pair, err := makes()
	if err != nil {
		return nil, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	for _, der := range pair.Certificate {
		text = append(text, encodeCertificate(der)...)
	}
	return pair, os.WriteFile(file, text, 0o600)
}

func newAuthority() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := certificateTemplate("Drover lab authority")
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// issue finds or makes a server certificate for this machine's loopback, the authority's host and the given name.
func (a *authority) issue(name string) (*tls.Certificate, error) {
	return a.keep("of "+name, func() (*tls.Certificate, error) { return a.newServer(name) })
}

func (a *authority) newServer(name string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := certificateTemplate(name)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	template.DNSNames = []string{"localhost", name}
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	if a.host != nil {
		template.IPAddresses = append(template.IPAddresses, a.host)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.certificate.Raw}, PrivateKey: key}, nil
}

func certificateTemplate(name string) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
	}
}

func encodeCertificate(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// thumbprint is SHA-1 in colon form and upper case, as vSphere writes it.
func thumbprint(der []byte) string {
	parts := make([]string, 0, sha1.Size)
	for _, octet := range sha1.Sum(der) {
		parts = append(parts, fmt.Sprintf("%02X", octet))
	}
	return strings.Join(parts, ":")
}
