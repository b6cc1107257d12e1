package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"
)

// chunk is the grain of holes: real disks have runs of data and runs of nothing.
const chunk = 64 << 10

const sector = 512

// diskName is vSphere's own: the VM's name, and from the second disk on a number.
func diskName(vm *VMSpec, index int) string {
	if index == 0 {
		return vm.Name
	}
	return fmt.Sprintf("%s_%d", vm.Name, index)
}

func (inv *inventory) flatFile(vm *VMSpec, index int) string {
	return filepath.Join(inv.opts.datastores, vm.Disks[index].Datastore, vm.Name, diskName(vm, index)+"-flat.vmdk")
}

func (inv *inventory) disk(
	vm *VMSpec, index int, devices object.VirtualDeviceList, controller types.BaseVirtualController,
) (types.BaseVirtualDevice, error) {
	spec := vm.Disks[index]
	// The simulator makes a VM's directory only in the datastore of its first disk.
	if err := os.MkdirAll(filepath.Dir(inv.flatFile(vm, index)), 0o755); err != nil {
		return nil, err
	}
	path := fmt.Sprintf("[%s] %s/%s.vmdk", spec.Datastore, vm.Name, diskName(vm, index))
	disk := devices.CreateDisk(controller, types.ManagedObjectReference{}, path)
	disk.DeviceInfo = &types.Description{Label: fmt.Sprintf("Hard disk %d", index+1)}
	disk.CapacityInKB = spec.size() >> 10
	disk.CapacityInBytes = spec.size()
	backing := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo)
	backing.Datastore = nil
	if spec.Mode != "" {
		backing.DiskMode = spec.Mode
	}
	if spec.Shared {
		backing.Sharing = string(types.VirtualDiskSharingSharingMultiWriter)
	}
	return disk, nil
}

// fill gives the disk its content: the named file's, or bytes that follow from the seed alone.
func (disk *DiskSpec) fill(flat, defaultSeed string) error {
	file, err := os.OpenFile(flat, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := file.Truncate(disk.size()); err != nil {
		return err
	}
	if disk.File != "" {
		return copyFrom(disk.File, file, disk.size())
	}
	seed := disk.Seed
	if seed == "" {
		seed = defaultSeed
	}
	return scatter(file, disk.size(), seed)
}

func copyFrom(path string, target io.Writer, size int64) error {
	source, err := os.Open(path)
	if err != nil {
		return err
	}
	defer source.Close()
	if info, err := source.Stat(); err != nil || info.Size() > size {
		return fmt.Errorf("%s does not fit a disk of %d bytes (%v)", path, size, err)
	}
	_, err = io.Copy(target, source)
	return err
}

// scatter writes about every other chunk and leaves the rest as holes; the last chunk always holds data, so that a
// copy cut short differs.
func scatter(file io.WriterAt, size int64, seed string) error {
	random := rand.NewChaCha8(sha256.Sum256([]byte(seed)))
	buffer := make([]byte, chunk)
	for offset := int64(0); offset < size; offset += chunk {
		if random.Uint64()%2 == 0 && offset+chunk < size {
			continue
		}
		if _, err := random.Read(buffer); err != nil {
			return err
		}
		if _, err := file.WriteAt(buffer[:min(chunk, size-offset)], offset); err != nil {
			return err
		}
	}
	return nil
}
