import { validateManifests } from '../../plan/validate-manifests';
import { documents, sentences } from './example';

const problemsOf = (plan: object) => sentences(validateManifests(documents({ plan })).problems);

test.each([
  { diskBus: 'virtio' },
  { diskBus: 'virtio', skipGuestConversion: true },
  { diskBus: 'sata', skipGuestConversion: true },
  { diskBus: 'sata', skipGuestConversion: true, useCompatibilityMode: false },
  { diskBus: 'scsi', skipGuestConversion: true, useCompatibilityMode: false },
])('a plan with %j is taken', (plan) => {
  expect(problemsOf(plan)).toEqual([]);
});

test.each<[object, string]>([
  [
    { diskBus: 'sata' },
    'is sata, and a conversion makes guests that boot from virtio disks; remove it, or set skipGuestConversion to true',
  ],
  [
    { diskBus: 'scsi', skipGuestConversion: true },
    'is scsi, and with useCompatibilityMode the guest gets devices that every guest knows; set useCompatibilityMode to false, if the guest has the driver virtio-scsi; or remove it',
  ],
])('a plan with %j is refused: its guests would not find their disks', (plan, sentence) => {
  expect(problemsOf(plan)).toEqual([`Plan/mtv/wave-1: spec.diskBus: ${sentence}`]);
});
