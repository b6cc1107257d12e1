package main

import (
	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	mebibyte = int64(1) << 20
	// extent is what a volume's size is a multiple of.
	extent      = mebibyte
	defaultSize = 16 * mebibyte
	largestSize = int64(1) << 40
)

// sizeIn chooses the bytes of a new volume: the smallest size in the range that has whole extents.
func sizeIn(wanted *csi.CapacityRange) (int64, error) {
	required, limit := wanted.GetRequiredBytes(), wanted.GetLimitBytes()
	switch {
	case required < 0 || limit < 0:
		return 0, status.Errorf(codes.OutOfRange, "capacity_range: %d to %d bytes; must not be negative", required, limit)
	case limit > 0 && required > limit:
		return 0, status.Errorf(codes.OutOfRange, "capacity_range: required_bytes %d is more than limit_bytes %d", required, limit)
	case required > largestSize:
		return 0, status.Errorf(codes.OutOfRange, "capacity_range: required_bytes %d; must be %d at most", required, largestSize)
	}
	size := roundUp(required)
	if required == 0 {
		size = defaultSize
		if limit > 0 && limit < defaultSize {
			size = limit / extent * extent
		}
	}
	if size == 0 || (limit > 0 && size > limit) {
		return 0, status.Errorf(codes.OutOfRange,
			"capacity_range: no multiple of %d bytes is between %d and %d", extent, required, limit)
	}
	return size, nil
}

func roundUp(bytes int64) int64 {
	return (bytes + extent - 1) / extent * extent
}

// satisfies says whether a volume that is there is of a size that was asked for.
func satisfies(size int64, wanted *csi.CapacityRange) bool {
	limit := wanted.GetLimitBytes()
	return size >= wanted.GetRequiredBytes() && (limit == 0 || size <= limit)
}
