package main

import (
	"context"
	"net/url"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vapi/rest"
	_ "github.com/vmware/govmomi/vapi/simulator" // has the simulator serve vCenter's REST API
	"github.com/vmware/govmomi/vapi/tags"
	"github.com/vmware/govmomi/vim25/types"
)

// setAttributes gives a machine the custom attributes of its spec; each is defined once, for all machines.
func (inv *inventory) setAttributes(ctx context.Context, machine types.ManagedObjectReference, vm *VMSpec) error {
	if len(vm.Attributes) == 0 {
		return nil
	}
	manager, err := object.GetCustomFieldsManager(inv.client)
	if err != nil {
		return err
	}
	for _, attribute := range vm.Attributes {
		key, err := manager.FindKey(ctx, attribute.Name)
		if err == object.ErrKeyNameNotFound {
			added, failed := manager.Add(ctx, attribute.Name, "VirtualMachine", nil, nil)
			if failed != nil {
				return failed
			}
			key = added.Key
		} else if err != nil {
			return err
		}
		if err := manager.Set(ctx, machine, key, attribute.Value); err != nil {
			return err
		}
	}
	return nil
}

// tagMachines makes the tags of the spec, and attaches them. Only the REST API can, so the server must answer already.
func (inv *inventory) tagMachines(ctx context.Context, server *url.URL) error {
	if !inv.spec.hasTags() {
		return nil
	}
	address := *server
	address.User = inv.opts.user
	client, err := govmomi.NewClient(ctx, &address, true)
	if err != nil {
		return err
	}
	defer client.Logout(ctx)
	session := rest.NewClient(client.Client)
	if err := session.Login(ctx, inv.opts.user); err != nil {
		return err
	}
	defer session.Logout(ctx)
	manager := tags.NewManager(session)
	category, err := manager.CreateCategory(ctx, &tags.Category{
		Name: "lab", Cardinality: "MULTIPLE", AssociableTypes: []string{"VirtualMachine"},
	})
	if err != nil {
		return err
	}
	made := map[string]string{}
	for i := range inv.spec.VMs {
		vm := &inv.spec.VMs[i]
		machine := inv.machineNamed(vm.Name)
		for _, tag := range vm.Tags {
			if made[tag.Name] == "" {
				id, err := manager.CreateTag(ctx, &tags.Tag{Name: tag.Name, Description: tag.Description, CategoryID: category})
				if err != nil {
					return err
				}
				made[tag.Name] = id
			}
			if err := manager.AttachTag(ctx, made[tag.Name], machine); err != nil {
				return err
			}
		}
	}
	return nil
}

func (inv *inventory) machineNamed(name string) types.ManagedObjectReference {
	for _, entity := range inv.registry.All("VirtualMachine") {
		if machine, ok := entity.(*simulator.VirtualMachine); ok && machine.Name == name {
			return machine.Reference()
		}
	}
	return types.ManagedObjectReference{}
}

func (spec *Spec) hasTags() bool {
	for i := range spec.VMs {
		if len(spec.VMs[i].Tags) > 0 {
			return true
		}
	}
	return false
}
