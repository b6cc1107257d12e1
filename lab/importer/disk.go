package main

import (
	"context"
	"fmt"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// requireDisk fails where neither the VM nor one of its snapshots has a disk in exactly that file.
// Source (CDI 1.66): pkg/importer/vddk-datasource_amd64.go, FindDiskFromName.
func requireDisk(ctx context.Context, vm *object.VirtualMachine, file string) error {
	properties := property.DefaultCollector(vm.Client())
	var machine mo.VirtualMachine
	err := properties.RetrieveOne(ctx, vm.Reference(), []string{"config.hardware.device", "snapshot"}, &machine)
	if err != nil {
		return err
	}
	if machine.Config != nil && hasDisk(machine.Config.Hardware.Device, file) {
		return nil
	}
	if machine.Snapshot != nil && inSnapshots(ctx, properties, machine.Snapshot.RootSnapshotList, file) {
		return nil
	}
	return fmt.Errorf("disk '%s' is not present in VM hardware config or snapshot list", file)
}

func inSnapshots(
	ctx context.Context, properties *property.Collector, trees []types.VirtualMachineSnapshotTree, file string,
) bool {
	for _, tree := range trees {
		var snapshot mo.VirtualMachineSnapshot
		err := properties.RetrieveOne(ctx, tree.Snapshot, []string{"config.hardware.device"}, &snapshot)
		if err == nil && hasDisk(snapshot.Config.Hardware.Device, file) {
			return true
		}
		if inSnapshots(ctx, properties, tree.ChildSnapshotList, file) {
			return true
		}
	}
	return false
}

func hasDisk(devices []types.BaseVirtualDevice, file string) bool {
	for _, device := range devices {
		disk, is := device.(*types.VirtualDisk)
		if !is {
			continue
		}
		backing, is := disk.Backing.(types.BaseVirtualDeviceFileBackingInfo)
		if is && backing.GetVirtualDeviceFileBackingInfo().FileName == file {
			return true
		}
	}
	return false
}
