package main

import (
	"fmt"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// mapRaw lets each disk that is to be a raw device mapping say so. Its bytes stay where the simulator keeps those of every disk.
func mapRaw(machine *simulator.VirtualMachine, vm *VMSpec) {
	index := 0
	for _, device := range machine.Config.Hardware.Device {
		disk, is := device.(*types.VirtualDisk)
		if !is {
			continue
		}
		if backing, flat := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo); flat && vm.Disks[index].RDM != "" {
			disk.Backing = &types.VirtualDiskRawDiskMappingVer1BackingInfo{
				VirtualDeviceFileBackingInfo: backing.VirtualDeviceFileBackingInfo,
				LunUuid:                      fmt.Sprintf("0200000000%022d", index),
				DeviceName:                   fmt.Sprintf("vml.0200000000%022d", index),
				CompatibilityMode:            vm.Disks[index].RDM,
				DiskMode:                     backing.DiskMode,
				Uuid:                         backing.Uuid,
				Sharing:                      backing.Sharing,
			}
		}
		index++
	}
}
