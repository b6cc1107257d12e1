package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// Spec is the inventory that the simulated vCenter starts with; lab/vcenter-spec.ts documents each field.
type Spec struct {
	ESXi       *ESXiSpec     `json:"esxi"`
	Datacenter string        `json:"datacenter"`
	Cluster    string        `json:"cluster"`
	Hosts      []string      `json:"hosts"`
	Datastores []string      `json:"datastores"`
	Networks   []NetworkSpec `json:"networks"`
	VMs        []VMSpec      `json:"vms"`
}

// ESXiSpec has one ESXi host answer, and no vCenter.
type ESXiSpec struct {
	ManagedBy string `json:"managedBy"`
}

type NetworkSpec struct {
	Name        string `json:"name"`
	Distributed bool   `json:"distributed"`
	Opaque      bool   `json:"opaque"`
	Gone        bool   `json:"gone"`
}

type VMSpec struct {
	Name            string          `json:"name"`
	Folder          string          `json:"folder"`
	Host            string          `json:"host"`
	Firmware        string          `json:"firmware"`
	SecureBoot      bool            `json:"secureBoot"`
	TPM             bool            `json:"tpm"`
	CPUs            int32           `json:"cpus"`
	CoresPerSocket  int32           `json:"coresPerSocket"`
	MemoryMiB       int64           `json:"memoryMiB"`
	GuestID         string          `json:"guestId"`
	PowerState      string          `json:"powerState"`
	Tools           *bool           `json:"tools"`
	IgnoresShutdown bool            `json:"ignoresShutdown"`
	ChangeTracking  bool            `json:"changeTracking"`
	NICs            []NICSpec       `json:"nics"`
	Disks           []DiskSpec      `json:"disks"`
	Boot            []BootSpec      `json:"boot"`
	Tags            []TagSpec       `json:"tags"`
	Attributes      []AttributeSpec `json:"attributes"`
}

type TagSpec struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type AttributeSpec struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type BootSpec struct {
	Kind  string `json:"kind"`
	Index int    `json:"index"`
}

type NICSpec struct {
	Network   string     `json:"network"`
	MAC       string     `json:"mac"`
	Connected *bool      `json:"connected"`
	PCISlot   int32      `json:"pciSlot"`
	Guest     *GuestSpec `json:"guest"`
}

type GuestSpec struct {
	Addresses   []string `json:"addresses"`
	Origin      string   `json:"origin"`
	Gateway     string   `json:"gateway"`
	NameServers []string `json:"nameServers"`
}

type DiskSpec struct {
	Datastore   string `json:"datastore"`
	SizeMiB     int64  `json:"sizeMiB"`
	MoreSectors int64  `json:"moreSectors"`
	Bus         string `json:"bus"`
	Seed        string `json:"seed"`
	File        string `json:"file"`
	Mode        string `json:"mode"`
	Shared      bool   `json:"shared"`
	Snapshot    bool   `json:"snapshot"`
	RDM         string `json:"rdm"`
}

// size is in bytes.
func (disk *DiskSpec) size() int64 {
	return disk.SizeMiB<<20 + disk.MoreSectors*sector
}

func readSpec(path string) (*Spec, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	spec := new(Spec)
	if err := json.Unmarshal(text, spec); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return spec, nil
}

// runsTools tells whether VMware Tools run in the guest whenever the VM is on; they do unless the spec denies it.
func (vm *VMSpec) runsTools() bool {
	return vm.Tools == nil || *vm.Tools
}
