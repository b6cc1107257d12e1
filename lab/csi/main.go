// Command csi is the storage of the lab's real node: a driver by the Container Storage Interface. Its volumes are files, and a node
// sees them as loop devices.
//
//	csi serve   --dir DIR --kubelet-dir DIR --node NAME [--endpoint SOCKET] [--registry DIR] [--name NAME]
//	            [--zones A,B] [--zone A] [--capacity BYTES]
//	csi release --dir DIR
//	csi call SOCKET METHOD < REQUEST.json
//
// `serve` offers the services Identity, Controller and Node. With --registry it tells the kubelet that it is there. It may end
// and start again at any time, also by SIGKILL: the kernel knows which devices there are, and each device says which volume it is.
//
// `call` sends one request, such as `NodeGetInfo`, and prints the answer, for tests and for who looks for an error.
//
// `release` is for the end of a lab: it unmounts and detaches every device of the volumes in DIR.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

type settings struct {
	dir, kubeletDir, node, endpoint, registry, name, zones, zone string
	capacity                                                     int64
}

func main() {
	log.SetFlags(0)
	if err := run(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(args []string) error {
	command := ""
	if len(args) > 0 {
		command, args = args[0], args[1:]
	}
	switch command {
	case "serve", "release":
		given, err := readSettings(command, args)
		if err != nil {
			return err
		}
		if command == "release" {
			return release(newLoops(given.dir))
		}
		return serve(given)
	case "call":
		return call(args, os.Stdin, os.Stdout)
	}
	return fmt.Errorf("csi %q: must be serve, release or call", command)
}

func readSettings(command string, args []string) (settings, error) {
	var given settings
	flags := flag.NewFlagSet("csi "+command, flag.ContinueOnError)
	flags.StringVar(&given.dir, "dir", "", "folder that holds the volumes")
	flags.StringVar(&given.kubeletDir, "kubelet-dir", "", "the kubelet's folder: the driver mounts nothing outside of it")
	flags.StringVar(&given.node, "node", "", "name of the node")
	flags.StringVar(&given.endpoint, "endpoint", "", "socket of the driver; default KUBELET-DIR/plugins/NAME/csi.sock")
	flags.StringVar(&given.registry, "registry", "", "folder where the kubelet looks for plugins")
	flags.StringVar(&given.name, "name", "loop.csi.lab.drover.dev", "name of the driver")
	flags.StringVar(&given.zones, "zones", "zone-a,zone-b", "zones that have volumes")
	flags.StringVar(&given.zone, "zone", "zone-a", "zone of the node")
	flags.Int64Var(&given.capacity, "capacity", 1<<40, "bytes that all volumes may have together")
	if err := flags.Parse(args); err != nil {
		return given, err
	}
	needed := map[string]string{"--dir": given.dir}
	if command == "serve" {
		needed["--kubelet-dir"], needed["--node"] = given.kubeletDir, given.node
	}
	for name, value := range needed {
		if value == "" {
			return given, fmt.Errorf("csi %s: %s is missing", command, name)
		}
	}
	if command == "release" {
		return given, nil
	}
	return given, given.makeAbsolute()
}

// makeAbsolute also follows links, because the kernel says where mounts are without them.
func (given *settings) makeAbsolute() error {
	for _, path := range []*string{&given.dir, &given.kubeletDir} {
		if err := os.MkdirAll(*path, 0o750); err != nil {
			return err
		}
		resolved, err := filepath.EvalSymlinks(*path)
		if err != nil {
			return err
		}
		if *path, err = filepath.Abs(resolved); err != nil {
			return err
		}
	}
	if given.endpoint == "" {
		given.endpoint = filepath.Join(given.kubeletDir, "plugins", given.name, "csi.sock")
	}
	return nil
}

func serve(given settings) error {
	volumes, err := openStore(&store{
		dir: given.dir, capacity: given.capacity,
		zones: strings.Split(given.zones, ","), zoneKey: zoneKeyOf(given.name),
	})
	if err != nil {
		return err
	}
	if !volumes.hasZone(given.zone) {
		return fmt.Errorf("--zone %s: must be one of --zones %s", given.zone, given.zones)
	}
	locks := &volumeLocks{}
	driver := services{
		identity:   &identity{name: given.name},
		controller: &controller{volumes: volumes, locks: locks, loops: newLoops(given.dir)},
		node: &node{
			name: given.node, zone: given.zone, kubeletDir: given.kubeletDir,
			volumes: volumes, locks: locks, loops: newLoops(given.dir),
		},
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	return driver.run(ctx, given)
}
