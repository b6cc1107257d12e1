package main

import (
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// delta is what vSphere puts behind the name of a disk's file when it takes the first snapshot.
const delta = "-000001"

// chain lets each disk that has a snapshot write to a file of its own since then.
func chain(machine *simulator.VirtualMachine, vm *VMSpec) {
	index := 0
	for _, device := range machine.Config.Hardware.Device {
		disk, is := device.(*types.VirtualDisk)
		if !is {
			continue
		}
		if backing, flat := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo); flat && vm.Disks[index].Snapshot {
			base := *backing
			backing.Parent = &base
			backing.FileName = strings.TrimSuffix(base.FileName, ".vmdk") + delta + ".vmdk"
		}
		index++
	}
}

// fillChain gives the disk's newest file its content. The simulator keeps the disk whole there, as one who reads the chain
// sees it.
func (disk *DiskSpec) fillChain(flat, seed string) error {
	newest := *disk
	newest.Seed = seed + delta
	return newest.fill(strings.TrimSuffix(flat, "-flat.vmdk")+delta+"-flat.vmdk", "")
}
