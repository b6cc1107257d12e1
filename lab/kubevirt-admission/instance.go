package main

import (
	"encoding/json"

	v1 "kubevirt.io/api/core/v1"
	"kubevirt.io/client-go/kubecli"

	"kubevirt.io/kubevirt/pkg/instancetype/apply"
	"kubevirt.io/kubevirt/pkg/instancetype/find"
	preference "kubevirt.io/kubevirt/pkg/instancetype/preference/find"
	"kubevirt.io/kubevirt/pkg/network/vmispec"
	"kubevirt.io/kubevirt/pkg/util"
	virtconfig "kubevirt.io/kubevirt/pkg/virt-config"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8sfield "k8s.io/apimachinery/pkg/util/validation/field"
)

// instanceOf does what virt-controller does at a start (pkg/virt-controller/watch/vm: startVMI), with its own packages. It
// returns nil if the instance type does not fit: then given has the refusals.
func instanceOf(
	given *verdict,
	config *virtconfig.ClusterConfig,
	client kubecli.KubevirtClient,
	stored json.RawMessage,
) (json.RawMessage, error) {
	machine, err := decode[v1.VirtualMachine](stored)
	if err != nil {
		return nil, err
	}
	instance := v1.NewVMIReferenceFromNameWithNS(machine.Namespace, machine.Name)
	instance.ObjectMeta = *machine.Spec.Template.ObjectMeta.DeepCopy()
	instance.Name, instance.Namespace = machine.Name, machine.Namespace
	instance.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(machine, v1.VirtualMachineGroupVersionKind)}
	instance.Spec = *machine.Spec.Template.Spec.DeepCopy()
	instance.Finalizers = append(instance.Finalizers, v1.VirtualMachineControllerFinalizer)
	util.SetDefaultVolumeDisk(&instance.Spec)
	if err := vmispec.SetDefaultNetworkInterface(config, &instance.Spec); err != nil {
		return nil, err
	}
	instanceType, err := find.NewSpecFinder(nil, nil, nil, client).Find(machine)
	if err != nil {
		return nil, notStarted(given, err.Error())
	}
	preferred, err := preference.NewSpecFinder(nil, nil, nil, client).FindPreference(machine)
	if err != nil {
		return nil, notStarted(given, err.Error())
	}
	path := k8sfield.NewPath("spec")
	conflicts := apply.NewVMIApplier().ApplyToVMI(path, instanceType, preferred, &instance.Spec, &instance.ObjectMeta)
	if len(conflicts) > 0 {
		return nil, notStarted(given, conflicts.Error())
	}
	return json.Marshal(instance)
}

func notStarted(given *verdict, why string) error {
	kind := v1.VirtualMachineInstanceGroupVersionKind.Kind
	given.Refusals = append(given.Refusals, refusal{Kind: kind, Message: why})
	return nil
}
