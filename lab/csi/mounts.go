package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"k8s.io/mount-utils"
	"k8s.io/utils/exec"
)

// Of Kubernetes' own library, as most drivers have it: it knows when a device is empty, checks a file system before it
// mounts it, and refuses to make one over something that it doesn't know.
var mounter = &mount.SafeFormatAndMount{Interface: mount.NewWithoutSystemd(""), Exec: exec.New()}

// mountFileSystem does nothing where the device is mounted there.
func mountFileSystem(device loop, path string, flags []string) error {
	if mounted, err := isMountedAt(device, path); err != nil || mounted {
		return err
	}
	if err := os.MkdirAll(path, 0o750); err != nil {
		return err
	}
	if err := growFileSystem(device); err != nil {
		return err
	}
	return mounter.FormatAndMount(device.path, path, fileSystem, flags)
}

// isMountedAt says whether the path is in the device's file system.
func isMountedAt(device loop, path string) (bool, error) {
	var stat unix.Stat_t
	err := unix.Stat(path, &stat)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && uint64(stat.Dev) == device.number, err
}

// isShownAt says whether the path shows the device: its file system, or its node.
func isShownAt(device loop, path string) (bool, error) {
	if mounted, err := isMountedAt(device, path); err != nil || mounted {
		return mounted, err
	}
	number, err := deviceNumber(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return number == device.number, err
}

// showFiles mounts a staged file system once more, where a Pod will look.
func showFiles(device loop, staging, target string, readOnly bool) error {
	if mounted, err := isMountedAt(device, target); err != nil {
		return err
	} else if mounted {
		return sameAccess(target, readOnly)
	}
	if err := os.MkdirAll(target, 0o750); err != nil {
		return err
	}
	return bind(staging, target, readOnly)
}

// showDevice mounts the device's node over a file, as the interface has it for Block volumes. That the Pod only reads is
// up to the kubelet: it tells the runtime what the container may do with the device.
func showDevice(device loop, target string, readOnly bool) error {
	if shown, err := isShownAt(device, target); err != nil {
		return err
	} else if shown {
		return sameAccess(target, readOnly)
	}
	file, err := os.OpenFile(target, os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return bind(device.path, target, readOnly)
}

func bind(source, target string, readOnly bool) error {
	options := []string{"bind"}
	if readOnly {
		options = append(options, "ro")
	}
	return mounter.Mount(source, target, "", options)
}

// sameAccess refuses a request that comes again and now asks for something else.
func sameAccess(target string, readOnly bool) error {
	var about unix.Statfs_t
	if err := unix.Statfs(target, &about); err != nil {
		return err
	}
	if is := about.Flags&unix.ST_RDONLY != 0; is != readOnly {
		return status.Errorf(codes.AlreadyExists, "the volume is at %s with readonly %t", target, is)
	}
	return nil
}

// unmount takes away every mount at a path. A path that is no mount, or isn't there, is as it should be.
func unmount(path string) error {
	for {
		mounted, err := mounter.IsMountPoint(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !mounted {
			return err
		}
		if err := mounter.Unmount(path); err != nil {
			return err
		}
	}
}

// growFileSystem lets a file system that isn't mounted have all of its device. Growing one that is mounted needs a right that not
// every root has (CAP_SYS_RESOURCE), so the driver grows volumes only while no node has them.
func growFileSystem(device loop) error {
	format, err := mounter.GetDiskFormat(device.path)
	if err != nil || format != fileSystem {
		return err
	}
	resizer := mount.NewResizeFs(mounter.Exec)
	needed, err := resizer.NeedResize(device.path, device.path)
	if err != nil || !needed {
		return err
	}
	// The tool that resizes wants proof that the file system is whole.
	if output, err := mounter.Exec.Command("e2fsck", "-f", "-p", device.path).CombinedOutput(); err != nil {
		return fmt.Errorf("e2fsck %s: %w: %s", device.path, err, output)
	}
	_, err = resizer.Resize(device.path, device.path)
	return err
}

func usageOf(device loop, path string) ([]*csi.VolumeUsage, error) {
	if mounted, err := isMountedAt(device, path); err != nil {
		return nil, err
	} else if !mounted {
		return deviceUsage(device)
	}
	var about unix.Statfs_t
	if err := unix.Statfs(path, &about); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	block := about.Frsize
	return []*csi.VolumeUsage{{
		Unit:  csi.VolumeUsage_BYTES,
		Total: int64(about.Blocks) * block, Available: int64(about.Bavail) * block,
		Used: int64(about.Blocks-about.Bfree) * block,
	}, {
		Unit:  csi.VolumeUsage_INODES,
		Total: int64(about.Files), Available: int64(about.Ffree), Used: int64(about.Files - about.Ffree),
	}}, nil
}

// deviceUsage has only the size: nobody knows what of a device is in use.
func deviceUsage(device loop) ([]*csi.VolumeUsage, error) {
	file, err := os.Open(device.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	size, err := file.Seek(0, 2)
	return []*csi.VolumeUsage{{Unit: csi.VolumeUsage_BYTES, Total: size}}, err
}
