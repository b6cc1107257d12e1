package main

import (
	"crypto/subtle"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"

	"github.com/vmware/govmomi/vim25/soap"
)

// expirePath, posted to with the login, ends every session: what a vCenter does after half an hour of silence.
const expirePath = "/lab/expire-sessions"

const sessionProbe = `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>` +
	`<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime></Body></Envelope>`

// A gate lets nobody read a datastore's files without a login, which the simulator would, and can expire sessions.
type gate struct {
	next http.Handler
	user *url.Userinfo

	mutex   sync.Mutex
	seen    map[string]bool
	expired map[string]bool
}

func newGate(next http.Handler, user *url.Userinfo) *gate {
	return &gate{next: next, user: user, seen: map[string]bool{}, expired: map[string]bool{}}
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.watchSession(r)
	switch {
	case r.URL.Path == expirePath:
		if r.Method != http.MethodPost || !g.knows(r) {
			refuse(w)
			return
		}
		g.expire()
		w.WriteHeader(http.StatusNoContent)
	case strings.HasPrefix(r.URL.Path, "/folder") && !g.knows(r) && !g.inSession(r):
		refuse(w)
	default:
		g.next.ServeHTTP(w, r)
	}
}

func refuse(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Basic realm="vCenter"`)
	w.WriteHeader(http.StatusUnauthorized)
}

func (g *gate) knows(r *http.Request) bool {
	user, password, _ := r.BasicAuth()
	expected, _ := g.user.Password()
	return subtle.ConstantTimeCompare([]byte(user+"\x00"+password), []byte(g.user.Username()+"\x00"+expected)) == 1
}

// inSession asks the simulator itself whether the request's cookie belongs to a login.
func (g *gate) inSession(r *http.Request) bool {
	cookie, err := r.Cookie(soap.SessionCookieName)
	if err != nil {
		return false
	}
	probe := httptest.NewRequest(http.MethodPost, "/sdk", strings.NewReader(sessionProbe))
	probe.AddCookie(cookie)
	answer := httptest.NewRecorder()
	g.next.ServeHTTP(answer, probe)
	return answer.Code == http.StatusOK
}

// watchSession remembers the session of a request, or takes it away where it has expired.
func (g *gate) watchSession(r *http.Request) {
	cookie, err := r.Cookie(soap.SessionCookieName)
	if err != nil {
		return
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.expired[cookie.Value] {
		r.Header.Del("Cookie")
		return
	}
	g.seen[cookie.Value] = true
}

func (g *gate) expire() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	for session := range g.seen {
		g.expired[session] = true
	}
}
