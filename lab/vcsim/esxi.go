package main

import (
	"context"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/simulator/vpx"
)

// serverName is whom the server's certificate names.
const serverName = "vcenter"

// newModel is a vCenter without anything, or an ESXi host with nothing but itself.
func newModel(spec *Spec) *simulator.Model {
	if spec.ESXi != nil {
		return &simulator.Model{ServiceContent: esx.ServiceContent, RootFolder: esx.RootFolder}
	}
	return &simulator.Model{ServiceContent: vpx.ServiceContent, RootFolder: vpx.RootFolder}
}

// settleHost gives the host that answers the name, the board and the manager of its spec. Its certificate is the server's.
func (inv *inventory) settleHost(ctx context.Context) error {
	ref, name := esx.HostSystem.Reference(), inv.spec.Hosts[0]
	if err := inv.certify(ref, serverName); err != nil {
		return err
	}
	host := inv.registry.Get(ref).(*simulator.HostSystem)
	host.Name, host.Summary.Config.Name = name, name
	host.Summary.ManagementServerIp = inv.spec.ESXi.ManagedBy
	// Always this one, also when the host starts again.
	board := uuid.NewSHA1(uuid.NameSpaceOID, []byte(name)).String()
	hardware := *host.Hardware
	hardware.SystemInfo.Uuid, host.Summary.Hardware.Uuid = board, board
	host.Hardware = &hardware
	system := object.NewHostSystem(inv.client, ref)
	inv.hosts = map[string]*object.HostSystem{name: system}
	var err error
	inv.pool, err = system.ResourcePool(ctx)
	return err
}
