package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

type services struct {
	identity   csi.IdentityServer
	controller csi.ControllerServer
	node       csi.NodeServer
}

// run serves until the context ends or a server fails.
func (s services) run(ctx context.Context, given settings) error {
	ended := make(chan error, 2)
	driver := grpc.NewServer(grpc.UnaryInterceptor(logged))
	csi.RegisterIdentityServer(driver, s.identity)
	csi.RegisterControllerServer(driver, s.controller)
	csi.RegisterNodeServer(driver, s.node)
	// What is at work ends first: half a mount is worse than a late end.
	defer driver.GracefulStop()
	if err := serveOn(given.endpoint, driver, ended); err != nil {
		return err
	}
	if given.registry != "" {
		registrar := grpc.NewServer(grpc.UnaryInterceptor(logged))
		registration.RegisterRegistrationServer(registrar, &registrationServer{
			name: given.name, endpoint: given.endpoint, failed: ended,
		})
		defer registrar.GracefulStop()
		// The kubelet asks whoever has a socket here what it is.
		if err := serveOn(filepath.Join(given.registry, given.name+"-reg.sock"), registrar, ended); err != nil {
			return err
		}
	}
	log.Printf("%s serves on %s", given.name, given.endpoint)
	select {
	case <-ctx.Done():
		return nil
	case err := <-ended:
		return err
	}
}

// serveOn listens on a socket; a socket that a killed driver left there is removed first.
func serveOn(socket string, server *grpc.Server, ended chan<- error) error {
	if err := os.MkdirAll(filepath.Dir(socket), 0o750); err != nil {
		return err
	}
	found, err := os.Lstat(socket)
	if err == nil && found.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%s: something else than a socket is there", socket)
	}
	if err == nil {
		if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	go func() { ended <- server.Serve(listener) }()
	return nil
}

// logged writes what failed, and makes an error of a panic: one bad request must not end the driver.
func logged(
	ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler,
) (answer any, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			log.Printf("%s: %v\n%s", info.FullMethod, panicked, debug.Stack())
			err = status.Errorf(codes.Internal, "the driver failed: %v", panicked)
		}
	}()
	answer, err = handler(ctx, request)
	if err != nil {
		log.Printf("%s: %q", info.FullMethod, err)
		// Every answer of the specification has a code; an error without one came from the machine.
		if _, coded := status.FromError(err); !coded {
			err = status.Error(codes.Internal, err.Error())
		}
	}
	return answer, err
}
