package main

import (
	"errors"
	"log"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
	"k8s.io/mount-utils"
)

// release takes away all devices of a folder's volumes. Nobody may use them any more. What killed labs have left, whose folders
// are gone, goes with them.
func release(all loops) error {
	devices, err := all.all()
	if err != nil {
		return err
	}
	left, err := orphans()
	if err != nil {
		return err
	}
	devices = append(devices, left...)
	// From above to below: what is in use can't be unmounted.
	failed := []error{detachAbove(devices), unmountAll(devices)}
	for _, one := range devices {
		log.Printf("%s of volume %s is released", one.path, one.volumeID)
		failed = append(failed, one.detach())
	}
	return errors.Join(failed...)
}

// unmountAll undoes what this mount namespace has of the devices: file systems, and nodes that are bound over files.
func unmountAll(devices []loop) error {
	mounted, err := mount.ParseMountInfo("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	// Later mounts can lie over earlier ones.
	slices.Reverse(mounted)
	var failed []error
	for _, one := range mounted {
		if slices.ContainsFunc(devices, func(device loop) bool { return isOf(one, device) }) {
			failed = append(failed, unmount(one.MountPoint))
		}
	}
	return errors.Join(failed...)
}

func isOf(mounted mount.MountInfo, device loop) bool {
	if unix.Mkdev(uint32(mounted.Major), uint32(mounted.Minor)) == device.number {
		return true
	}
	number, err := deviceNumber(mounted.MountPoint)
	return err == nil && number == device.number
}

// detachAbove detaches the devices that the kubelet puts over ours for Block volumes: it wants a device of its own, which
// nobody can replace while a Pod has it.
func detachAbove(devices []loop) error {
	var failed []error
	err := eachAttached(func(above *os.File, about *unix.LoopInfo64) error {
		if slices.ContainsFunc(devices, func(below loop) bool { return about.Rdevice == below.number }) {
			log.Printf("%s above it is released", filepath.Base(above.Name()))
			failed = append(failed, unix.IoctlSetInt(int(above.Fd()), unix.LOOP_CLR_FD, 0))
		}
		return nil
	})
	return errors.Join(append(failed, err)...)
}
