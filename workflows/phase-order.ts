/** The phases of a migration. Read by schemas, too: so nothing of Temporal is here. */

/** In order. `restore` runs only when a migration is given up. */
export const PHASES = [
  'check',
  'volumes',
  'await-window',
  'await-turn',
  'stop-source',
  'copy',
  'convert',
  'create-vm',
  'start-vm',
  'verify',
  'tidy',
  'restore',
] as const;
export type Phase = (typeof PHASES)[number];
