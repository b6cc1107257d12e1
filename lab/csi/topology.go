package main

import (
	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// zoneKeyOf is the label of a node's zone. It has the driver's name in it, so only nodes that have the driver have the label: the
// scheduler sends no Pod with a volume of this driver elsewhere.
func zoneKeyOf(driver string) string { return "topology." + driver + "/zone" }

func (s *store) inZone(zone string) *csi.Topology {
	return &csi.Topology{Segments: map[string]string{s.zoneKey: zone}}
}

// reachOf says from where a volume can be used.
func (s *store) reachOf(one volume) []*csi.Topology {
	if one.Zone != "" {
		return []*csi.Topology{s.inZone(one.Zone)}
	}
	var everywhere []*csi.Topology
	for _, zone := range s.zones {
		everywhere = append(everywhere, s.inZone(zone))
	}
	return everywhere
}

// chooseZone takes the first zone that has volumes: of those that are preferred, then of those that would do.
func (s *store) chooseZone(asked *csi.TopologyRequirement) (string, error) {
	wanted := append(asked.GetPreferred(), asked.GetRequisite()...)
	if len(wanted) == 0 {
		return s.zones[0], nil
	}
	for _, one := range wanted {
		if zone := one.GetSegments()[s.zoneKey]; s.hasZone(zone) {
			return zone, nil
		}
	}
	return "", status.Errorf(codes.ResourceExhausted, "no zone that would do has volumes; volumes are in %q", s.zones)
}

// isReachable says whether a volume that is there can be used where it was asked for.
func (s *store) isReachable(found volume, asked *csi.TopologyRequirement) bool {
	if found.Zone == "" || len(asked.GetRequisite()) == 0 {
		return true
	}
	for _, one := range asked.GetRequisite() {
		if one.GetSegments()[s.zoneKey] == found.Zone {
			return true
		}
	}
	return false
}
