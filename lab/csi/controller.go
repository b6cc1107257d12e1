package main

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

type controller struct {
	csi.UnimplementedControllerServer
	volumes *store
	locks   *volumeLocks
	loops   loops
}

func (c *controller) ControllerGetCapabilities(
	context.Context, *csi.ControllerGetCapabilitiesRequest,
) (*csi.ControllerGetCapabilitiesResponse, error) {
	var all []*csi.ControllerServiceCapability
	for _, kind := range []csi.ControllerServiceCapability_RPC_Type{
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_VOLUME,
		csi.ControllerServiceCapability_RPC_GET_CAPACITY,
		csi.ControllerServiceCapability_RPC_EXPAND_VOLUME,
		csi.ControllerServiceCapability_RPC_SINGLE_NODE_MULTI_WRITER,
	} {
		all = append(all, &csi.ControllerServiceCapability{Type: &csi.ControllerServiceCapability_Rpc{
			Rpc: &csi.ControllerServiceCapability_RPC{Type: kind},
		}})
	}
	return &csi.ControllerGetCapabilitiesResponse{Capabilities: all}, nil
}

func (c *controller) CreateVolume(
	_ context.Context, asked *csi.CreateVolumeRequest,
) (*csi.CreateVolumeResponse, error) {
	size, parameters, err := checkNewVolume(asked)
	if err != nil {
		return nil, err
	}
	id := idOf(asked.GetName())
	letGo, err := c.locks.take(id)
	if err != nil {
		return nil, err
	}
	defer letGo()
	found, err := c.volumes.find(id)
	if err == nil {
		return c.described(found, c.differenceOf(found, asked, parameters))
	}
	if !errors.Is(err, errMissing) {
		return nil, err
	}
	if parameters.full {
		return nil, status.Error(codes.ResourceExhausted, errFull.Error())
	}
	kept := record{Name: asked.GetName()}
	if parameters.zonal {
		if kept.Zone, err = c.volumes.chooseZone(asked.GetAccessibilityRequirements()); err != nil {
			return nil, err
		}
	}
	return c.described(c.volumes.create(size, kept))
}

// checkNewVolume checks everything that a request says by itself, before anything is made.
func checkNewVolume(asked *csi.CreateVolumeRequest) (int64, classParameters, error) {
	if err := checkName(asked.GetName()); err != nil {
		return 0, classParameters{}, err
	}
	if err := checkCapabilities(asked.GetVolumeCapabilities()); err != nil {
		return 0, classParameters{}, err
	}
	if asked.GetVolumeContentSource() != nil {
		return 0, classParameters{}, status.Error(codes.InvalidArgument,
			"volume_content_source: this driver has neither snapshots nor clones")
	}
	if len(asked.GetMutableParameters()) > 0 {
		return 0, classParameters{}, status.Error(codes.InvalidArgument,
			"mutable_parameters: this driver has none")
	}
	parameters, err := readParameters(asked.GetParameters())
	if err != nil {
		return 0, parameters, err
	}
	size, err := sizeIn(asked.GetCapacityRange())
	return size, parameters, err
}

// longestName is the specification's limit for a string field, in bytes.
const longestName = 128

func checkName(name string) error {
	if name == "" || len(name) > longestName || strings.ContainsFunc(name, unicode.IsControl) {
		return status.Errorf(codes.InvalidArgument,
			"name %.140q: must have 1 to %d bytes and no control characters", name, longestName)
	}
	return nil
}

// differenceOf says how a request that comes again asks for something else than the volume that it made.
func (c *controller) differenceOf(
	found volume, asked *csi.CreateVolumeRequest, parameters classParameters,
) error {
	var differs string
	switch {
	case found.Name != asked.GetName():
		differs = "it was made for another name"
	case !satisfies(found.size, asked.GetCapacityRange()):
		differs = "it has another size"
	case parameters.zonal != (found.Zone != ""):
		differs = "parameter zonal differs"
	case !c.volumes.isReachable(found, asked.GetAccessibilityRequirements()):
		differs = "it is in zone " + found.Zone
	default:
		return nil
	}
	return status.Errorf(codes.AlreadyExists, "volume %s is there, but %s", found.id, differs)
}

func (c *controller) described(made volume, err error) (*csi.CreateVolumeResponse, error) {
	if err != nil {
		return nil, coded(err)
	}
	return &csi.CreateVolumeResponse{Volume: &csi.Volume{
		VolumeId: made.id, CapacityBytes: made.size, AccessibleTopology: c.volumes.reachOf(made),
	}}, nil
}

