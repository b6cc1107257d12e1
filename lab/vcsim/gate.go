package main

import (
	"crypto/subtle"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/soap"
)

// expirePath, posted to with the login, ends every session: what a vCenter does after half an hour of silence.
const expirePath = "/lab/expire-sessions"

// busyPath, posted to with the login and `?seconds=5`, has everything else answered with 503 for so long: what a vCenter
// does whose services restart.
const busyPath = "/lab/busy"

const sessionProbe = `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>` +
	`<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime></Body></Envelope>`

// A gate lets nobody read a datastore's files without a login, which the simulator would, and can expire sessions and be busy.
type gate struct {
	next http.Handler
	user *url.Userinfo

	mutex   sync.Mutex
	seen    map[string]bool
	expired map[string]bool
	busy    time.Time
}

func newGate(next http.Handler, user *url.Userinfo) *gate {
	return &gate{next: next, user: user, seen: map[string]bool{}, expired: map[string]bool{}}
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.watchSession(r)
	switch {
	case strings.HasPrefix(r.URL.Path, "/lab/"):
		if r.Method != http.MethodPost || !g.knows(r) {
			refuse(w)
			return
		}
		g.play(w, r)
	case g.isBusy():
		w.WriteHeader(http.StatusServiceUnavailable)
	case strings.HasPrefix(r.URL.Path, "/folder") && !g.knows(r) && !g.inSession(r):
		refuse(w)
	default:
		g.next.ServeHTTP(w, r)
	}
}

// play does what a test asks of the vCenter.
func (g *gate) play(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.ParseFloat(r.URL.Query().Get("seconds"), 64)
	switch {
	case r.URL.Path == expirePath:
		g.expire()
	case r.URL.Path == busyPath && err == nil && seconds >= 0:
		g.beBusy(time.Duration(seconds * float64(time.Second)))
	default:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
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

func (g *gate) beBusy(duration time.Duration) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.busy = time.Now().Add(duration)
}

func (g *gate) isBusy() bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return time.Now().Before(g.busy)
}
