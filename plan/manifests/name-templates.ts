/** The fields of a Plan and its VMs that hold templates of names, and the variables that each of them has. */
import { z } from 'zod';
import { LONGEST_TEMPLATE } from '../field-limits';
import { readNameTemplate, TemplateError } from '../name-template';
import { absentIfEmpty } from './common';

/**
 * Forklift's, without `WinDriveLetter`: what a Windows guest calls its disks is not read.
 * Source: pkg/apis/forklift/v1beta1/plan.go (VSpherePVCNameTemplateData and its neighbours).
 */
export const TEMPLATE_VARIABLES = {
  pvcNameTemplate: [
    'VmName',
    'TargetVmName',
    'VmId',
    'PlanName',
    'DiskIndex',
    'RootDiskIndex',
    'Shared',
    'FileName',
  ],
  volumeNameTemplate: ['PVCName', 'VolumeIndex'],
  networkNameTemplate: ['NetworkName', 'NetworkNamespace', 'NetworkType', 'NetworkIndex'],
} as const;

export type TemplateField = keyof typeof TEMPLATE_VARIABLES;

/** A template that can be read; whether it makes sound names is known once the VMs are. */
function template(field: TemplateField) {
  const schema = z
    .string()
    .max(LONGEST_TEMPLATE)
    .superRefine((text, context) => {
      const fault = faultOf(field, text);
      if (fault === null) return;
      const message = `give a template in Go's syntax, of values and {{if}} (${fault})`;
      context.addIssue({ code: 'custom', message });
    });
  return absentIfEmpty(schema);
}

function faultOf(field: TemplateField, text: string): string | null {
  // What is too long is a problem of its own, and is not read.
  if (text.length > LONGEST_TEMPLATE) return null;
  try {
    readNameTemplate(text, TEMPLATE_VARIABLES[field]);
    return null;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}

/** Of a Plan, and of a VM, where they count before the Plan's. */
export const templateFields = {
  /** Of the claims of disks. */
  pvcNameTemplate: template('pvcNameTemplate'),
  /** Of a VirtualMachine's disks. */
  volumeNameTemplate: template('volumeNameTemplate'),
  /** Of a VirtualMachine's network cards. */
  networkNameTemplate: template('networkNameTemplate'),
};
