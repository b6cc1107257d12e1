/**
 * How large one field may be that users write or any client sends; of whole manifests, see `limits.ts`. The manifests,
 * the frozen plan that a workflow begins with and the manual (docs/manifests.md) all have it from here.
 */

const DAY_SECONDS = 86_400;
const TEBIBYTE = 2 ** 40;

/** Of one step. A worker's own timers end a wait, and Node's hold no more than 24 days. */
export const LONGEST_WAIT_SECONDS = 20 * DAY_SECONDS;
/** Of a parked VM, which a timer of Temporal's ends. */
export const LONGEST_PARK_SECONDS = 365 * DAY_SECONDS;

/** vSphere's own bound of one disk. */
export const LARGEST_DISK_BYTES = 62 * TEBIBYTE;
export const LARGEST_SCRATCH_BYTES = 64 * TEBIBYTE;
/** With what the file system takes of it. */
export const LARGEST_VOLUME_BYTES = 1024 * TEBIBYTE;

/** VMs of one run of a plan: what it hands on to its next run holds no more (docs/decisions/0026). */
export const MAX_VMS_PER_WAVE = 10_000;
/** That run at once: the pages that they are children of answer quickly. */
export const MOST_VMS_AT_ONCE = 1_000;
/**
 * Of the 256 that vSphere allows. What is frozen of more, and what an operator is answered, would not fit into Temporal's
 * messages (2 MiB) and histories with every text as long as it may be: test/workflows/fit.test.ts measures it.
 */
export const MOST_DISKS = 64;
/** VMs beside one that have a disk together with it: several times what vSphere supports for one disk. */
export const MOST_SHARERS = 31;
/** vSphere's own bound. */
export const MOST_NICS = 10;
/** Hosts of one plan: each of its frozen VMs has them all, and a hundred of these are one message. */
export const MOST_HOSTS = 64;
export const MOST_MAP_ENTRIES = 500;
export const MOST_LABELS = 64;
/** Names of tags in a plan. */
export const MOST_TAG_NAMES = 64;

/** Guest ids that a Plan has preferences for: more than vSphere knows. */
export const MOST_PREFERENCES = 500;

/** Characters of an affinity, as JSON: a frozen VM has two of them. */
export const LARGEST_AFFINITY = 8_192;

/** Groups of one wave: its state shows them all, with why they wait. */
export const MOST_GROUPS = 50;
/** Groups that one of them comes after; those that come before these need no mention. */
export const MOST_FORMER_GROUPS = 10;
/** Start windows or cutover windows of one wave. */
export const MOST_WINDOWS = 20;

/** Of policies in one Plan. */
export const MOST_ACKNOWLEDGEMENTS = 200;

/** Least and most of each count. */
export const COUNTS = {
  maxConcurrentVms: [1, MOST_VMS_AT_ONCE],
  maxConcurrentDisks: [1, MOST_DISKS],
  copyAttempts: [1, 20],
  importRestarts: [0, 100],
  convertAttempts: [1, 10],
  hookAttempts: [1, 10],
  port: [1, 65_535],
  'wave.priority': [1, 9],
  'wave.gate.minVms': [1, MAX_VMS_PER_WAVE],
} as const satisfies Record<string, readonly [least: number, most: number]>;

/** Characters of a hook's playbook in base64: the frozen VM has it, once for each hook. */
export const LONGEST_PLAYBOOK = 48 * 1024;
/** What one hook may say to those after it: texts, and characters of each. */
export const MOST_RESULTS = 32;
export const LONGEST_RESULT = 1_024;

/** Variables of one plugin: the frozen VM has them once for each disk. */
export const MOST_VARS = 32;
/** Characters of all names and values together. */
export const LONGEST_VARS = 4_096;

/** Characters of a VM's name and of what is named like it: Temporal's lists hold no longer ones. */
export const LONGEST_NAME = 255;
/** Characters of a path at the source, and of an address. */
export const LONGEST_PATH = 1_024;
/** Characters of a regular expression. */
export const LONGEST_PATTERN = 1_000;
/** Characters of a template of names. */
export const LONGEST_TEMPLATE = 1_000;
/** Characters of a Plan's description. */
export const LONGEST_DESCRIPTION = 4_096;

/** Characters of a failure's message: a guest that does not come up is shown with its console's last lines. */
export const LONGEST_MESSAGE = 2_000;

/** Characters of an operator's name, and of a reason. */
export const LONGEST_WHO = 256;
export const LONGEST_WHY = 2_000;

/** `20d`, for messages and the manual. */
export function inDays(seconds: number): string {
  return `${seconds / DAY_SECONDS}d`;
}
