package main

import (
	"encoding/json"

	k8sv1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/cache"
	v1 "kubevirt.io/api/core/v1"
	"kubevirt.io/client-go/kubecli"

	virtconfig "kubevirt.io/kubevirt/pkg/virt-config"
	"kubevirt.io/kubevirt/pkg/virt-controller/services"
)

// launcherOf is the Pod that virt-controller makes for an instance. The cluster of the question has to have its claims.
func launcherOf(
	config *virtconfig.ClusterConfig,
	client kubecli.KubevirtClient,
	cluster []json.RawMessage,
	stored json.RawMessage,
) (json.RawMessage, error) {
	instance, err := decode[v1.VirtualMachineInstance](stored)
	if err != nil {
		return nil, err
	}
	claims, err := claimsOf(cluster)
	if err != nil {
		return nil, err
	}
	quotas, namespaces := emptyInformer(&k8sv1.ResourceQuota{}), emptyInformer(&k8sv1.Namespace{})
	renderer := services.NewTemplateService(
		"launcher", 240, "/var/run/kubevirt", "/var/run/kubevirt-ephemeral-disks", "/var/run/kubevirt/container-disks",
		v1.HotplugDiskDir, "", claims, client, config, 107, "exporter", quotas.GetStore(), namespaces.GetStore(),
	)
	pod, err := renderer.RenderLaunchManifest(instance)
	if err != nil {
		return nil, err
	}
	return json.Marshal(pod)
}

func claimsOf(cluster []json.RawMessage) (cache.Store, error) {
	claims := emptyInformer(&k8sv1.PersistentVolumeClaim{}).GetStore()
	for _, object := range cluster {
		claim, err := decode[k8sv1.PersistentVolumeClaim](object)
		if err != nil || claim.Kind != "PersistentVolumeClaim" {
			continue
		}
		if err := claims.Add(claim); err != nil {
			return nil, err
		}
	}
	return claims, nil
}
