/** The phases of a migration. Read by schemas, too: so nothing of Temporal is here. */

import type { HookStep } from '../plan/hooks';

/** In order. `restore` runs only when a migration is given up. */
export const PHASES = [
  'check',
  'pre-hook',
  'await-shared-disks',
  'volumes',
  'await-window',
  'await-turn',
  'before-cutover',
  'stop-source',
  'copy',
  'convert',
  'create-vm',
  'start-vm',
  'verify',
  'after-verify',
  'post-hook',
  'tidy',
  'restore',
] as const;
export type Phase = (typeof PHASES)[number];

/** The phases that are hooks, and nothing else. A VM without such a hook has no such phase. */
export const HOOK_PHASES = {
  'pre-hook': 'PreHook',
  'before-cutover': 'BeforeCutover',
  'after-verify': 'AfterVerify',
  'post-hook': 'PostHook',
} as const satisfies Partial<Record<Phase, HookStep>>;
