/** What the node knows of an image that it has pulled: its unpacked files and its configuration. */
import { appliancePath } from '../guest/appliance';
import type { Mount, Root } from './sandbox-args';

export interface Image {
  /** `repository@sha256:…`, as a container's status names it. */
  id: string;
  /** Its root file system. */
  folder: string;
  entrypoint: string[];
  cmd: string[];
  env: Record<string, string>;
  /** What the image asks for: a number or a name, perhaps with a group behind a colon; empty means root. */
  user: string;
  workingDir: string;
  labels: Record<string, string>;
  /** Of its own /etc/passwd. */
  users: { name: string; uid: number; gid: number }[];
  /** Of its own /etc/group. */
  groups: { name: string; gid: number; members: string[] }[];
}

/** Label of an image that needs too many programs to carry them: the machine's /usr takes the place of its own. */
export const MACHINE_USR = 'dev.drover.lab.machine-usr';
/** Label that names the path at which the image finds the lab's ready-made appliance of libguestfs. */
export const APPLIANCE = 'dev.drover.lab.appliance';

/** The root file system that the image's containers see. */
export function imageRoot({ folder, labels }: Image): Root {
  return { folder, machineUsr: labels[MACHINE_USR] === 'true' };
}

/** What the machine adds to the image's files. */
export function imageMounts({ labels }: Image): Mount[] {
  const target = labels[APPLIANCE];
  return target === undefined ? [] : [{ source: appliancePath(), target, readOnly: true }];
}
