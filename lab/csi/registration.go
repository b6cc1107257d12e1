package main

import (
	"context"
	"fmt"
	"log"

	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

// registrationServer answers the kubelet, which finds its socket and asks what it is.
type registrationServer struct {
	registration.UnimplementedRegistrationServer
	name, endpoint string
	// failed ends the driver: with a kubelet that refuses it, it serves nobody.
	failed chan<- error
}

func (r *registrationServer) GetInfo(
	context.Context, *registration.InfoRequest,
) (*registration.PluginInfo, error) {
	return &registration.PluginInfo{
		Type: registration.CSIPlugin, Name: r.name, Endpoint: r.endpoint, SupportedVersions: []string{"1.0.0"},
	}, nil
}

func (r *registrationServer) NotifyRegistrationStatus(
	_ context.Context, told *registration.RegistrationStatus,
) (*registration.RegistrationStatusResponse, error) {
	if told.GetPluginRegistered() {
		log.Printf("the kubelet registered %s", r.name)
	} else {
		select {
		case r.failed <- fmt.Errorf("the kubelet refused %s: %q", r.name, told.GetError()):
		default:
		}
	}
	return &registration.RegistrationStatusResponse{}, nil
}
