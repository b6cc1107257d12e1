package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

type node struct {
	csi.UnimplementedNodeServer
	name, zone string
	// The driver mounts nothing outside of the kubelet's folder.
	kubeletDir string
	volumes    *store
	locks      *volumeLocks
	loops      loops
}

// mostVolumes is how many volumes the scheduler may put on a node.
const mostVolumes = 200

func (n *node) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	return &csi.NodeGetInfoResponse{
		NodeId: n.name, MaxVolumesPerNode: mostVolumes, AccessibleTopology: n.volumes.inZone(n.zone),
	}, nil
}

func (n *node) NodeGetCapabilities(
	context.Context, *csi.NodeGetCapabilitiesRequest,
) (*csi.NodeGetCapabilitiesResponse, error) {
	var all []*csi.NodeServiceCapability
	for _, kind := range []csi.NodeServiceCapability_RPC_Type{
		csi.NodeServiceCapability_RPC_STAGE_UNSTAGE_VOLUME,
		csi.NodeServiceCapability_RPC_GET_VOLUME_STATS,
		csi.NodeServiceCapability_RPC_SINGLE_NODE_MULTI_WRITER,
	} {
		all = append(all, &csi.NodeServiceCapability{Type: &csi.NodeServiceCapability_Rpc{
			Rpc: &csi.NodeServiceCapability_RPC{Type: kind},
		}})
	}
	return &csi.NodeGetCapabilitiesResponse{Capabilities: all}, nil
}

// NodeStageVolume gives the volume its device; a file system is also mounted, and made first where the volume is empty.
func (n *node) NodeStageVolume(
	_ context.Context, asked *csi.NodeStageVolumeRequest,
) (*csi.NodeStageVolumeResponse, error) {
	staging := asked.GetStagingTargetPath()
	letGo, err := n.begin(asked.GetVolumeId(), kubeletPath{"staging_target_path", staging})
	if err != nil {
		return nil, err
	}
	defer letGo()
	if err := checkCapability(asked.GetVolumeCapability()); err != nil {
		return nil, err
	}
	found, err := existing(n.volumes, asked.GetVolumeId())
	if err != nil {
		return nil, err
	}
	if found.Zone != "" && found.Zone != n.zone {
		return nil, status.Errorf(codes.FailedPrecondition,
			"volume %s is in zone %s, node %s is in zone %s", found.id, found.Zone, n.name, n.zone)
	}
	device, err := n.deviceFor(found.id)
	if err != nil || asked.GetVolumeCapability().GetBlock() != nil {
		return &csi.NodeStageVolumeResponse{}, err
	}
	flags := asked.GetVolumeCapability().GetMount().GetMountFlags()
	return &csi.NodeStageVolumeResponse{}, mountFileSystem(*device, staging, flags)
}

// deviceFor attaches the volume, where it has no device yet.
func (n *node) deviceFor(id string) (*loop, error) {
	device, err := n.loops.find(id)
	if err != nil {
		return nil, err
	}
	if device != nil {
		if err := device.keep(); !errors.Is(err, unix.ENXIO) {
			return device, err
		}
	}
	return n.loops.attach(id, n.volumes.disk(id))
}

func (n *node) NodeUnstageVolume(
	_ context.Context, asked *csi.NodeUnstageVolumeRequest,
) (*csi.NodeUnstageVolumeResponse, error) {
	staging := asked.GetStagingTargetPath()
	letGo, err := n.begin(asked.GetVolumeId(), kubeletPath{"staging_target_path", staging})
	if err != nil {
		return nil, err
	}
	defer letGo()
	if err := unmount(staging); err != nil {
		return nil, err
	}
	device, err := n.loops.find(asked.GetVolumeId())
	if err == nil && device != nil {
		err = device.detach()
	}
	return &csi.NodeUnstageVolumeResponse{}, err
}

