/** The one place where vCenter's faults and the network's errors become failures of ours. */
import { ApplicationFailure } from '@temporalio/common';
import { visible } from '../../plan/visible';
import { failure } from '../failure';
import { UnexpectedAnswer, child, requiredText, text, typeOf } from './vim-value';

/** A fault as vCenter names it: `InvalidPowerState`. Callers may expect some; the rest is mapped. */
export class VimFault extends Error {
  constructor(
    readonly fault: string,
    /** The fault's own fields, as `privilegeId`. */
    readonly detail: unknown,
    words: string,
  ) {
    super(words);
    this.name = 'VimFault';
  }
}

export function isFault(error: unknown, ...faults: string[]): error is VimFault {
  return error instanceof VimFault && faults.includes(error.fault);
}

/** Maps whatever a call to vCenter threw. Failures of ours and cancellation pass through. */
export function vcenterFailure(error: unknown): Error {
  if (error instanceof VimFault) {
    return fromFault(error);
  }
  if (error instanceof Error && (error instanceof ApplicationFailure || error.name === 'CancelledFailure')) {
    return error;
  }
  if (error instanceof UnexpectedAnswer) {
    return failure('SourceFault', error.message);
  }
  const code = networkCode(error);
  return code === null
    ? failure('SourceFault', "vCenter's answer could not be understood")
    : failure('SourceUnreachable', `vCenter can't be reached: ${code}`);
}

function fromFault(error: VimFault): ApplicationFailure {
  switch (error.fault) {
    case 'InvalidLogin':
    case 'InvalidLocale':
    case 'NoClientCertificate':
      return failure('SourceLoginRefused', 'vCenter refuses user and password');
    case 'NotAuthenticated':
      return failure('SourceUnreachable', 'vCenter ended our session');
    case 'NoPermission':
      return failure('SourceRightsMissing', missingRight(error.detail));
    case 'RestrictedVersion':
      return failure('SourceRightsMissing', 'the license of the ESXi host does not let its API do this');
    case 'ManagedObjectNotFound':
      return failure('SourceVmMissing', `vCenter no longer knows ${objectName(error.detail)}`);
    default:
      return failure('SourceFault', `vCenter answers with the fault ${word(error.fault)}`);
  }
}

/** `privilege VirtualMachine.Interact.PowerOff on vm-42`. */
export function missingRight(detail: unknown): string {
  const privilege = word(child(detail, 'privilegeId')) ?? 'System.View';
  const object = word(child(detail, 'object'));
  return `the vCenter account lacks the privilege ${privilege}${object ? ` on ${object}` : ''}`;
}

function objectName(detail: unknown): string {
  return word(child(detail, 'obj')) ?? 'the object';
}

/** Longest id or name that a message repeats. */
const LONGEST_WORD = 100;

/** Foreign, and to be shown. */
function word(node: unknown): string | null {
  const found = text(node);
  return found === null ? null : visible(found.slice(0, LONGEST_WORD));
}

/** Codes of Node's network errors are short and hold no secret; their messages may. */
function networkCode(error: unknown): string | null {
  const code = child(error, 'code');
  return typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? code : null;
}

/** Reads a SOAP fault out of an answer's body, as node-soap leaves it. */
export function readFault(fault: unknown): VimFault {
  const words = text(child(fault, 'faultstring')) ?? '';
  const [element, detail] = firstChild(child(fault, 'detail'));
  const name = typeOf(detail) ?? element.replace(/Fault$/, '');
  return new VimFault(name || requiredText(child(fault, 'faultcode'), 'a fault'), detail, words);
}

/** A fault inside a value, as a task's error or a missing property's reason. */
export function readLocalizedFault(node: unknown): VimFault {
  const detail = child(node, 'fault');
  return new VimFault(typeOf(detail) ?? 'SystemError', detail, text(child(node, 'localizedMessage')) ?? '');
}

function firstChild(node: unknown): [string, unknown] {
  const entries = typeof node === 'object' && node !== null ? Object.entries(node) : [];
  return entries.find(([name]) => name !== 'attributes') ?? ['', undefined];
}
