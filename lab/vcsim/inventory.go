package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// An inventory turns a spec into managed objects, through the same calls that an administrator's client makes.
type inventory struct {
	spec      *Spec
	opts      options
	registry  *simulator.Registry
	context   *simulator.Context
	authority *authority
	// The disks have their bytes already.
	filled bool

	client   *vim25.Client
	folders  *object.DatacenterFolders
	hosts    map[string]*object.HostSystem
	pool     *object.ResourcePool
	backings map[string]types.BaseVirtualDeviceBackingInfo
	// What the cards of networks get that the simulator puts no card on.
	odd map[string]types.BaseVirtualDeviceBackingInfo
}

func (inv *inventory) build(ctx context.Context, service soap.RoundTripper) error {
	client, err := vim25.NewClient(ctx, service)
	if err != nil {
		return err
	}
	inv.client = client
	datacenter, err := inv.datacenter(ctx)
	if err != nil {
		return err
	}
	if inv.folders, err = datacenter.Folders(ctx); err != nil {
		return err
	}
	addHosts := inv.addHosts
	if inv.spec.ESXi != nil {
		addHosts = inv.settleHost
	}
	for _, step := range []func(context.Context) error{addHosts, inv.addDatastores, inv.addNetworks, inv.addMachines} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// datacenter makes the one of the spec; an ESXi host is born with one.
func (inv *inventory) datacenter(ctx context.Context) (*object.Datacenter, error) {
	if inv.spec.ESXi != nil {
		return object.NewDatacenter(inv.client, esx.Datacenter.Reference()), nil
	}
	return object.NewRootFolder(inv.client).CreateDatacenter(ctx, inv.spec.Datacenter)
}

// rebuild makes the inventory of a vCenter that starts again. The simulator would make the files of machines anew, and a
// datastore holds those of the former run: so it builds in another place, and the datastores are put back into theirs.
func (inv *inventory) rebuild(ctx context.Context, service soap.RoundTripper, memory *memory) error {
	own := inv.opts.datastores
	scratch, err := os.MkdirTemp("", "rebuilt-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	inv.opts.datastores, inv.filled = scratch, true
	if err := inv.build(ctx, service); err != nil {
		return err
	}
	for _, entity := range inv.registry.All("Datastore") {
		datastore := entity.(*simulator.Datastore)
		dir := filepath.Join(own, datastore.Name)
		datastore.Summary.Url = dir
		datastore.Info.GetDatastoreInfo().Url = dir
		if local, ok := datastore.Info.(*types.LocalDatastoreInfo); ok {
			local.Path = dir
		}
	}
	return memory.restore(inv.context)
}

func (inv *inventory) addHosts(ctx context.Context) error {
	cluster, err := inv.folders.HostFolder.CreateCluster(ctx, inv.spec.Cluster, types.ClusterConfigSpecEx{})
	if err != nil {
		return err
	}
	inv.hosts = map[string]*object.HostSystem{}
	for _, name := range inv.spec.Hosts {
		task, err := cluster.AddHost(ctx, types.HostConnectSpec{HostName: name}, true, nil, nil)
		if err != nil {
			return err
		}
		info, err := task.WaitForResult(ctx)
		if err != nil {
			return fmt.Errorf("host %s: %w", name, err)
		}
		host := info.Result.(types.ManagedObjectReference)
		if err := inv.certify(host, name); err != nil {
			return err
		}
		inv.hosts[name] = object.NewHostSystem(inv.client, host)
	}
	inv.pool, err = cluster.ResourcePool(ctx)
	return err
}

// certify gives a host a certificate of its own; the simulator's hosts would share one.
func (inv *inventory) certify(ref types.ManagedObjectReference, name string) error {
	certificate, err := inv.authority.issue(name)
	if err != nil {
		return err
	}
	host := inv.registry.Get(ref).(*simulator.HostSystem)
	config := *host.Config
	config.Certificate = encodeCertificate(certificate.Certificate[0])
	host.Config = &config
	host.Summary.Config.SslThumbprint = thumbprint(certificate.Certificate[0])
	return nil
}

func (inv *inventory) addDatastores(ctx context.Context) error {
	for _, name := range inv.spec.Datastores {
		dir := filepath.Join(inv.opts.datastores, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		for _, host := range inv.hosts {
			system, err := host.ConfigManager().DatastoreSystem(ctx)
			if err != nil {
				return err
			}
			if _, err := system.CreateLocalDatastore(ctx, name, dir); err != nil {
				return fmt.Errorf("datastore %s: %w", name, err)
			}
		}
	}
	return nil
}

func (inv *inventory) addNetworks(ctx context.Context) error {
	inv.backings = map[string]types.BaseVirtualDeviceBackingInfo{}
	inv.odd = map[string]types.BaseVirtualDeviceBackingInfo{}
	for _, network := range inv.spec.Networks {
		backing, err := inv.addNetwork(ctx, network)
		if err != nil {
			return fmt.Errorf("network %s: %w", network.Name, err)
		}
		inv.backings[network.Name] = backing
	}
	return nil
}

func (inv *inventory) addNetwork(ctx context.Context, network NetworkSpec) (types.BaseVirtualDeviceBackingInfo, error) {
	switch {
	case network.Gone:
		inv.odd[network.Name] = goneNetwork(network)
		return inv.addStandardNetwork(ctx, "VM Network")
	case network.Opaque:
		backing, err := inv.addOpaqueNetwork(network.Name)
		if err != nil {
			return nil, err
		}
		inv.odd[network.Name] = backing
		return inv.addStandardNetwork(ctx, "VM Network")
	case network.Distributed:
		return inv.addDistributedNetwork(ctx, network.Name)
	}
	return inv.addStandardNetwork(ctx, network.Name)
}

func (inv *inventory) addStandardNetwork(ctx context.Context, name string) (types.BaseVirtualDeviceBackingInfo, error) {
	backing := &types.VirtualEthernetCardNetworkBackingInfo{
		VirtualDeviceDeviceBackingInfo: types.VirtualDeviceDeviceBackingInfo{DeviceName: name},
	}
	if name == "VM Network" { // every host is born with it
		return backing, nil
	}
	// The simulator keeps one network object per name, whichever host's port group made it.
	system, err := inv.hosts[inv.spec.Hosts[0]].ConfigManager().NetworkSystem(ctx)
	if err != nil {
		return nil, err
	}
	return backing, system.AddPortGroup(ctx, types.HostPortGroupSpec{Name: name, VswitchName: "vSwitch0"})
}

func (inv *inventory) addDistributedNetwork(ctx context.Context, name string) (types.BaseVirtualDeviceBackingInfo, error) {
	vds, err := inv.addSwitch(ctx, name+" switch")
	if err != nil {
		return nil, err
	}
	inv.markUplinks()
	task, err := vds.AddPortgroup(ctx, []types.DVPortgroupConfigSpec{{
		Name: name, Type: string(types.DistributedVirtualPortgroupPortgroupTypeEarlyBinding), NumPorts: 8,
	}})
	if err != nil {
		return nil, err
	}
	if err := task.Wait(ctx); err != nil {
		return nil, err
	}
	group := inv.registry.FindByName(name, inv.networkRefs())
	return object.NewDistributedVirtualPortgroup(inv.client, group.Reference()).EthernetCardBackingInfo(ctx)
}

// addSwitch makes a distributed switch that all hosts are members of.
func (inv *inventory) addSwitch(ctx context.Context, name string) (*object.DistributedVirtualSwitch, error) {
	config := &types.VMwareDVSConfigSpec{}
	config.Name = name
	task, err := inv.folders.NetworkFolder.CreateDVS(ctx, types.DVSCreateSpec{ConfigSpec: config})
	if err != nil {
		return nil, err
	}
	info, err := task.WaitForResult(ctx)
	if err != nil {
		return nil, err
	}
	vds := object.NewDistributedVirtualSwitch(inv.client, info.Result.(types.ManagedObjectReference))
	var members []types.DistributedVirtualSwitchHostMemberConfigSpec
	for _, host := range inv.hosts {
		members = append(members, types.DistributedVirtualSwitchHostMemberConfigSpec{
			Operation: string(types.ConfigSpecOperationAdd), Host: host.Reference(),
		})
	}
	// The simulator takes members only from a switch that is there.
	if task, err = vds.Reconfigure(ctx, &types.DVSConfigSpec{Host: members}); err != nil {
		return nil, err
	}
	return vds, task.Wait(ctx)
}

// markUplinks says of the port groups that a switch is born with what vCenter says of them.
func (inv *inventory) markUplinks() {
	for _, ref := range inv.networkRefs() {
		group, ok := inv.registry.Get(ref).(*simulator.DistributedVirtualPortgroup)
		if ok && strings.Contains(group.Name, "-DVUplinks") {
			group.Config.Uplink = types.NewBool(true)
		}
	}
}

func (inv *inventory) networkRefs() []types.ManagedObjectReference {
	return inv.registry.Get(inv.folders.NetworkFolder.Reference()).(*simulator.Folder).ChildEntity
}

// folder finds or makes the VM folder at a path as `teams/web`; an empty path is the datacenter's own.
func (inv *inventory) folder(ctx context.Context, path string) (*object.Folder, error) {
	folder := inv.folders.VmFolder
	for _, name := range strings.FieldsFunc(path, func(r rune) bool { return r == '/' }) {
		children := inv.registry.Get(folder.Reference()).(*simulator.Folder).ChildEntity
		if found := inv.registry.FindByName(name, children); found != nil {
			folder = object.NewFolder(inv.client, found.Reference())
			continue
		}
		made, err := folder.CreateFolder(ctx, name)
		if err != nil {
			return nil, err
		}
		folder = made
	}
	return folder, nil
}
