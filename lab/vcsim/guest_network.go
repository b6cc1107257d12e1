package main

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// guestNetwork has VMware Tools report the addresses of the cards that have any, and gives cards their PCI slots.
func guestNetwork(machine *simulator.VirtualMachine, vm *VMSpec) error {
	guest := *machine.Guest
	guest.Net, guest.IpStack = nil, nil
	next := 0
	for _, device := range machine.Config.Hardware.Device {
		base, ok := device.(types.BaseVirtualEthernetCard)
		if !ok {
			continue
		}
		card, nic := base.GetVirtualEthernetCard(), vm.NICs[next]
		next++
		if nic.PCISlot != 0 {
			card.SlotInfo = &types.VirtualDevicePciBusSlotInfo{PciSlotNumber: nic.PCISlot}
		}
		if nic.Guest == nil {
			continue
		}
		info, err := nic.Guest.report(nic)
		if err != nil {
			return err
		}
		info.DeviceConfigId = card.Key
		if nic.Guest.Gateway != "" {
			guest.IpStack = append(guest.IpStack, nic.Guest.defaultRoute(len(guest.Net)))
		}
		guest.Net = append(guest.Net, *info)
	}
	if guest.Net != nil {
		machine.Guest = &guest
	}
	return nil
}

func (g *GuestSpec) report(nic NICSpec) (*types.GuestNicInfo, error) {
	config := &types.NetIpConfigInfo{}
	info := &types.GuestNicInfo{Network: nic.Network, MacAddress: nic.MAC, Connected: true, IpConfig: config}
	for _, text := range g.Addresses {
		address, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("card %s: %w", nic.MAC, err)
		}
		info.IpAddress = append(info.IpAddress, address.Addr().String())
		config.IpAddress = append(config.IpAddress, types.NetIpConfigInfoIpAddress{
			IpAddress: address.Addr().String(), PrefixLength: int32(address.Bits()), Origin: g.Origin, State: "preferred",
		})
	}
	if len(g.NameServers) > 0 {
		info.DnsConfig = &types.NetDnsConfigInfo{IpAddress: g.NameServers}
	}
	return info, nil
}

// defaultRoute names the card by its place among the reports, as Tools do.
func (g *GuestSpec) defaultRoute(place int) types.GuestStackInfo {
	everywhere := "0.0.0.0"
	if gateway, err := netip.ParseAddr(g.Gateway); err == nil && gateway.Is6() {
		everywhere = "::"
	}
	return types.GuestStackInfo{IpRouteConfig: &types.NetIpRouteConfigInfo{IpRoute: []types.NetIpRouteConfigInfoIpRoute{{
		Network: everywhere,
		Gateway: types.NetIpRouteConfigInfoGateway{IpAddress: g.Gateway, Device: strconv.Itoa(place)},
	}}}}
}
