package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// Of linux/prctl.h and linux/capability.h.
const (
	setParentDeathSignal   = 1
	dropFromBoundingSet    = 24
	setNoNewPrivileges     = 38
	capabilityVersion3     = 0x20080522
	moreThanAnyCapability  = 64
	becomeUsage            = "usage: spawner become UID GID GROUP,… -- COMMAND…"
	notFound, notPermitted = 127, 126
)

// become runs within a sandbox that root made: it turns into the container's user, without any privilege, and then
// into the container's program. An image need not hold a program that can do that.
func become(args []string) {
	if len(args) < 5 || args[3] != "--" {
		quit(notPermitted, fmt.Errorf(becomeUsage))
	}
	program, err := exec.LookPath(args[4])
	if err != nil {
		quit(notFound, err)
	}
	// What follows is of one thread, the one that becomes the program.
	runtime.LockOSThread()
	if err := dropPrivileges(args[0], args[1], args[2]); err != nil {
		quit(notPermitted, err)
	}
	quit(notPermitted, fmt.Errorf("%s: %w", program, syscall.Exec(program, args[4:], os.Environ())))
}

func dropPrivileges(uidText, gidText, groupsText string) error {
	uid, err := strconv.Atoi(uidText)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(gidText)
	if err != nil {
		return err
	}
	groups, err := numbers(groupsText)
	if err != nil {
		return err
	}
	for capability := range uintptr(moreThanAnyCapability) {
		// Refused for those that this kernel doesn't know.
		syscall.RawSyscall(syscall.SYS_PRCTL, dropFromBoundingSet, capability, 0)
	}
	var first unsafe.Pointer
	if len(groups) > 0 {
		first = unsafe.Pointer(&groups[0])
	}
	if err := call("setgroups", syscall.SYS_SETGROUPS, uintptr(len(groups)), uintptr(first), 0); err != nil {
		return err
	}
	if err := call("setresgid", syscall.SYS_SETRESGID, uintptr(gid), uintptr(gid), uintptr(gid)); err != nil {
		return err
	}
	if err := call("setresuid", syscall.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid)); err != nil {
		return err
	}
	header := struct{ version, pid uint32 }{capabilityVersion3, 0}
	var none [6]uint32
	if err := call("capset", syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none)), 0); err != nil {
		return err
	}
	if err := call("prctl", syscall.SYS_PRCTL, setNoNewPrivileges, 1, 0); err != nil {
		return err
	}
	// A change of user clears the order to die with the parent.
	return call("prctl", syscall.SYS_PRCTL, setParentDeathSignal, uintptr(syscall.SIGKILL), 0)
}

func numbers(text string) ([]uint32, error) {
	var all []uint32
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
		number, err := strconv.ParseUint(one, 10, 32)
		if err != nil {
			return nil, err
		}
		all = append(all, uint32(number))
	}
	return all, nil
}

func call(name string, number, a, b, c uintptr) error {
	if _, _, errno := syscall.RawSyscall6(number, a, b, c, 0, 0, 0); errno != 0 {
		return fmt.Errorf("%s: %w", name, errno)
	}
	return nil
}

func quit(code int, err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(code)
}