// coded gives the store's errors the specification's codes.
func coded(err error) error {
	if errors.Is(err, errFull) {
		return status.Error(codes.ResourceExhausted, err.Error())
	}
	return err
}

func (c *controller) DeleteVolume(
	_ context.Context, asked *csi.DeleteVolumeRequest,
) (*csi.DeleteVolumeResponse, error) {
	id := asked.GetVolumeId()
	if err := checkID(id); err != nil {
		return nil, err
	}
	if !ownID.MatchString(id) {
		return &csi.DeleteVolumeResponse{}, nil
	}
	letGo, err := c.locks.take(id)
	if err != nil {
		return nil, err
	}
	defer letGo()
	if err := c.checkUnused(id); err != nil {
		return nil, err
	}
	return &csi.DeleteVolumeResponse{}, c.volumes.remove(id)
}

func (c *controller) checkUnused(id string) error {
	device, err := c.loops.find(id)
	if err == nil && device != nil {
		err = status.Errorf(codes.FailedPrecondition, "volume %s is in use: its node must unstage it first", id)
	}
	return err
}

func (c *controller) ValidateVolumeCapabilities(
	_ context.Context, asked *csi.ValidateVolumeCapabilitiesRequest,
) (*csi.ValidateVolumeCapabilitiesResponse, error) {
	if _, err := c.existing(asked.GetVolumeId()); err != nil {
		return nil, err
	}
	if len(asked.GetVolumeCapabilities()) == 0 {
		return nil, status.Error(codes.InvalidArgument, "volume_capabilities are missing")
	}
	if err := checkCapabilities(asked.GetVolumeCapabilities()); err != nil {
		return &csi.ValidateVolumeCapabilitiesResponse{Message: status.Convert(err).Message()}, nil
	}
	return &csi.ValidateVolumeCapabilitiesResponse{
		Confirmed: &csi.ValidateVolumeCapabilitiesResponse_Confirmed{
			VolumeCapabilities: asked.GetVolumeCapabilities(),
		},
	}, nil
}

func (c *controller) existing(id string) (volume, error) { return existing(c.volumes, id) }

func existing(volumes *store, id string) (volume, error) {
	if err := checkID(id); err != nil {
		return volume{}, err
	}
	found, err := volumes.find(id)
	if errors.Is(err, errMissing) {
		return found, noSuchVolume(id)
	}
	return found, err
}

func (c *controller) GetCapacity(
	_ context.Context, asked *csi.GetCapacityRequest,
) (*csi.GetCapacityResponse, error) {
	if len(asked.GetVolumeCapabilities()) > 0 && checkCapabilities(asked.GetVolumeCapabilities()) != nil {
		return &csi.GetCapacityResponse{}, nil
	}
	parameters, err := readParameters(asked.GetParameters())
	if err != nil {
		return nil, err
	}
	zone, isZonal := asked.GetAccessibleTopology().GetSegments()[c.volumes.zoneKey]
	if parameters.full || (isZonal && !c.volumes.hasZone(zone)) {
		return &csi.GetCapacityResponse{}, nil
	}
	left, err := c.volumes.available()
	if err != nil {
		return nil, err
	}
	return &csi.GetCapacityResponse{
		AvailableCapacity: left,
		MaximumVolumeSize: wrapperspb.Int64(largestSize),
		MinimumVolumeSize: wrapperspb.Int64(extent),
	}, nil
}

func (c *controller) ControllerExpandVolume(
	_ context.Context, asked *csi.ControllerExpandVolumeRequest,
) (*csi.ControllerExpandVolumeResponse, error) {
	id := asked.GetVolumeId()
	if err := checkID(id); err != nil {
		return nil, err
	}
	if asked.GetCapacityRange() == nil {
		return nil, status.Error(codes.InvalidArgument, "capacity_range is missing")
	}
	size, err := sizeIn(asked.GetCapacityRange())
	if err != nil {
		return nil, err
	}
	letGo, err := c.locks.take(id)
	if err != nil {
		return nil, err
	}
	defer letGo()
	found, err := c.existing(id)
	if err != nil {
		return nil, err
	}
	if limit := asked.GetCapacityRange().GetLimitBytes(); limit > 0 && found.size > limit {
		return nil, status.Errorf(codes.OutOfRange,
			"volume %s has %d bytes, which is more than limit_bytes %d", id, found.size, limit)
	}
	if size > found.size {
		if err := c.checkUnused(id); err != nil {
			return nil, err
		}
		if err := c.volumes.grow(found, size); err != nil {
			return nil, coded(err)
		}
	}
	// No node has anything to do: the next one that stages the volume finds the new size.
	return &csi.ControllerExpandVolumeResponse{CapacityBytes: max(size, found.size)}, nil
}
