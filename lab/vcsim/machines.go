package main

import (
	"context"
	"fmt"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

func (inv *inventory) addMachines(ctx context.Context) error {
	for i := range inv.spec.VMs {
		vm := &inv.spec.VMs[i]
		if err := inv.addMachine(ctx, vm, inv.spec.Hosts[i%len(inv.spec.Hosts)]); err != nil {
			return fmt.Errorf("VM %s: %w", vm.Name, err)
		}
	}
	return nil
}

func (inv *inventory) addMachine(ctx context.Context, vm *VMSpec, defaultHost string) error {
	hostName := vm.Host
	if hostName == "" {
		hostName = defaultHost
	}
	host, known := inv.hosts[hostName]
	if !known {
		return fmt.Errorf("no host is named %q", hostName)
	}
	config, err := inv.machineConfig(vm)
	if err != nil {
		return err
	}
	folder, err := inv.folder(ctx, vm.Folder)
	if err != nil {
		return err
	}
	task, err := folder.CreateVM(ctx, *config, inv.pool, host)
	if err != nil {
		return err
	}
	info, err := task.WaitForResult(ctx)
	if err != nil {
		return err
	}
	ref := info.Result.(types.ManagedObjectReference)
	machine := inv.registry.Get(ref).(*simulator.VirtualMachine)
	inv.rewire(machine, vm)
	chain(machine, vm)
	mapRaw(machine, vm)
	if err := bootOrder(machine, vm); err != nil {
		return err
	}
	if err := guestNetwork(machine, vm); err != nil {
		return err
	}
	if err := inv.setAttributes(ctx, ref, vm); err != nil {
		return err
	}
	if err := inv.fillDisks(vm); err != nil {
		return err
	}
	if vm.PowerState != string(types.VirtualMachinePowerStatePoweredOn) {
		return nil
	}
	if task, err = object.NewVirtualMachine(inv.client, ref).PowerOn(ctx); err != nil {
		return err
	}
	return task.Wait(ctx)
}

func (inv *inventory) fillDisks(vm *VMSpec) error {
	if inv.filled {
		return nil
	}
	for i := range vm.Disks {
		flat, seed := inv.flatFile(vm, i), fmt.Sprintf("%s/%d", vm.Name, i)
		if err := vm.Disks[i].fill(flat, seed); err != nil {
			return err
		}
		if !vm.Disks[i].Snapshot {
			continue
		}
		if err := vm.Disks[i].fillChain(flat, seed); err != nil {
			return err
		}
	}
	return nil
}

func (inv *inventory) machineConfig(vm *VMSpec) (*types.VirtualMachineConfigSpec, error) {
	if len(vm.Disks) == 0 {
		return nil, fmt.Errorf("has no disk, and so no datastore to live on")
	}
	devices, err := inv.devices(vm)
	if err != nil {
		return nil, err
	}
	changes, err := devices.ConfigSpec(types.VirtualDeviceConfigSpecOperationAdd)
	if err != nil {
		return nil, err
	}
	return &types.VirtualMachineConfigSpec{
		Name:                  vm.Name,
		GuestId:               vm.GuestID,
		Firmware:              vm.Firmware,
		BootOptions:           &types.VirtualMachineBootOptions{EfiSecureBootEnabled: types.NewBool(vm.SecureBoot)},
		NumCPUs:               vm.CPUs,
		NumCoresPerSocket:     types.NewInt32(vm.CoresPerSocket),
		MemoryMB:              vm.MemoryMiB,
		ChangeTrackingEnabled: types.NewBool(vm.ChangeTracking),
		Files:                 &types.VirtualMachineFileInfo{VmPathName: "[" + vm.Disks[0].Datastore + "]"},
		DeviceChange:          changes,
	}, nil
}

func (inv *inventory) devices(vm *VMSpec) (object.VirtualDeviceList, error) {
	var devices object.VirtualDeviceList
	controllers := map[string]types.BaseVirtualController{}
	for i := range vm.Disks {
		bus := vm.Disks[i].Bus
		if controllers[bus] == nil {
			device, err := newController(devices, bus)
			if err != nil {
				return nil, err
			}
			controllers[bus] = device.(types.BaseVirtualController)
			devices = append(devices, device)
		}
		disk, err := inv.disk(vm, i, devices, controllers[bus])
		if err != nil {
			return nil, err
		}
		devices = append(devices, disk)
	}
	for i, nic := range vm.NICs {
		card, err := inv.card(nic, fmt.Sprintf("Network adapter %d", i+1))
		if err != nil {
			return nil, err
		}
		devices = append(devices, card)
	}
	if vm.TPM {
		devices = append(devices, &types.VirtualTPM{VirtualDevice: types.VirtualDevice{Key: devices.NewKey()}})
	}
	return devices, nil
}

func newController(devices object.VirtualDeviceList, bus string) (types.BaseVirtualDevice, error) {
	switch bus {
	case "scsi":
		return devices.CreateSCSIController("pvscsi")
	case "sata":
		return devices.CreateSATAController()
	case "nvme":
		return devices.CreateNVMEController()
	case "ide":
		return devices.CreateIDEController()
	}
	return nil, fmt.Errorf("no bus is named %q", bus)
}

func (inv *inventory) card(nic NICSpec, label string) (types.BaseVirtualDevice, error) {
	backing, known := inv.backings[nic.Network]
	if !known {
		return nil, fmt.Errorf("no network is named %q", nic.Network)
	}
	connected := nic.Connected == nil || *nic.Connected
	card := &types.VirtualVmxnet3{}
	card.Key = -1
	card.DeviceInfo = &types.Description{Label: label}
	card.Backing = backing
	card.AddressType = string(types.VirtualEthernetCardMacTypeManual)
	card.MacAddress = nic.MAC
	card.Connectable = &types.VirtualDeviceConnectInfo{
		StartConnected: connected, Connected: connected, AllowGuestControl: true,
	}
	return card, nil
}
