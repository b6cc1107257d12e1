package main

import (
	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const fileSystem = "ext4"

// checkCapability says why a volume can't be used in a way, or nil. Also several nodes may have a Block volume, as arrays allow;
// a file system is for one node.
func checkCapability(asked *csi.VolumeCapability) error {
	if asked == nil {
		return status.Error(codes.InvalidArgument, "volume_capability is missing")
	}
	mode := asked.GetAccessMode().GetMode()
	switch mode {
	case csi.VolumeCapability_AccessMode_SINGLE_NODE_WRITER,
		csi.VolumeCapability_AccessMode_SINGLE_NODE_SINGLE_WRITER,
		csi.VolumeCapability_AccessMode_SINGLE_NODE_MULTI_WRITER,
		csi.VolumeCapability_AccessMode_SINGLE_NODE_READER_ONLY:
	case csi.VolumeCapability_AccessMode_MULTI_NODE_MULTI_WRITER:
		if asked.GetBlock() == nil {
			return status.Errorf(codes.InvalidArgument, "access mode %s: only Block volumes have it", mode)
		}
	default:
		return status.Errorf(codes.InvalidArgument, "access mode %s: this driver does not have it", mode)
	}
	if asked.GetBlock() == nil && asked.GetMount() == nil {
		return status.Error(codes.InvalidArgument, "volume_capability: neither block nor mount is there")
	}
	if kind := asked.GetMount().GetFsType(); kind != "" && kind != fileSystem {
		return status.Errorf(codes.InvalidArgument, "fs_type %.40q: must be %s", kind, fileSystem)
	}
	return nil
}

func checkCapabilities(asked []*csi.VolumeCapability) error {
	if len(asked) == 0 {
		return status.Error(codes.InvalidArgument, "volume_capabilities are missing")
	}
	for _, one := range asked {
		if err := checkCapability(one); err != nil {
			return err
		}
	}
	return nil
}
