package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

// impatience is for a driver that is just starting.
var impatience = grpc.ConnectParams{
	Backoff:           backoff.Config{BaseDelay: 20 * time.Millisecond, Multiplier: 1.5, MaxDelay: time.Second},
	MinConnectTimeout: time.Second,
}

// call sends one request of any service that the driver has. An error begins with its code, as `NotFound: …`.
func call(args []string, from io.Reader, to io.Writer) error {
	if len(args) != 2 {
		return errors.New("csi call: needs SOCKET and METHOD")
	}
	method := methodNamed(args[1])
	if method == nil {
		return fmt.Errorf("csi call: %q is no method of the driver", args[1])
	}
	request, err := newMessage(method.Input())
	if err != nil {
		return err
	}
	answer, err := newMessage(method.Output())
	if err != nil {
		return err
	}
	text, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	if err := protojson.Unmarshal(text, request); err != nil {
		return err
	}
	server, err := grpc.NewClient("unix://"+args[0],
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithConnectParams(impatience))
	if err != nil {
		return err
	}
	defer server.Close()
	path := fmt.Sprintf("/%s/%s", method.Parent().FullName(), method.Name())
	// Right after its start a driver may not listen yet.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := server.Invoke(ctx, path, request, answer, grpc.WaitForReady(true)); err != nil {
		return fmt.Errorf("%s: %s", status.Code(err), status.Convert(err).Message())
	}
	text, err = protojson.Marshal(answer)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(to, string(text))
	return err
}

func methodNamed(name string) protoreflect.MethodDescriptor {
	for _, file := range []protoreflect.FileDescriptor{csi.File_csi_proto, registration.File_staging_src_k8s_io_kubelet_pkg_apis_pluginregistration_v1_api_proto} {
		for at := range file.Services().Len() {
			method := file.Services().Get(at).Methods().ByName(protoreflect.Name(name))
			if method != nil {
				return method
			}
		}
	}
	return nil
}

func newMessage(described protoreflect.MessageDescriptor) (proto.Message, error) {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(described.FullName())
	if err != nil {
		return nil, err
	}
	return kind.New().Interface(), nil
}
