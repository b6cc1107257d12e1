package main

import "encoding/json"

// question asks whether a cluster would take a machine or an instance. One of the two is set.
type question struct {
	// Machine is a VirtualMachine. Its instance is judged, too, as virt-controller would make it at a start.
	Machine json.RawMessage `json:"machine,omitempty"`
	// Before is the machine that the cluster has, where Machine is a change of it.
	Before json.RawMessage `json:"before,omitempty"`
	// Instance is a VirtualMachineInstance.
	Instance json.RawMessage `json:"instance,omitempty"`
	// Launcher asks for the Pod of the instance, too.
	Launcher bool `json:"launcher,omitempty"`
	// Gates are the feature gates that the KubeVirt object turns on.
	Gates []string `json:"gates,omitempty"`
	// Cluster has what a machine may name: instance types and preferences; for a launcher also claims and network attachments.
	Cluster []json.RawMessage `json:"cluster,omitempty"`
}

// verdict has no refusals where the cluster takes the objects.
type verdict struct {
	// Machine and Instance are the objects as the cluster would store them, as far as they were not refused.
	Machine  json.RawMessage `json:"machine,omitempty"`
	Instance json.RawMessage `json:"instance,omitempty"`
	// Launcher is the Pod that virt-controller makes for the instance.
	Launcher json.RawMessage `json:"launcher,omitempty"`
	Refusals []refusal       `json:"refusals"`
	Warnings []string        `json:"warnings"`
}

// refusal is one cause of KubeVirt's.
type refusal struct {
	// Kind of the object that is refused.
	Kind string `json:"kind"`
	// Field is empty where KubeVirt names none.
	Field   string `json:"field"`
	Message string `json:"message"`
}