// NodePublishVolume shows a staged volume to one Pod.
func (n *node) NodePublishVolume(
	_ context.Context, asked *csi.NodePublishVolumeRequest,
) (*csi.NodePublishVolumeResponse, error) {
	staging, target := asked.GetStagingTargetPath(), asked.GetTargetPath()
	letGo, err := n.begin(asked.GetVolumeId(),
		kubeletPath{"target_path", target}, kubeletPath{"staging_target_path", staging})
	if err != nil {
		return nil, err
	}
	defer letGo()
	if err := checkCapability(asked.GetVolumeCapability()); err != nil {
		return nil, err
	}
	device, err := n.staged(asked.GetVolumeId())
	if err != nil {
		return nil, err
	}
	if asked.GetVolumeCapability().GetBlock() != nil {
		return &csi.NodePublishVolumeResponse{}, showDevice(*device, target, asked.GetReadonly())
	}
	if mounted, err := isMountedAt(*device, staging); err != nil {
		return nil, err
	} else if !mounted {
		return nil, notStaged(asked.GetVolumeId())
	}
	return &csi.NodePublishVolumeResponse{}, showFiles(*device, staging, target, asked.GetReadonly())
}

func (n *node) NodeUnpublishVolume(
	_ context.Context, asked *csi.NodeUnpublishVolumeRequest,
) (*csi.NodeUnpublishVolumeResponse, error) {
	target := asked.GetTargetPath()
	letGo, err := n.begin(asked.GetVolumeId(), kubeletPath{"target_path", target})
	if err != nil {
		return nil, err
	}
	defer letGo()
	if err := unmount(target); err != nil {
		return nil, err
	}
	// The specification has the driver remove what it made for the Pod.
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return &csi.NodeUnpublishVolumeResponse{}, nil
}

func (n *node) NodeGetVolumeStats(
	_ context.Context, asked *csi.NodeGetVolumeStatsRequest,
) (*csi.NodeGetVolumeStatsResponse, error) {
	device, err := n.shown(asked.GetVolumeId(), asked.GetVolumePath())
	if err != nil {
		return nil, err
	}
	usage, err := usageOf(*device, asked.GetVolumePath())
	return &csi.NodeGetVolumeStatsResponse{Usage: usage}, err
}

// kubeletPath is a path in a request, with the name of its field.
type kubeletPath struct{ field, path string }

// begin checks what every request for a volume says, and keeps other requests from the volume.
func (n *node) begin(id string, paths ...kubeletPath) (func(), error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	for _, one := range paths {
		if err := n.checkPath(one); err != nil {
			return nil, err
		}
	}
	return n.locks.take(id)
}

// checkPath also resolves links of the folder: a path must not lead elsewhere by them.
func (n *node) checkPath(given kubeletPath) error {
	if given.path == "" {
		return status.Errorf(codes.InvalidArgument, "%s is missing", given.field)
	}
	if n.isWithin(filepath.Clean(given.path)) && filepath.Clean(given.path) == given.path {
		resolved, err := filepath.EvalSymlinks(filepath.Dir(given.path))
		if errors.Is(err, fs.ErrNotExist) || (err == nil && n.isWithin(filepath.Join(resolved, "x"))) {
			return nil
		}
	}
	return status.Errorf(codes.InvalidArgument, "%s %.140q: must be an absolute path within %s", given.field, given.path, n.kubeletDir)
}

func (n *node) isWithin(path string) bool {
	return strings.HasPrefix(path, strings.TrimSuffix(n.kubeletDir, "/")+"/")
}

func (n *node) staged(id string) (*loop, error) {
	if _, err := existing(n.volumes, id); err != nil {
		return nil, err
	}
	device, err := n.loops.find(id)
	if err == nil && device == nil {
		err = notStaged(id)
	}
	return device, err
}

func notStaged(id string) error {
	return status.Errorf(codes.FailedPrecondition, "volume %s is not staged on this node", id)
}

// shown finds the device of a volume that a path shows.
func (n *node) shown(id, path string) (*loop, error) {
	if path == "" {
		return nil, status.Error(codes.InvalidArgument, "volume_path is missing")
	}
	if _, err := existing(n.volumes, id); err != nil {
		return nil, err
	}
	notThere := status.Errorf(codes.NotFound, "volume %s is not at %.140q", id, path)
	if n.checkPath(kubeletPath{"volume_path", path}) != nil {
		return nil, notThere
	}
	device, err := n.loops.find(id)
	if err != nil {
		return nil, err
	}
	if device == nil {
		return nil, notThere
	}
	is, err := isShownAt(*device, path)
	if err == nil && !is {
		err = notThere
	}
	return device, err
}
