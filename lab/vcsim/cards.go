package main

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// addOpaqueNetwork adds a network as NSX-T makes them on hosts without a distributed switch; no call of vSphere's does.
func (inv *inventory) addOpaqueNetwork(name string) (types.BaseVirtualDeviceBackingInfo, error) {
	// The id of a network of this name is always this one, also when the vCenter starts again.
	id := uuid.NewSHA1(uuid.NameSpaceOID, []byte(name)).String()
	summary := types.OpaqueNetworkSummary{OpaqueNetworkId: id, OpaqueNetworkType: "nsx.LogicalSwitch"}
	summary.Name = name
	folder := inv.registry.Get(inv.folders.NetworkFolder.Reference()).(*simulator.Folder)
	if err := folder.AddOpaqueNetwork(inv.context, summary); err != nil {
		return nil, err
	}
	// The simulator puts an ordinary network's summary in the place of the one that it was given.
	network := inv.registry.FindByName(name, inv.networkRefs())
	ref := network.Reference()
	summary.Network = &ref
	summary.Accessible = true
	network.(*mo.OpaqueNetwork).Summary = &summary
	return &types.VirtualEthernetCardOpaqueNetworkBackingInfo{
		OpaqueNetworkId: summary.OpaqueNetworkId, OpaqueNetworkType: summary.OpaqueNetworkType,
	}, nil
}

// goneNetwork is what cards keep saying of a network that was removed.
func goneNetwork(network NetworkSpec) types.BaseVirtualDeviceBackingInfo {
	if network.Distributed {
		port := types.DistributedVirtualSwitchPortConnection{SwitchUuid: uuid.NewString(), PortgroupKey: "dvportgroup-" + network.Name}
		return &types.VirtualEthernetCardDistributedVirtualPortBackingInfo{Port: port}
	}
	backing := &types.VirtualEthernetCardNetworkBackingInfo{}
	backing.DeviceName = network.Name
	return backing
}

// rewire puts cards on networks on which the simulator lets none be made.
func (inv *inventory) rewire(machine *simulator.VirtualMachine, vm *VMSpec) {
	cards := machine.Config.Hardware.Device
	next := 0
	for _, device := range cards {
		card, ok := device.(types.BaseVirtualEthernetCard)
		if !ok {
			continue
		}
		name := vm.NICs[next].Network
		next++
		if backing, odd := inv.odd[name]; odd {
			card.GetVirtualEthernetCard().Backing = backing
			if network := inv.registry.FindByName(name, inv.networkRefs()); network != nil {
				machine.Network = append(machine.Network, network.Reference())
			}
		}
	}
}

// bootOrder says which devices of a VM boot first; their keys are known only once it is there.
func bootOrder(machine *simulator.VirtualMachine, vm *VMSpec) error {
	var order []types.BaseVirtualMachineBootOptionsBootableDevice
	keys := map[string][]int32{}
	for _, device := range machine.Config.Hardware.Device {
		switch d := device.(type) {
		case *types.VirtualDisk:
			keys["disk"] = append(keys["disk"], d.Key)
		case types.BaseVirtualEthernetCard:
			keys["nic"] = append(keys["nic"], d.GetVirtualEthernetCard().Key)
		}
	}
	for _, boot := range vm.Boot {
		if boot.Index >= len(keys[boot.Kind]) {
			return fmt.Errorf("has no %s %d to boot from", boot.Kind, boot.Index)
		}
		key := keys[boot.Kind][boot.Index]
		if boot.Kind == "nic" {
			order = append(order, &types.VirtualMachineBootOptionsBootableEthernetDevice{DeviceKey: key})
		} else {
			order = append(order, &types.VirtualMachineBootOptionsBootableDiskDevice{DeviceKey: key})
		}
	}
	if len(order) > 0 {
		machine.Config.BootOptions.BootOrder = order
	}
	return nil
}
