package main

import (
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// classParameters are what a StorageClass says to the driver.
type classParameters struct {
	// A volume can be used in one zone only.
	zonal bool
	// The array never has room.
	full bool
}

// What external-provisioner adds begins so, and is for drivers that want it.
const provisionersOwn = "csi.storage.k8s.io/"

func readParameters(given map[string]string) (classParameters, error) {
	var read classParameters
	known := map[string]*bool{"zonal": &read.zonal, "full": &read.full}
	for name, value := range given {
		if strings.HasPrefix(name, provisionersOwn) {
			continue
		}
		field, isKnown := known[name]
		if !isKnown {
			return read, status.Errorf(codes.InvalidArgument, "parameter %.60q: unknown; must be zonal or full", name)
		}
		if value != "true" && value != "false" {
			return read, status.Errorf(codes.InvalidArgument, "parameter %s: %.60q; must be true or false", name, value)
		}
		*field = value == "true"
	}
	return read, nil
}
