/** Reading and changing the power of a VM at the source. Every change reads the state first. */
import { type PowerReading, powerStateSchema } from '../../plan/inventory';
import { ApplicationFailure } from '@temporalio/common';
import type { SharerReading } from '../../plan/sharers';
import { failure } from '../failure';
import { inParallel } from '../in-parallel';
import { readEventsOfHost } from './events-of-host';
import { isFault } from './faults';
import type { PowerWindow } from './power-window';
import { readObject, required } from './property-collector';
import type { Vim } from './session';
import { awaitTask } from './task';
import { awaitProperty } from './updates';
import { child, list, type ManagedRef, moment, reference, requiredText, text } from './vim-value';

type PowerState = PowerReading['state'];

/** DRS has a power-on event of its own. */
const POWER_ON_EVENTS = ['VmPoweredOnEvent', 'DrsVmPoweredOnEvent'];

function vmOf(moref: string): ManagedRef {
  return { type: 'VirtualMachine', value: moref };
}

/** @throws VimFault ManagedObjectNotFound when the VM is gone. */
export async function readPower(vim: Vim, moref: string): Promise<PowerReading> {
  const [vm, lastPowerOn] = await Promise.all([
    readObject(vim, vmOf(moref), ['runtime.powerState', 'runtime.bootTime']),
    readLastPowerOn(vim, moref),
  ]);
  return {
    state: toState(required(vm, 'runtime.powerState')),
    bootTime: moment(vm.props.get('runtime.bootTime')),
    lastPowerOn,
  };
}

/** Questions about several VMs that vCenter gets at once. */
const MOST_AT_ONCE = 4;

/** Of several VMs. A VM that is gone, or that the account may not see, has no reading. */
export function readPowers(vim: Vim, morefs: readonly string[]): Promise<SharerReading[]> {
  return inParallel(morefs, MOST_AT_ONCE, async (moref) => ({
    moref,
    reading: await readPower(vim, moref).catch((error: unknown) => {
      if (isHidden(error)) return null;
      throw error;
    }),
  }));
}

function isHidden(error: unknown): boolean {
  if (isFault(error, 'ManagedObjectNotFound', 'NoPermission')) return true;
  return error instanceof ApplicationFailure && error.type === 'SourceRightsMissing';
}

/** Asks the guest to shut down if the VM runs; it may take its time, or never do it. */
export async function shutDownGuest(
  vim: Vim,
  moref: string,
  window: PowerWindow,
): Promise<'alreadyOff' | 'requested' | 'noTools'> {
  const state = await readState(vim, moref);
  if (state !== 'poweredOn') {
    // A suspended guest can't be asked either.
    return state === 'poweredOff' ? 'alreadyOff' : 'noTools';
  }
  const sendWithinMs = await window.open();
  try {
    await vim.call('ShutdownGuest', { _this: reference(vmOf(moref)) }, { signal: undefined, sendWithinMs });
    return 'requested';
  } catch (error) {
    if (isFault(error, 'ToolsUnavailable')) {
      return 'noTools';
    }
    if (isFault(error, 'InvalidPowerState') && (await readState(vim, moref)) === 'poweredOff') {
      return 'alreadyOff';
    }
    throw error;
  }
}

/** Cuts the power unless it is off, and waits until it is. */
export async function powerOff(vim: Vim, moref: string, window: PowerWindow): Promise<void> {
  if ((await readState(vim, moref)) !== 'poweredOff') {
    await changePower(vim, { operation: 'PowerOffVM_Task', moref, wanted: 'poweredOff' }, window);
  }
}

/** Starts a VM that is off, and waits until it runs. A suspended VM is left alone. */
export async function powerOn(vim: Vim, moref: string, window: PowerWindow): Promise<void> {
  if ((await readState(vim, moref)) === 'poweredOff') {
    await changePower(vim, { operation: 'PowerOnVM_Task', moref, wanted: 'poweredOn' }, window);
  }
}

/** Resolves true once the VM is off, false when the deadline (`Date.now()`) passes first. */
export async function awaitOff(vim: Vim, moref: string, deadline: number): Promise<boolean> {
  const off = await awaitProperty(vim, {
    object: vmOf(moref),
    path: 'runtime.powerState',
    until: (value) => (text(value) === 'poweredOff' ? true : null),
    deadline,
  });
  return off ?? false;
}

interface PowerChange {
  operation: 'PowerOffVM_Task' | 'PowerOnVM_Task';
  moref: string;
  wanted: PowerState;
}

async function changePower(vim: Vim, change: PowerChange, window: PowerWindow): Promise<void> {
  const { operation, moref, wanted } = change;
  const sendWithinMs = await window.open();
  try {
    // Cancelling must not leave unknown whether the call arrived: it is awaited in any case.
    const options = { signal: undefined, sendWithinMs };
    const task = await vim.call(operation, { _this: reference(vmOf(moref)) }, options);
    await awaitTask(vim, task);
  } catch (error) {
    // Somebody else was quicker.
    if (!isFault(error, 'InvalidPowerState') || (await readState(vim, moref)) !== wanted) {
      throw error;
    }
  }
  const reached = await readState(vim, moref);
  if (reached !== wanted) {
    throw failure('SourceFault', `${moref} is ${reached} after ${operation}`);
  }
}

async function readState(vim: Vim, moref: string): Promise<PowerState> {
  return toState(required(await readObject(vim, vmOf(moref), ['runtime.powerState']), 'runtime.powerState'));
}

function toState(node: unknown): PowerState {
  return powerStateSchema.parse(requiredText(node, 'runtime.powerState'));
}

/**
 * The latest of the events that the source still keeps; null where it keeps none, or where a vCenter does not let us read them.
 * An ESXi host must let us: it keeps no other trace of a start.
 */
export async function readLastPowerOn(vim: Vim, moref: string): Promise<string | null> {
  const filter = {
    entity: { entity: reference(vmOf(moref)), recursion: 'self' },
    disableFullMessage: true,
    eventTypeId: POWER_ON_EVENTS,
  };
  const events = vim.content.isHost ? await readEventsOfHost(vim, filter) : await readEvents(vim, filter);
  return latest(events.map((event) => moment(child(event, 'createdTime'))));
}

/** Of a vCenter; none where it has no events, or does not let us read them. */
async function readEvents({ call, content }: Vim, filter: object): Promise<unknown[]> {
  if (content.eventManager === null) {
    return [];
  }
  try {
    return list(await call('QueryEvents', { _this: reference(content.eventManager), filter }));
  } catch (error) {
    if (isFault(error, 'NoPermission')) {
      return [];
    }
    throw error;
  }
}

/** ISO 8601 in UTC sorts as text. */
function latest(moments: (string | null)[]): string | null {
  return moments.reduce((best, at) => (at !== null && (best === null || at > best) ? at : best), null);
}
