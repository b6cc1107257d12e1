/** Settings of the container, from its environment; the defaults are the paths that the Job mounts. */
import type { GuestKeys } from './guest-keys';

export interface Settings extends GuestKeys {
  /** libvirt XML with the overlays as disks, in source order. */
  domainFile: string;
  /** Lists disks and overlays, see `disks.ts`. */
  disksFile: string;
  /** The network that the guest is to keep, see `network/kept-network.ts`; absent where it is to keep none. */
  networkFile: string;
  /** Where the scripts that customize the guest are mounted, one file for each; absent where there are none. */
  scriptsFolder: string;
  /** Where the kubelet reads the container's last words. */
  terminationFile: string;
  /** The scratch volume, which outlives Pods. */
  scratch: string;
  /** For the appliance's temporary files, which nobody needs afterwards. */
  temporary: string;
  /** Path or name of virt-v2v-in-place. */
  converter: string;
  /** Path or name of virt-customize. */
  customizer: string;
  /** Path or name of guestfish. */
  guestfish: string;
  /** ISO or folder with the drivers for Windows guests. */
  virtioWin: string;
  /** What holds the system, as virt-v2v calls it, or `single`: the only one; a guest with several is refused. */
  root: string;
  /** Names this filling of the volumes. */
  id: string;
  /** An earlier attempt may have begun: without its journal nothing is known of the disks. */
  resume: boolean;
}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return {
    domainFile: env['DROVER_DOMAIN_FILE'] ?? '/etc/drover/domain.xml',
    disksFile: env['DROVER_DISKS_FILE'] ?? '/etc/drover/disks.json',
    networkFile: env['DROVER_NETWORK_FILE'] ?? '/etc/drover/network.json',
    keysFolder: env['DROVER_KEYS_FOLDER'] ?? '/etc/drover-keys',
    clevis: env['DROVER_CLEVIS'] === '1',
    scriptsFolder: env['DROVER_SCRIPTS_FOLDER'] ?? '/etc/drover-scripts',
    terminationFile: env['DROVER_TERMINATION_FILE'] ?? '/dev/termination-log',
    scratch: env['DROVER_SCRATCH'] ?? '/var/lib/drover',
    temporary: env['DROVER_TEMPORARY'] ?? '/var/tmp',
    converter: env['DROVER_CONVERTER'] ?? 'virt-v2v-in-place',
    customizer: env['DROVER_CUSTOMIZER'] ?? 'virt-customize',
    guestfish: env['DROVER_GUESTFISH'] ?? 'guestfish',
    virtioWin: env['VIRTIO_WIN'] ?? '/usr/share/virtio-win',
    root: env['DROVER_ROOT'] ?? 'single',
    id: env['DROVER_CONVERSION_ID'] ?? '',
    resume: env['DROVER_RESUME'] === '1',
  };
}
