package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	v1 "kubevirt.io/api/core/v1"
	"kubevirt.io/client-go/kubecli"

	virtconfig "kubevirt.io/kubevirt/pkg/virt-config"
)

// clusterConfig is that of an installation whose KubeVirt object sets nothing but feature gates, beside CDI.
func clusterConfig(gates []string) (*virtconfig.ClusterConfig, error) {
	definitions, installations := emptyInformer(&extv1.CustomResourceDefinition{}), emptyInformer(&v1.KubeVirt{})
	definition := &extv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "datavolumes.cdi.kubevirt.io"},
		Spec: extv1.CustomResourceDefinitionSpec{
			Names: extv1.CustomResourceDefinitionNames{Kind: "DataVolume"},
		},
	}
	installation := &v1.KubeVirt{
		ObjectMeta: metav1.ObjectMeta{Name: "kubevirt", Namespace: installNamespace, ResourceVersion: "1"},
		Spec: v1.KubeVirtSpec{Configuration: v1.KubeVirtConfiguration{
			DeveloperConfiguration: &v1.DeveloperConfiguration{FeatureGates: gates},
		}},
		Status: v1.KubeVirtStatus{Phase: v1.KubeVirtPhaseDeployed, DefaultArchitecture: runtime.GOARCH},
	}
	if err := definitions.GetStore().Add(definition); err != nil {
		return nil, err
	}
	if err := installations.GetStore().Add(installation); err != nil {
		return nil, err
	}
	return virtconfig.NewClusterConfig(definitions, installations, installNamespace)
}

// emptyInformer never starts: what it knows is what is put into its store.
func emptyInformer(object k8sruntime.Object) cache.SharedIndexInformer {
	byNamespace := cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}
	return cache.NewSharedIndexInformer(&cache.ListWatch{}, object, 0, byNamespace)
}

// clientOf reads from a cluster that has these objects and no others.
func clientOf(objects []json.RawMessage) (kubecli.KubevirtClient, error) {
	found := inMemory{}
	for _, object := range objects {
		var named metav1.PartialObjectMetadata
		if err := json.Unmarshal(object, &named); err != nil {
			return nil, fmt.Errorf("read an object of the cluster: %w", err)
		}
		found[pathOf(named)] = object
	}
	return kubecli.GetKubevirtClientFromRESTConfig(&rest.Config{Host: "http://in-memory.invalid", Transport: found})
}

func pathOf(object metav1.PartialObjectMetadata) string {
	namespace := ""
	if object.Namespace != "" {
		namespace = "namespaces/" + object.Namespace + "/"
	}
	plural := strings.ToLower(object.Kind) + "s"
	if object.Kind == "NetworkAttachmentDefinition" {
		plural = "network-attachment-definitions"
	}
	return fmt.Sprintf("/apis/%s/%s%s/%s", object.APIVersion, namespace, plural, object.Name)
}

// inMemory answers requests by path, as an API server would.
type inMemory map[string]json.RawMessage

func (m inMemory) RoundTrip(request *http.Request) (*http.Response, error) {
	status, body := http.StatusOK, []byte(m[request.URL.Path])
	if body == nil {
		status = http.StatusNotFound
		missing := metav1.Status{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
			Status:   metav1.StatusFailure,
			Reason:   metav1.StatusReasonNotFound,
			Message:  request.URL.Path + " not found",
			Code:     http.StatusNotFound,
		}
		var err error
		if body, err = json.Marshal(missing); err != nil {
			return nil, err
		}
	}
	return &http.Response{
		StatusCode: status,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(bytes.NewReader(body)),
		Request:    request,
	}, nil
}
