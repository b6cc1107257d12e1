package main

import (
	"encoding/json"

	v1 "kubevirt.io/api/core/v1"
	"kubevirt.io/client-go/kubecli"

	netadmitter "kubevirt.io/kubevirt/pkg/network/admitter"
	"kubevirt.io/kubevirt/pkg/virt-api/webhooks"
	"kubevirt.io/kubevirt/pkg/virt-api/webhooks/mutating-webhook/mutators"
	"kubevirt.io/kubevirt/pkg/virt-api/webhooks/validating-webhook/admitters"
	virtconfig "kubevirt.io/kubevirt/pkg/virt-config"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8sfield "k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	installNamespace = "kubevirt"
	anyUser          = "system:serviceaccount:drover:drover-worker"
	virtController   = "system:serviceaccount:kubevirt:kubevirt-controller"
)

// judge answers one question. It errs where the question is none, or KubeVirt's own answer can't be read.
func judge(asked question) (verdict, error) {
	config, err := clusterConfig(asked.Gates)
	if err != nil {
		return verdict{}, err
	}
	client, err := clientOf(asked.Cluster)
	if err != nil {
		return verdict{}, err
	}
	given := verdict{Refusals: []refusal{}, Warnings: []string{}}
	instance := asked.Instance
	if asked.Machine != nil {
		machines := machineHooks(config, client)
		if given.Machine, err = machines.pass(&given, asked.Machine, asked.Before); err != nil || given.Machine == nil {
			return given, err
		}
		if instance, err = instanceOf(&given, config, client, given.Machine); err != nil || instance == nil {
			return given, err
		}
	}
	given.Instance, err = instanceHooks(config).pass(&given, instance, nil)
	if err != nil || given.Instance == nil || !asked.Launcher {
		return given, err
	}
	given.Launcher, err = launcherOf(config, client, asked.Cluster, given.Instance)
	return given, err
}

func machineHooks(config *virtconfig.ClusterConfig, client kubecli.KubevirtClient) hooks {
	informers := &webhooks.Informers{}
	return hooks{
		kind:      v1.VirtualMachineGroupVersionKind.Kind,
		resource:  webhooks.VirtualMachineGroupVersionResource,
		user:      anyUser,
		known:     func() any { return &v1.VirtualMachine{} },
		mutator:   mutators.NewVMsMutator(config, client),
		validator: admitters.NewVMsAdmitter(config, client, informers, serviceAccounts()),
	}
}

// instanceHooks has the validator of networks that virt-api adds where it serves.
func instanceHooks(config *virtconfig.ClusterConfig) hooks {
	networks := func(field *k8sfield.Path, spec *v1.VirtualMachineInstanceSpec, config *virtconfig.ClusterConfig) []metav1.StatusCause {
		return netadmitter.Validate(field, spec, config)
	}
	return hooks{
		kind:     v1.VirtualMachineInstanceGroupVersionKind.Kind,
		resource: webhooks.VirtualMachineInstanceGroupVersionResource,
		user:     virtController,
		known:    func() any { return &v1.VirtualMachineInstance{} },
		mutator: &mutators.VMIsMutator{
			ClusterConfig:           config,
			VMIPresetInformer:       emptyInformer(&v1.VirtualMachineInstancePreset{}),
			KubeVirtServiceAccounts: serviceAccounts(),
		},
		validator: &admitters.VMICreateAdmitter{
			ClusterConfig:           config,
			KubeVirtServiceAccounts: serviceAccounts(),
			SpecValidators:          []admitters.SpecValidator{networks},
		},
	}
}

func serviceAccounts() map[string]struct{} {
	return webhooks.KubeVirtServiceAccounts(installNamespace)
}

func decode[T any](object json.RawMessage) (*T, error) {
	decoded := new(T)
	return decoded, json.Unmarshal(object, decoded)
}
