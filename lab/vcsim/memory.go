package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

// What a machine's power went through, as vCenter's events call it.
const (
	poweredOn  = "VmPoweredOnEvent"
	poweredOff = "VmPoweredOffEvent"
	askedToEnd = "VmGuestShutdownEvent"
)

// A powerNote is one line of the memory.
type powerNote struct {
	// At is when the machine's power changed: of a start, its boot time.
	At time.Time `json:"at"`
	// Event is when vCenter's event of it says that it was: a little earlier, where the event comes first.
	Event time.Time                    `json:"event"`
	VM    types.ManagedObjectReference `json:"vm"`
	What  string                       `json:"what"`
}

// A memory is what a vCenter keeps in its database and the simulator forgets when it ends: what became of each machine's
// power. Everything else follows from the spec. A note is written before anybody can see the change that it is of.
type memory struct {
	mutex sync.Mutex
	file  *os.File
	// kept is what a former run of this vCenter noted, oldest first; empty where there was none.
	kept []powerNote
	// While a former run's inventory is built again, its power is not news.
	silent bool
}

// openMemory continues the memory of a vCenter that ran in this folder before, or begins one.
func openMemory(dir string, continues bool) (*memory, error) {
	path := filepath.Join(dir, "power.jsonl")
	m := &memory{silent: continues}
	mode := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if continues {
		whole, err := m.read(path)
		if err != nil {
			return nil, err
		}
		// A line that was cut short is of a change that nobody has seen.
		if err := os.Truncate(path, whole); err != nil {
			return nil, err
		}
	} else {
		mode |= os.O_TRUNC
	}
	var err error
	m.file, err = os.OpenFile(path, mode, 0o644)
	return m, err
}

// read fills kept, and returns how many bytes whole lines take.
func (m *memory) read(path string) (int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	lines := bufio.NewScanner(bytes.NewReader(whole))
	for lines.Scan() {
		var note powerNote
		if err := json.Unmarshal(lines.Bytes(), &note); err != nil {
			return 0, fmt.Errorf("%s: %w", path, err)
		}
		m.kept = append(m.kept, note)
	}
	return int64(len(whole)), lines.Err()
}

func (m *memory) note(note powerNote) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.silent {
		return
	}
	line, _ := json.Marshal(note)
	if _, err := m.file.Write(append(line, '\n')); err != nil {
		panic(err) // A vCenter whose database fails must not go on as if nothing were.
	}
}

// started is the time of the event of a machine's last start, which the simulator posts before it changes the power. A client
// compares it to the last one: it must not change by a millisecond.
func started(ctx *simulator.Context, vm types.ManagedObjectReference, otherwise time.Time) time.Time {
	entity := &types.EventFilterSpecByEntity{Entity: vm, Recursion: types.EventFilterSpecRecursionOptionSelf}
	events := postedEvents(ctx, types.EventFilterSpec{EventTypeId: []string{poweredOn}, Entity: entity, MaxCount: 1})
	if len(events) == 0 {
		return otherwise
	}
	return events[0].GetEvent().CreatedTime
}

// postedEvents are those that the simulator keeps, newest first: by a collector, as an ESXi host has them in no other way.
func postedEvents(ctx *simulator.Context, filter types.EventFilterSpec) []types.BaseEvent {
	create := &types.CreateCollectorForEvents{Filter: filter}
	body := ctx.Map.EventManager().CreateCollectorForEvents(ctx, create).(*methods.CreateCollectorForEventsBody)
	if body.Fault_ != nil {
		panic(body.Fault_.String) // No filter of ours is wrong.
	}
	ref := body.Res.Returnval
	collector := ctx.Session.Get(ref).(*simulator.EventHistoryCollector)
	defer collector.DestroyCollector(ctx, &types.DestroyCollector{This: ref})
	return collector.GetLatestPage()
}

// restore brings an inventory that was built anew to where the former run left it: each machine's power, the time of its
// boot, and all events of its power.
func (m *memory) restore(ctx *simulator.Context) error {
	if !m.silent {
		return nil
	}
	if err := m.restoreEvents(ctx); err != nil {
		return err
	}
	last := map[types.ManagedObjectReference]powerNote{}
	for _, note := range m.kept {
		if note.What != askedToEnd {
			last[note.VM] = note
		}
	}
	for ref, note := range last {
		vm, ok := ctx.Map.Get(ref).(*simulator.VirtualMachine)
		if !ok {
			return fmt.Errorf("the memory knows %s, and the inventory does not", ref)
		}
		restorePower(ctx, vm, note)
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.silent = false
	return nil
}

func restorePower(ctx *simulator.Context, vm *simulator.VirtualMachine, note powerNote) {
	state := types.VirtualMachinePowerStatePoweredOff
	if note.What == poweredOn {
		state = types.VirtualMachinePowerStatePoweredOn
	}
	ctx.Update(vm, []types.PropertyChange{
		{Name: "runtime.powerState", Val: state},
		{Name: "summary.runtime.powerState", Val: state},
	})
	if note.What == poweredOn {
		at := note.At
		vm.Runtime.BootTime = &at
		vm.Summary.Runtime.BootTime = &at
	}
}

// restoreEvents gives the events of the machines' first start, which the building has just posted, their own times, and
// posts those that followed.
func (m *memory) restoreEvents(ctx *simulator.Context) error {
	built := map[types.ManagedObjectReference]*types.Event{}
	// As many as the simulator keeps.
	for _, event := range postedEvents(ctx, types.EventFilterSpec{EventTypeId: []string{poweredOn}, MaxCount: 1000}) {
		built[event.GetEvent().Vm.Vm] = event.GetEvent()
	}
	for _, note := range m.kept {
		if first := built[note.VM]; first != nil && note.What == poweredOn {
			first.CreatedTime = note.Event
			delete(built, note.VM)
			continue
		}
		event, err := powerEvent(ctx, note)
		if err != nil {
			return err
		}
		ctx.Map.EventManager().PostEvent(ctx, &types.PostEvent{EventToPost: event})
		// The simulator has given it the time of now.
		event.GetEvent().CreatedTime = note.Event
	}
	return nil
}

func powerEvent(ctx *simulator.Context, note powerNote) (types.BaseEvent, error) {
	vm, ok := ctx.Map.Get(note.VM).(*simulator.VirtualMachine)
	if !ok {
		return nil, fmt.Errorf("the memory knows %s, and the inventory does not", note.VM)
	}
	argument := &types.VmEventArgument{EntityEventArgument: types.EntityEventArgument{Name: vm.Name}, Vm: note.VM}
	of := types.VmEvent{Event: types.Event{Vm: argument}}
	switch note.What {
	case poweredOn:
		return &types.VmPoweredOnEvent{VmEvent: of}, nil
	case poweredOff:
		return &types.VmPoweredOffEvent{VmEvent: of}, nil
	case askedToEnd:
		return &types.VmGuestShutdownEvent{VmEvent: of}, nil
	}
	return nil, fmt.Errorf("the memory has an event that is not of power: %q", note.What)
}
