package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/distribution/distribution/v3/configuration"
	"github.com/distribution/distribution/v3/registry/auth/token"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	issuer       = "the lab's token service"
	service      = "the lab's registry"
	keyID        = "lab"
	tokenSeconds = 300
)

// A token service signs what a user may do. Every user may do everything; who gives no name may do nothing.
type tokenService struct {
	users  map[string]string
	signer jose.Signer
}

// startTokenService serves tokens at a port of its own, and tells the registry to trust them.
func startTokenService(given settings) (configuration.Auth, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: keyID}}, nil)
	if err != nil {
		return nil, err
	}
	trusted := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: keyID}}}
	bytes, err := json.Marshal(trusted)
	if err != nil {
		return nil, err
	}
	jwks := filepath.Join(given.state, "jwks.json")
	if err := os.WriteFile(jwks, bytes, 0o600); err != nil {
		return nil, err
	}
	realm, err := serveTokens(given, &tokenService{given.users, signer})
	return configuration.Auth{"token": {"realm": realm, "service": service, "issuer": issuer, "jwks": jwks}}, err
}

func serveTokens(given settings, tokens http.Handler) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	// By name: well-kept clients take a token service at a bare loopback address for an attack.
	place := fmt.Sprintf("localhost:%d/token", listener.Addr().(*net.TCPAddr).Port)
	if !given.tls {
		go http.Serve(listener, tokens)
		return "http://" + place, nil
	}
	go http.ServeTLS(listener, tokens, filepath.Join(given.state, "tls.crt"), filepath.Join(given.state, "tls.key"))
	return "https://" + place, nil
}

// Answers GET with the user as basic authentication, and POST with an OAuth2 password grant.
func (s *tokenService) ServeHTTP(to http.ResponseWriter, request *http.Request) {
	request.ParseForm()
	name, password, named := request.BasicAuth()
	if request.Method == http.MethodPost {
		name, password = request.PostFormValue("username"), request.PostFormValue("password")
		named = true
	}
	if known, ok := s.users[name]; named && (!ok || known != password) {
		http.Error(to, `{"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password"}]}`, http.StatusUnauthorized)
		return
	}
	access := []*token.ResourceActions{}
	if named {
		access = asked(request)
	}
	signed, err := s.sign(name, access)
	if err != nil {
		http.Error(to, err.Error(), http.StatusInternalServerError)
		return
	}
	to.Header().Set("Content-Type", "application/json")
	json.NewEncoder(to).Encode(map[string]any{"token": signed, "access_token": signed, "expires_in": tokenSeconds})
}

// asked reads scopes of the form repository:name:pull,push.
func asked(request *http.Request) []*token.ResourceActions {
	access := []*token.ResourceActions{}
	for _, scope := range strings.Fields(strings.Join(request.Form["scope"], " ")) {
		if parts := strings.Split(scope, ":"); len(parts) == 3 {
			access = append(access, &token.ResourceActions{Type: parts[0], Name: parts[1], Actions: strings.Split(parts[2], ",")})
		}
	}
	return access
}

func (s *tokenService) sign(user string, access []*token.ResourceActions) (string, error) {
	now := time.Now()
	return jwt.Signed(s.signer).Claims(token.ClaimSet{
		Issuer:     issuer,
		Subject:    user,
		Audience:   []string{service},
		Expiration: now.Unix() + tokenSeconds,
		NotBefore:  now.Unix(),
		IssuedAt:   now.Unix(),
		Access:     access,
	}).Serialize()
}
