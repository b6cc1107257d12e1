package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// loops are the loop devices (loop(4)) of one folder's volumes. The kernel keeps the record: each device carries the name of its
// volume from the instant when it is attached. So a killed driver forgets nothing, and foreign devices are never touched.
type loops struct{ tag string }

type loop struct {
	// `/dev/loop7`
	path string
	// What the kernel keeps of it.
	name     string
	volumeID string
	// Number of the device.
	number uint64
}

// ofAnyFolder is how the name of each device begins that any driver of this kind has made.
const ofAnyFolder = "csi:"

// newLoops names the folder by its place in the file system, which is the same from every mount namespace.
func newLoops(dir string) loops {
	var stat unix.Stat_t
	if err := unix.Stat(dir, &stat); err != nil {
		return loops{tag: ofAnyFolder + dir}
	}
	return loops{tag: fmt.Sprintf("%s%x.%x:", ofAnyFolder, stat.Dev, stat.Ino)}
}

// find returns the volume's device, or nil where it has none.
func (l loops) find(volumeID string) (*loop, error) {
	all, err := l.all()
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if one.volumeID == volumeID {
			return &one, nil
		}
	}
	return nil, nil
}

// all devices of this folder's volumes.
func (l loops) all() ([]loop, error) {
	return attached(func(name, _ string) bool { return strings.HasPrefix(name, l.tag) })
}

// orphans are devices of folders that somebody has removed without a release: nobody has their volumes any more.
func orphans() ([]loop, error) {
	return attached(func(name, path string) bool {
		if !strings.HasPrefix(name, ofAnyFolder) {
			return false
		}
		// proc(5) has the kernel say it in this way.
		file, err := os.ReadFile(filepath.Join("/sys/block", filepath.Base(path), "loop/backing_file"))
		return err == nil && strings.HasSuffix(strings.TrimSpace(string(file)), " (deleted)")
	})
}

// attached are the devices whose name and path are as wanted.
func attached(wanted func(name, path string) bool) ([]loop, error) {
	var found []loop
	err := eachAttached(func(device *os.File, about *unix.LoopInfo64) error {
		name := nameIn(about)
		if !wanted(name, device.Name()) {
			return nil
		}
		number, err := deviceNumber(device.Name())
		_, id, _ := strings.Cut(strings.TrimPrefix(name, ofAnyFolder), ":")
		found = append(found, loop{path: device.Name(), name: name, volumeID: id, number: number})
		return err
	})
	return found, err
}

// attachAttempts bounds how often another program may take the free device before us.
const attachAttempts = 100

// attach gives the volume a device.
func (l loops) attach(volumeID, file string) (*loop, error) {
	backing, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer backing.Close()
	for range attachAttempts {
		path, err := freeDevice()
		if err != nil {
			return nil, err
		}
		err = configure(path, backing, l.tag+volumeID)
		if err == nil {
			number, err := deviceNumber(path)
			return &loop{path: path, name: l.tag + volumeID, volumeID: volumeID, number: number}, err
		}
		if !errors.Is(err, unix.EBUSY) {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil, fmt.Errorf("other programs took each of %d loop devices that were free", attachAttempts)
}

func configure(path string, backing *os.File, name string) error {
	device, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer device.Close()
	config := unix.LoopConfig{Fd: uint32(backing.Fd())}
	if copy(config.Info.File_name[:len(config.Info.File_name)-1], name) < len(name) {
		return fmt.Errorf("%s is too long for the name of a loop device", name)
	}
	// One call attaches and names: there is no instant at which a device is attached and nameless.
	return unix.IoctlLoopConfigure(int(device.Fd()), &config)
}

// detach returns once nobody finds the device any more. Where somebody still has it open, the kernel detaches it at the last close.
func (one loop) detach() error {
	device, err := os.Open(one.path)
	if err != nil {
		return err
	}
	defer device.Close()
	about, err := unix.IoctlLoopGetStatus64(int(device.Fd()))
	if errors.Is(err, unix.ENXIO) || (err == nil && nameIn(about) != one.name) {
		return nil
	}
	if err != nil {
		return err
	}
	err = unix.IoctlSetInt(int(device.Fd()), unix.LOOP_CLR_FD, 0)
	if errors.Is(err, unix.ENXIO) {
		return nil
	}
	return err
}

// keep takes back a detach that waits for the last close: who has the device open may close it at any time, and the volume's next user
// would lose the device. It returns ENXIO where the device has been detached.
func (one loop) keep() error {
	device, err := os.Open(one.path)
	if err != nil {
		return err
	}
	defer device.Close()
	about, err := unix.IoctlLoopGetStatus64(int(device.Fd()))
	if err != nil {
		return err
	}
	if nameIn(about) != one.name {
		return unix.ENXIO
	}
	if about.Flags&unix.LO_FLAGS_AUTOCLEAR == 0 {
		return nil
	}
	about.Flags &^= unix.LO_FLAGS_AUTOCLEAR
	return unix.IoctlLoopSetStatus64(int(device.Fd()), about)
}

func eachAttached(visit func(*os.File, *unix.LoopInfo64) error) error {
	// Only a device that is attached has this folder.
	found, err := filepath.Glob("/sys/block/loop*/loop")
	if err != nil {
		return err
	}
	for _, folder := range found {
		if err := visitAttached(filepath.Base(filepath.Dir(folder)), visit); err != nil {
			return err
		}
	}
	return nil
}

func visitAttached(name string, visit func(*os.File, *unix.LoopInfo64) error) error {
	path, err := nodeOf(name)
	if err != nil {
		return err
	}
	device, err := os.Open(path)
	if errors.Is(err, unix.ENXIO) || errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer device.Close()
	about, err := unix.IoctlLoopGetStatus64(int(device.Fd()))
	if errors.Is(err, unix.ENXIO) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return visit(device, about)
}

func nameIn(about *unix.LoopInfo64) string {
	name, _, _ := bytes.Cut(about.File_name[:], []byte{0})
	return string(name)
}

// freeDevice asks the kernel for a device that nobody uses; it makes a new one where there is none.
func freeDevice() (string, error) {
	control, err := os.OpenFile("/dev/loop-control", os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	defer control.Close()
	number, err := unix.IoctlRetInt(int(control.Fd()), unix.LOOP_CTL_GET_FREE)
	if err != nil {
		return "", fmt.Errorf("/dev/loop-control: %w", err)
	}
	return nodeOf(fmt.Sprintf("loop%d", number))
}

// nodeOf is the path of a device's node. Where /dev isn't the kernel's own, nobody else makes the node of a new device.
func nodeOf(name string) (string, error) {
	path := filepath.Join("/dev", name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	text, err := os.ReadFile(filepath.Join("/sys/block", name, "dev"))
	if err != nil {
		return "", err
	}
	var major, minor uint32
	if _, err := fmt.Sscanf(string(text), "%d:%d", &major, &minor); err != nil {
		return "", fmt.Errorf("/sys/block/%s/dev: %w", name, err)
	}
	err = unix.Mknod(path, unix.S_IFBLK|0o600, int(unix.Mkdev(major, minor)))
	if err != nil && !errors.Is(err, unix.EEXIST) {
		return "", fmt.Errorf("make %s: %w", path, err)
	}
	return path, nil
}

// deviceNumber is the number of the device that a node stands for; zero for what is no block device.
func deviceNumber(path string) (uint64, error) {
	var stat unix.Stat_t
	if err := unix.Stat(path, &stat); err != nil {
		return 0, err
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFBLK {
		return 0, nil
	}
	return uint64(stat.Rdev), nil
}
