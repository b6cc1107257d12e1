package main

import (
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// guests gives machines the parts of a guest's life that the simulator leaves out: a boot time that comes and goes with
// the power, tools that run or don't, and guests that ignore a request to shut down.
type guests struct {
	specs  map[string]*VMSpec
	memory *memory
}

func newGuests(spec *Spec, memory *memory) *guests {
	g := &guests{specs: map[string]*VMSpec{}, memory: memory}
	for i := range spec.VMs {
		// Two VMs of one name in two folders share a guest's manners: only the name is known everywhere.
		g.specs[spec.VMs[i].Name] = &spec.VMs[i]
	}
	return g
}

func (g *guests) attach(registry *simulator.Registry) {
	registry.AddHandler(g)
	registry.Handler = g.handle
}

// handle stands before every call. It closes what a real vCenter keeps closed, and puts our machine before the
// simulator's where a guest is asked to shut down: into the caller's session, where the simulator looks first.
func (g *guests) handle(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	switch method.Name {
	case "RetrieveProperties", "RetrievePropertiesEx":
		if ctx.Session == nil {
			return nil, &types.NotAuthenticated{
				NoPermission: types.NoPermission{Object: &method.This, PrivilegeId: "System.View"},
			}
		}
	case "ShutdownGuest":
		if vm, ok := ctx.Map.Get(method.This).(*simulator.VirtualMachine); ok && ctx.Session != nil && g.specs[vm.Name] != nil {
			ctx.Session.Registry.Put(&machine{vm, g.specs[vm.Name], g.memory})
		}
	}
	return nil, nil
}

type machine struct {
	*simulator.VirtualMachine
	spec   *VMSpec
	memory *memory
}

func (m *machine) ShutdownGuest(ctx *simulator.Context, req *types.ShutdownGuest) soap.HasFault {
	if m.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
		if !m.spec.runsTools() {
			return &methods.ShutdownGuestBody{Fault_: simulator.Fault("", &types.ToolsUnavailable{})}
		}
		if m.spec.IgnoresShutdown {
			return &methods.ShutdownGuestBody{Res: new(types.ShutdownGuestResponse)}
		}
		now := time.Now().UTC()
		m.memory.note(powerNote{At: now, Event: now, VM: m.Self, What: askedToEnd})
	}
	return m.VirtualMachine.ShutdownGuest(ctx, req)
}

func (*guests) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "LabGuests", Value: "lab-guests"}
}

func (*guests) PutObject(*simulator.Context, mo.Reference) {}

func (*guests) RemoveObject(*simulator.Context, types.ManagedObjectReference) {}

// UpdateObject sets what follows from a machine's power, in the same breath and under the same lock.
func (g *guests) UpdateObject(ctx *simulator.Context, object mo.Reference, changes []types.PropertyChange) {
	vm, ok := object.(*mo.VirtualMachine)
	if !ok || g.specs[vm.Name] == nil {
		return
	}
	for _, change := range changes {
		if change.Name == "runtime.powerState" {
			g.follow(ctx, vm, g.specs[vm.Name])
		}
	}
}

func (g *guests) follow(ctx *simulator.Context, vm *mo.VirtualMachine, spec *VMSpec) {
	guest := *vm.Guest
	vm.Runtime.BootTime = nil
	now := time.Now().UTC()
	note := powerNote{At: now, Event: now, VM: vm.Self, What: poweredOff}
	guest.ToolsRunningStatus = string(types.VirtualMachineToolsRunningStatusGuestToolsNotRunning)
	guest.ToolsStatus = types.VirtualMachineToolsStatusToolsNotRunning
	guest.HostName = ""
	if vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
		vm.Runtime.BootTime = &now
		note.What, note.Event = poweredOn, started(ctx, vm.Self, now)
		if spec.runsTools() {
			guest.ToolsRunningStatus = string(types.VirtualMachineToolsRunningStatusGuestToolsRunning)
			guest.ToolsStatus = types.VirtualMachineToolsStatusToolsOk
			guest.HostName = vm.Name
		}
	}
	if !spec.runsTools() {
		guest.ToolsStatus = types.VirtualMachineToolsStatusToolsNotInstalled
	}
	vm.Summary.Runtime.BootTime = vm.Runtime.BootTime
	vm.Guest = &guest
	g.memory.note(note)
}
