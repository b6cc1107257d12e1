package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// hooks are the webhooks of one kind, which the API server asks one after the other.
type hooks struct {
	kind     string
	resource metav1.GroupVersionResource
	// user who makes objects of this kind.
	user string
	// known is an empty object that has the fields of this version of KubeVirt.
	known   func() any
	mutator interface {
		Mutate(*admissionv1.AdmissionReview) *admissionv1.AdmissionResponse
	}
	validator interface {
		Admit(context.Context, *admissionv1.AdmissionReview) *admissionv1.AdmissionResponse
	}
}

// pass returns the object as it would be stored, or nil if it is refused: then given has the refusals.
func (h hooks) pass(given *verdict, object, before json.RawMessage) (json.RawMessage, error) {
	if err := h.onlyKnownFields(object); err != nil {
		given.Refusals = append(given.Refusals, refusal{Kind: h.kind, Message: err.Error()})
		return nil, nil
	}
	review := h.review(object, before)
	answer := h.mutator.Mutate(review)
	if h.refused(given, answer) {
		return nil, nil
	}
	mutated, err := patched(object, answer)
	if err != nil {
		return nil, err
	}
	review.Request.Object.Raw = mutated
	if h.refused(given, h.validator.Admit(context.Background(), review)) {
		return nil, nil
	}
	return mutated, nil
}

// onlyKnownFields does what the API server does by the schema of a kind, for a request that wants strict validation.
func (h hooks) onlyKnownFields(object json.RawMessage) error {
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.DisallowUnknownFields()
	return decoder.Decode(h.known())
}

func (h hooks) review(object, before json.RawMessage) *admissionv1.AdmissionReview {
	operation := admissionv1.Create
	if before != nil {
		operation = admissionv1.Update
	}
	dryRun := true
	return &admissionv1.AdmissionReview{Request: &admissionv1.AdmissionRequest{
		Resource:  h.resource,
		Operation: operation,
		Object:    runtime.RawExtension{Raw: object},
		OldObject: runtime.RawExtension{Raw: before},
		UserInfo:  authenticationv1.UserInfo{Username: h.user},
		DryRun:    &dryRun,
	}}
}

func (h hooks) refused(given *verdict, answer *admissionv1.AdmissionResponse) bool {
	given.Warnings = append(given.Warnings, answer.Warnings...)
	if answer.Allowed {
		return false
	}
	before := len(given.Refusals)
	if result := answer.Result; result != nil && result.Details != nil {
		for _, cause := range result.Details.Causes {
			given.Refusals = append(given.Refusals, refusal{Kind: h.kind, Field: cause.Field, Message: cause.Message})
		}
	}
	if len(given.Refusals) == before {
		given.Refusals = append(given.Refusals, refusal{Kind: h.kind, Message: answer.Result.Message})
	}
	return true
}

func patched(object json.RawMessage, answer *admissionv1.AdmissionResponse) (json.RawMessage, error) {
	if len(answer.Patch) == 0 {
		return object, nil
	}
	patch, err := jsonpatch.DecodePatch(answer.Patch)
	if err != nil {
		return nil, fmt.Errorf("read KubeVirt's patch: %w", err)
	}
	mutated, err := patch.Apply(object)
	if err != nil {
		return nil, fmt.Errorf("apply KubeVirt's patch: %w", err)
	}
	return mutated, nil
}
